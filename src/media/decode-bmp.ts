import type { PictureSource } from './encode-picture.ts';

/**
 * Decodes a BMP of the kinds that Windows itself writes (Microsoft, BITMAPINFOHEADER): unpacked, of 24 or 32 bits a pixel,
 * or of 8 with a palette. `undefined` for any other, for one of more than `maxPixels`, and for one that is cut. It is
 * opaque, as most programs leave the fourth byte at nothing.
 */
export function decodeBmp(bytes: Buffer, maxPixels: number): PictureSource | undefined {
  const header = readHeader(bytes);
  if (header === undefined || header.width * header.height > maxPixels) return undefined;
  const { width, height, start, stride, isUpright } = header;
  const pixels = Buffer.alloc(width * height * 4, 255);
  const copyRow = header.bits === 8 ? copyWithPalette : copyColours;
  for (let row = 0; row < height; row += 1) {
    const from = start + (isUpright ? row : height - 1 - row) * stride;
    copyRow(header, bytes.subarray(from, from + stride), pixels.subarray(row * width * 4), bytes);
  }
  return { bytes: pixels, raw: { width, height }, isLossless: true };
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** The first row stands first; else the last does, as in most. */
  readonly isUpright: boolean;
  readonly bits: 8 | 24 | 32;
  /** Where the palette and the rows begin, and how many bytes a row takes. */
  readonly palette: number;
  readonly start: number;
  readonly stride: number;
}

const fileHeaderBytes = 14;
const leastHeaderBytes = 40;

function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < fileHeaderBytes + leastHeaderBytes || bytes.toString('latin1', 0, 2) !== 'BM')
    return undefined;
  const headerBytes = bytes.readUInt32LE(14);
  const width = bytes.readInt32LE(18);
  const signedHeight = bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(28);
  const height = Math.abs(signedHeight);
  const isKnown = headerBytes >= leastHeaderBytes && (bits === 8 || bits === 24 || bits === 32);
  if (!isKnown || !isUnpacked(bytes, bits) || width < 1 || height < 1) return undefined;
  const start = bytes.readUInt32LE(10);
  const stride = Math.ceil((width * bits) / 32) * 4;
  const palette = fileHeaderBytes + headerBytes;
  if (start < palette || start + stride * height > bytes.length) return undefined;
  return { width, height, isUpright: signedHeight < 0, bits, palette, start, stride };
}

/** Said outright, or by the masks of the usual order of colours. */
function isUnpacked(bytes: Buffer, bits: number): boolean {
  const packing = bytes.readUInt32LE(30);
  if (packing === 0) return true;
  if (packing !== 3 || bits !== 32 || bytes.length < 66) return false;
  return [0xff0000, 0xff00, 0xff].every((mask, place) => bytes.readUInt32LE(54 + place * 4) === mask);
}

/** Colours stand in a row from blue to red. */
function copyColours({ width, bits }: Header, row: Buffer, pixels: Buffer): void {
  const size = bits / 8;
  for (let at = 0, to = 0; at < width * size; at += size, to += 4) {
    pixels[to] = row[at + 2] ?? 0;
    pixels[to + 1] = row[at + 1] ?? 0;
    pixels[to + 2] = row[at] ?? 0;
  }
}

function copyWithPalette(
  { width, palette, start }: Header,
  row: Buffer,
  pixels: Buffer,
  bytes: Buffer,
): void {
  const last = Math.max(0, Math.floor((start - palette) / 4) - 1);
  for (let column = 0; column < width; column += 1) {
    const at = palette + Math.min(row[column] ?? 0, last) * 4;
    pixels[column * 4] = bytes[at + 2] ?? 0;
    pixels[column * 4 + 1] = bytes[at + 1] ?? 0;
    pixels[column * 4 + 2] = bytes[at] ?? 0;
  }
}
