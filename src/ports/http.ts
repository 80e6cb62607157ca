/** One HTTP call to the outside. Everything that leaves the bridge passes through one {@link Fetch}. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
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
  readonly signal?: AbortSignal;
  /** The URL came in a message: internal addresses are refused. Redirects are never followed. */
  readonly untrusted?: boolean;
  /** Waiting calls of one limit start by priority, higher first. Default 0. */
  readonly priority?: number;
  /**
   * Makes headers, URL and body at the moment of sending, after any wait for the limit. For signatures that age.
   * Replaces what the call says itself.
   */
  readonly seal?: () => Pick<HttpCall, 'url' | 'headers' | 'body'>;
}

/**
 * What is known after a call. `answer`: the other side answered, whatever the status. `notSent`: nothing reached it, a
 * repeat is safe. `lost`: it may or may not have been processed. `tooLarge`: an answer longer than `maxBytes`.
 * `refused`: the bridge does not go there (internal address). `code` is a short word for logs, never a URL.
 */
export type HttpResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'notSent'; readonly code: string }
  | { readonly kind: 'lost'; readonly code: string }
  | { readonly kind: 'tooLarge'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string };

/** Never throws but for an aborted signal before the call began (then `notSent`, code `aborted`). */
export type Fetch = (call: HttpCall) => Promise<HttpResult>;
