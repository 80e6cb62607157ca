/** What a picture has to be for whoever takes it. */
export interface PictureForm {
  /** Media types that are taken, such as `image/png`; the one that suits the picture is chosen. */
  readonly types: readonly string[];
  readonly maxBytes: number;
  /** With both, the picture is cropped and scaled to exactly that; with one, it is no larger. Pixels. */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Makes a picture fit. Bytes that fit already come back unchanged; what is made anew stands upright and says nothing of
 * place or camera. `undefined`: it is no picture that can be read, or not within the limits of size and time.
 */
export type ConvertPicture = (
  bytes: Buffer,
  form: PictureForm,
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
