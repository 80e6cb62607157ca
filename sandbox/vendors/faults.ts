/**
 * What is to go wrong: the next `times` calls (default 1; `Infinity` until taken back) whose path begins with `path`
 * (default every call) and that `matches` accepts.
 *
 * `errcode`: the vendor's own error · `answer`: this very answer, JSON of status 200 unless it says otherwise · `status`: an HTTP status without the vendor's JSON · `html`: 200 with a page ·
 * `hang`: no answer · `reset`: the connection is cut · `lose`: the call is carried out, then the connection is cut ·
 * `delayMs`: the call is carried out and answered late · `cut`: it is answered, and the connection cut in the middle of
 * the body · `type`: the answer says that it is of this type. All others do nothing else.
 */
export type Fault = {
  readonly path?: string;
  readonly times?: number;
  readonly matches?: (call: FaultyCall) => boolean;
} & FaultEffect;

export type FaultEffect =
  | { readonly errcode: number }
  | { readonly answer: { readonly status?: number; readonly body: string } }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly html: true }
  | { readonly hang: true }
  | { readonly reset: true }
  | { readonly lose: true }
  | { readonly delayMs: number }
  | { readonly cut: true }
  | { readonly type: string };

export interface FaultyCall {
  readonly path: string;
  readonly body: Buffer;
}

export interface Faults {
  /** The returned function takes the fault back. */
  add(fault: Fault): () => void;
  /** The effect on this call, if any; counts it. */
  take(call: FaultyCall): FaultEffect | undefined;
  clear(): void;
}

export function openFaults(): Faults {
  const pending = new Set<{ readonly fault: Fault; left: number }>();
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? 1 };
      pending.add(entry);
      return () => void pending.delete(entry);
    },
    take(call) {
      for (const entry of pending) {
        if (!isMeant(entry.fault, call)) continue;
        entry.left -= 1;
        if (entry.left <= 0) pending.delete(entry);
        return entry.fault;
      }
      return undefined;
    },
    clear: () => pending.clear(),
  };
}

function isMeant(fault: Fault, call: FaultyCall): boolean {
  return call.path.startsWith(fault.path ?? '') && (fault.matches?.(call) ?? true);
}
