declare module 'heic-decode' {
  interface Picture {
    readonly width: number;
    readonly height: number;
    /** Upright, four bytes a pixel: red, green, blue, alpha. */
    readonly data: Uint8ClampedArray<ArrayBuffer>;
  }

  /** Reads sizes without decoding. */
  interface Frame {
    readonly width: number;
    readonly height: number;
    decode(): Promise<Picture>;
  }

  function decodeOne(of: { readonly buffer: Uint8Array }): Promise<Picture>;

  namespace decodeOne {
    function all(of: { readonly buffer: Uint8Array }): Promise<readonly Frame[]>;
  }

  export = decodeOne;
}
