import type { Knock } from './desk.ts';

/** A try of a call to the bridge, as the pretended vendors keep it. */
export interface Try {
  readonly at: number;
  readonly tookMs: number;
  readonly request: { readonly url: string; readonly body: Buffer };
  readonly status?: number;
  readonly body?: string;
}

/** The tries of a call, as the sandbox shows them. */
export function describeTries(tries: readonly Try[]): readonly Knock[] {
  return tries.map(({ at, tookMs, request, status = 0, body = '' }) => ({
    at,
    tookMs,
    url: request.url,
    body: request.body,
    status,
    answer: body,
  }));
}

/** What becomes of these callbacks is shown from the vendor's own record; who acted does not wait for it. */
export function leave(callbacks: Promise<unknown>): void {
  callbacks.catch(() => undefined);
}
