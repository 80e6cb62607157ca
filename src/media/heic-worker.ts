import { parentPort, workerData } from 'node:worker_threads';
import heicDecode from 'heic-decode';
import type { HeicPicture, HeicTask } from './decode-heic.ts';

/**
 * The thread that decodes one HEIC picture and ends. A thread's own limits say nothing about memory of WebAssembly, so
 * the size is looked at before the pixels are, and the decoder's memory cannot grow without end.
 */
const { bytes, maxPixels, maxMemoryBytes } = workerData as HeicTask; // given by `decodeHeic` alone

const bytesOfPage = 64 * 1024;
const { Memory } = (globalThis as unknown as { readonly WebAssembly: WasmParts }).WebAssembly; // in no library of types but the browser's
const grow = Memory.prototype.grow;
Memory.prototype.grow = function growWithin(pages) {
  if (this.buffer.byteLength + pages * bytesOfPage > maxMemoryBytes) throw new RangeError('over the limit');
  return grow.call(this, pages);
};

const [first] = await heicDecode.all({ buffer: bytes });
if (first !== undefined && first.width * first.height <= maxPixels) {
  const { width, height, data } = await first.decode();
  const picture: HeicPicture = { width, height, pixels: data };
  parentPort?.postMessage(picture, [data.buffer]);
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(this: WasmMemory, pages: number): number;
}

interface WasmParts {
  readonly Memory: { readonly prototype: WasmMemory };
}
