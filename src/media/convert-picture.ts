import PQueue from 'p-queue';
import { BridgeError } from '../ports/errors.ts';
import type { ConvertPicture, PictureForm } from '../ports/media.ts';
import { decodeBmp } from './decode-bmp.ts';
import { decodeHeic } from './decode-heic.ts';
import { encodePicture, type PictureSource } from './encode-picture.ts';
import { sniffType } from './sniff.ts';

/**
 * Makes a picture fit what its taker takes: JPEG, PNG, GIF, WebP, AVIF, TIFF, HEIC and BMP are read. SVG is not, as it is
 * a program that may ask for files and endless work. Two at a time.
 */
export const convertPicture: ConvertPicture = async (bytes, form) => {
  const sniffed = await sniffType(bytes);
  if (sniffed === undefined) return undefined;
  const { type } = sniffed;
  if (form.types.includes(type) && (await isFitting(bytes, form))) return { type, bytes };
  if (!readable.has(type)) return undefined;
  return queue.add(() => convert(bytes, type, form));
};

const readable = new Set([
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/tiff',
  'image/heic',
  'image/heif',
  'image/heic-sequence',
  'image/heif-sequence',
  'image/bmp',
]);
const lossless = new Set(['image/png', 'image/apng', 'image/gif', 'image/tiff']);

const queue = new PQueue({ concurrency: 2 });
/** Decoding takes far more memory than the file. */
const heicQueue = new PQueue({ concurrency: 1 });

/** A camera's 48 million, and no more. */
const maxPixels = 50_000_000;
/** All its pixels stand in memory at once. */
const maxHeicPixels = 25_000_000;
/** Read on the thread that everything runs on: so many take it a twentieth of a second. */
const maxBmpPixels = 10_000_000;
const timeoutMs = 20_000;

async function convert(
  bytes: Buffer,
  type: string,
  form: PictureForm,
): Promise<Awaited<ReturnType<ConvertPicture>>> {
  const until = performance.now() + timeoutMs;
  try {
    return await encodePicture(await readSource(bytes, type), form, { maxPixels, until });
  } catch {
    return undefined; // broken, a bomb, or out of time: whoever asked has another way to show it
  }
}

async function readSource(bytes: Buffer, type: string): Promise<PictureSource> {
  if (type === 'image/bmp') return readBmp(bytes);
  const decoded = /^image\/hei[cf]/.test(type)
    ? await heicQueue.add(() => decodeHeic(bytes, { maxPixels: maxHeicPixels, timeoutMs }))
    : undefined;
  // An AVIF may say only that it is some HEIF, and that sharp can read.
  if (decoded === undefined) return { bytes, isLossless: lossless.has(type) };
  const { width, height, pixels } = decoded;
  return { bytes: new Uint8Array(pixels.buffer), raw: { width, height }, isLossless: false };
}

function readBmp(bytes: Buffer): PictureSource {
  const picture = decodeBmp(bytes, maxBmpPixels);
  if (picture === undefined) throw new BridgeError('callFailed', 'expected a BMP that can be read');
  return picture;
}

async function isFitting(bytes: Buffer, { maxBytes, width, height }: PictureForm): Promise<boolean> {
  if (bytes.length > maxBytes) return false;
  if (width === undefined && height === undefined) return true;
  try {
    const { imageSize } = await import('image-size');
    const size = imageSize(bytes);
    if ((size.orientation ?? 1) !== 1) return false;
    if (width !== undefined && height !== undefined) return size.width === width && size.height === height;
    return size.width <= (width ?? size.width) && size.height <= (height ?? size.height);
  } catch {
    return false;
  }
}
