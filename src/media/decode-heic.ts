import { Worker } from 'node:worker_threads';

/** A picture without a format: four bytes a pixel (red, green, blue, alpha), row by row, upright. */
export interface HeicPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

export interface HeicTask {
  readonly bytes: Uint8Array;
  readonly maxPixels: number;
  /** The decoder's own memory. */
  readonly maxMemoryBytes: number;
}

/**
 * Decodes the first picture of a HEIC file in a thread of its own, which is ended when it takes longer than `timeoutMs`.
 * sharp's own build leaves HEVC out, as it is patented. `undefined`: it cannot be read within the limits.
 */
export function decodeHeic(
  bytes: Uint8Array,
  limits: { readonly maxPixels: number; readonly timeoutMs: number },
): Promise<HeicPicture | undefined> {
  const { maxPixels, timeoutMs } = limits;
  const task: HeicTask = { bytes, maxPixels, maxMemoryBytes };
  // What the decoder prints is kept from the log.
  const quiet = { stdout: true, stderr: true };
  const worker = new Worker(workerUrl, { workerData: task, name: 'heic', resourceLimits, ...quiet });
  const { promise, resolve } = Promise.withResolvers<HeicPicture | undefined>();
  const timer = setTimeout(() => resolve(undefined), timeoutMs);
  worker.once('message', (picture: HeicPicture) => resolve(picture));
  worker.once('error', () => resolve(undefined));
  worker.once('exit', () => resolve(undefined));
  return promise.finally(async () => {
    clearTimeout(timer);
    await worker.terminate();
  });
}

/** A photograph of 24 million pixels takes about 150 MB. */
const maxMemoryBytes = 256 * 1024 * 1024;
const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './heic-worker.ts' : './heic-worker.js',
  import.meta.url,
);
