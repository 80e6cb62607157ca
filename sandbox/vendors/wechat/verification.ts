import type { Outgoing } from '../outgoing.ts';

export interface Verification {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly isPassed: boolean;
}

/** Asks an address for the echo: it passes with status 200 and the echo, to the byte. */
export async function verifyAddress(
  outgoing: Outgoing,
  { url, echo }: { readonly url: string; readonly echo: string },
  call: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  },
): Promise<Verification> {
  const result = await outgoing.call({ ...call, url, body: Buffer.alloc(0) });
  if (result.kind !== 'answer') return { status: 0, type: '', body: '', isPassed: false };
  const { status, type } = result;
  const body = result.body.toString();
  return { status, type, body, isPassed: status === 200 && body === echo };
}
