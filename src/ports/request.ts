/** An HTTP request as it came. `body` is the bytes: a signature is made over bytes, not over parsed text. */
export interface RawRequest {
  readonly method: string;
  /** The path as the outside sees it. */
  readonly path: string;
  /** What stands behind `/callback/<tenant>/<helpdesk>/`; empty for most vendors. */
  readonly part?: string;
  /** Of a request that was received, `toString()` gives it as it came. */
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An HTTP answer to the byte. */
export interface RawAnswer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}
