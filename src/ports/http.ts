import type { PacePermit } from './pace-permit.ts';

/** One HTTP call to the outside. Everything that leaves the bridge passes through one {@link Fetch}. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** What the call is, for logs and metrics: the path without secrets, such as `/openapi/message/send`. */
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as one buffer with `Content-Length`, never chunked. */
  readonly body?: Uint8Array | string;
  /** The whole call, milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Until the connection stands, milliseconds. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** The answer's body may not be longer. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Where the body of a 2xx goes in place of `answer.body`; no other body is read, and `maxBytes` is the sink's. */
  readonly into?: BodySink;
  /** Longest time without a byte, milliseconds. Default: as long as the whole call. */
  readonly idleTimeoutMs?: number;
  /**
   * So many redirects are followed, each a call of its own that is checked like the first; never from https to http.
   * Only for calls that may be repeated elsewhere, with all headers but `authorization`. Default 0.
   */
  readonly redirects?: number;
  readonly signal?: AbortSignal;
  /** The URL came in a message: internal addresses are refused. */
  readonly untrusted?: boolean;
  /** Waiting calls of one limit start by priority, higher first. Default 0. */
  readonly priority?: number;
  /** Leave to go that was taken beforehand; one that is used up or given back counts as none. */
  readonly permit?: PacePermit;
  /**
   * Makes headers, URL and body at the moment of sending, after any wait for the limit. For signatures that age.
   * Replaces what the call says itself.
   */
  readonly seal?: () => Pick<HttpCall, 'url' | 'headers' | 'body'>;
}

/** Takes a body in pieces, so that no more than one of them is ever in memory. */
export interface BodySink {
  /** A longer body is cut off. */
  readonly maxBytes: number;
  /** A body begins: what was taken of an earlier one is thrown away. */
  begin(): Promise<void>;
  /** The next piece is read once this one is taken. A rejection ends the call: `lost`, with the error's code. */
  take(piece: Uint8Array): Promise<void>;
}

/**
 * What is known after a call. `answer`: the other side answered, whatever the status. `notSent`: nothing reached it, a
 * repeat is safe, but not before `untilMs`, if that is given. `lost`: it may or may not have been processed. `tooLarge`: an
 * answer longer than `maxBytes`. `refused`: the bridge does not go there (internal address, too many redirects, from https
 * to http). `code` is a short word for logs, never a URL.
 */
export type HttpResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'notSent'; readonly code: string; readonly untilMs?: number }
  | { readonly kind: 'lost'; readonly code: string }
  | { readonly kind: 'tooLarge'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string };

/**
 * Codes of calls that the bridge did not make, for reasons of its own: it stops, its lease has passed, its store could
 * not say whether there is room, or another call was told that there is none for a while. They say nothing new of the
 * other side.
 */
export const ownCodes: ReadonlySet<string> = new Set(['aborted', 'lapsed', 'notCounted', 'paused']);

/** What a call that brought no answer says of a repeat: it certainly did nothing, or nobody knows. */
export type Unanswered =
  /** It may be made in so long; left out: whenever one likes. */
  | { readonly kind: 'notSent'; readonly code: string; readonly waitMs?: number }
  | { readonly kind: 'lost'; readonly code: string };

export function unanswered(result: Exclude<HttpResult, { kind: 'answer' }>, now: number): Unanswered {
  const { code } = result;
  switch (result.kind) {
    case 'notSent': {
      const { untilMs } = result;
      return { kind: 'notSent', code, ...(untilMs !== undefined && { waitMs: Math.max(untilMs - now, 0) }) };
    }
    case 'refused':
      return { kind: 'notSent', code };
    case 'lost':
    case 'tooLarge':
      return { kind: 'lost', code };
    default:
      return result satisfies never;
  }
}

/** Never throws but for an aborted signal before the call began (then `notSent`, code `aborted`). */
export type Fetch = (call: HttpCall) => Promise<HttpResult>;
