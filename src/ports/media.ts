/** Brings a picture into a form that a platform takes; `undefined` = it cannot be read. */
export type ConvertPicture = (
  bytes: Buffer,
  form: {
    /** MIME types that will do, the preferred one first. */
    readonly types: readonly string[];
    readonly maxBytes: number;
    /** Pixels. */
    readonly width?: number;
    readonly height?: number;
  },
) => Promise<{ readonly type: string; readonly bytes: Buffer } | undefined>;

/** What was uploaded, by its content, and what for: the same picture is another upload as a thumbnail. */
export interface MediaIdKey {
  readonly use: string;
  readonly digest: string;
}

/** The platform's ids of media that one account has uploaded, each for as long as it is good. */
export interface MediaIds {
  find(key: MediaIdKey): Promise<string | undefined>;
  /** `goodUntil`: milliseconds since 1970. */
  keep(key: MediaIdKey, given: { readonly id: string; readonly goodUntil: number }): Promise<void>;
  /** The platform no longer knows `id`: it is dropped, unless another has taken its place. */
  forget(key: MediaIdKey, id: string): Promise<void>;
}
