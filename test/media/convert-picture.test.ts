import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { convertPicture } from '../../src/media/convert-picture.ts';
import { decodeHeic } from '../../src/media/decode-heic.ts';
import { encodePicture } from '../../src/media/encode-picture.ts';
import type { PictureForm } from '../../src/ports/media.ts';
import { runToEnd } from '../bridge/process.ts';
import { bmp } from './bmp.ts';
import { HEIC } from './pictures.ts';
import { PNG } from './png.ts';

/** What WeChat takes as an image. */
const image: PictureForm = { types: ['image/png', 'image/jpeg', 'image/gif'], maxBytes: 2 * 1024 * 1024 };
const jpegOnly: PictureForm = { ...image, types: ['image/jpeg'] };
const thumb: PictureForm = { ...jpegOnly, maxBytes: 64 * 1024, width: 520, height: 416 };

const plain = (change: object = {}) =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#d03010', ...change } });
/** Noise, which no format makes small. */
const noise = (width = 600, height = 400) =>
  plain({ width, height, noise: { type: 'gaussian', mean: 128, sigma: 50 } });

const read = async (bytes: Buffer | undefined) => sharp(bytes ?? Buffer.alloc(0)).metadata();

async function pixelOf(bytes: Buffer | undefined, left = 0, top = 0): Promise<readonly number[]> {
  const area = { left, top, width: 1, height: 1 };
  return [...(await sharp(bytes).extract(area).removeAlpha().raw().toBuffer())];
}

const isNear = (pixel: readonly number[], wanted: readonly number[]) =>
  pixel.every((value, index) => Math.abs(value - wanted[index]!) < 12);

async function animation(frames: number): Promise<Buffer> {
  const pictures = await Promise.all(
    Array.from({ length: frames }, (_, n) =>
      plain({ background: { r: n * 60, g: 0, b: 0 } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(pictures, { join: { animated: true } })
    .webp({ delay: frames === 3 ? [100, 200, 300] : 100 })
    .toBuffer();
}

describe('a picture that fits', () => {
  test('comes back unchanged', async () => {
    expect((await convertPicture(PNG, image))?.bytes).toBe(PNG);
    const cover = await plain({ width: 520, height: 416 }).jpeg().toBuffer();
    expect(await convertPicture(cover, thumb)).toEqual({ type: 'image/jpeg', bytes: cover });
  });

  test('costs no loading of what converts', async () => {
    const script =
      "await import('./src/app.ts'); const { convertPicture } = await import('./src/media/convert-picture.ts');" +
      `await convertPicture(Buffer.from('${PNG.toString('base64')}', 'base64'), { types: ['image/png'], maxBytes: 1e6 });` +
      "console.log(process.report.getReport().sharedObjects.some((path) => path.includes('vips')))";
    const { stdout } = await runToEnd(['--input-type=module', '-e', script]);
    expect(stdout).toBe('false\n');
  });
});

describe('a picture of another format', () => {
  test.each([
    ['webp', 'image/jpeg', () => plain().webp()],
    ['avif', 'image/jpeg', () => plain().avif()],
    ['tiff', 'image/png', () => plain().tiff({ compression: 'lzw' })],
    ['tiff longer than what is looked at', 'image/jpeg', () => noise().tiff()],
  ])('is made one that is taken: %s', async (_format, type, make) => {
    const bytes = await make().toBuffer();
    const { maxBytes } = type === 'image/png' ? image : { maxBytes: 200_000 };
    const made = await convertPicture(bytes, { ...image, maxBytes });
    expect(made?.type).toBe(type);
    const { width, height } = await read(bytes);
    expect(await read(made?.bytes)).toMatchObject({ width, height });
  });

  test('is decoded without HEVC in sharp: HEIC', async () => {
    const made = await convertPicture(HEIC, image);
    expect(made?.type).toBe('image/jpeg');
    expect(await read(made?.bytes)).toMatchObject({ width: 4, height: 3 });
    expect(isNear(await pixelOf(made?.bytes), [208, 48, 16])).toBe(true);
  });

  test('keeps its transparency as PNG, and is white behind where only JPEG is taken', async () => {
    const bytes = await plain({ channels: 4, background: '#d0301000' }).webp().toBuffer();
    expect((await convertPicture(bytes, image))?.type).toBe('image/png');
    const flat = await convertPicture(bytes, jpegOnly);
    expect(isNear(await pixelOf(flat?.bytes), [255, 255, 255])).toBe(true);
  });

  test('that moves still moves as GIF', async () => {
    const made = await convertPicture(await animation(3), image);
    expect(made?.type).toBe('image/gif');
    expect(await read(made?.bytes)).toMatchObject({ pages: 3, delay: [100, 200, 300] });
  });

  test.each([
    ['GIF is not taken', { types: ['image/png', 'image/jpeg'] }],
    ['a GIF of it is too large', { maxBytes: 320 }],
    ['a cover is wanted', { width: 30, height: 20 }],
  ])('that moves is its first frame where %s', async (_where, change) => {
    const made = await convertPicture(await animation(20), { ...image, ...change });
    expect(made?.type).toBe('image/jpeg');
    expect(isNear(await pixelOf(made?.bytes), [0, 0, 0])).toBe(true);
  });
});

describe('a picture made anew', () => {
  test('stands upright and says nothing of its place', async () => {
    const gps = { IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 0/1 0/1' } };
    const bytes = await plain()
      .composite([
        { input: await plain({ width: 30, background: '#000' }).png().toBuffer(), left: 0, top: 0 },
      ])
      .withMetadata({ orientation: 6 })
      .withExifMerge(gps)
      .webp()
      .toBuffer();
    expect((await read(bytes)).exif).toBeDefined();
    const made = await convertPicture(bytes, image);
    const metadata = await read(made?.bytes);
    expect(metadata).toMatchObject({ width: 40, height: 60 });
    expect(metadata).not.toHaveProperty('exif');
    expect(metadata).not.toHaveProperty('orientation');
    // What was left is on top.
    expect(isNear(await pixelOf(made?.bytes, 20, 5), [0, 0, 0])).toBe(true);
    expect(isNear(await pixelOf(made?.bytes, 20, 55), [208, 48, 16])).toBe(true);
  });

  test.each([50_000, 10_000, 2000])(
    'is made smaller until it has no more than %i bytes',
    async (maxBytes) => {
      const bytes = await noise().jpeg({ quality: 95 }).toBuffer();
      expect(bytes.length).toBeGreaterThan(maxBytes);
      const made = await convertPicture(bytes, { ...image, maxBytes });
      expect(made?.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(made?.bytes.length).toBeGreaterThan(maxBytes / 4);
    },
  );

  test.each(['image/png', 'image/gif'])('is made smaller also where only %s is taken', async (type) => {
    const made = await convertPicture(await noise().webp().toBuffer(), { types: [type], maxBytes: 60_000 });
    expect(made?.type).toBe(type);
    expect(made?.bytes.length).toBeLessThanOrEqual(60_000);
  });

  test('is cropped for a card, of 520 by 416 pixels and 64 KiB', async () => {
    const made = await convertPicture(await noise(1200, 1000).jpeg().toBuffer(), thumb);
    expect(await read(made?.bytes)).toMatchObject({ format: 'jpeg', width: 520, height: 416 });
    expect(made?.bytes.length).toBeLessThanOrEqual(thumb.maxBytes);
  });

  test('is no wider than is wanted, and never enlarged', async () => {
    const bytes = await plain({ width: 300 }).png().toBuffer();
    expect(await read((await convertPicture(bytes, { ...image, width: 100 }))?.bytes)).toMatchObject({
      width: 100,
      height: 13,
    });
    expect((await convertPicture(bytes, { ...image, width: 1000 }))?.bytes).toBe(bytes);
  });
});

describe('what cannot be read', () => {
  const script =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

  test.each([
    ['SVG', Buffer.from(script)],
    ['SVG behind a prolog', Buffer.from(`<?xml version="1.0"?><!-- a -->\n${script}`)],
    ['a packed BMP', bmp({ bits: 8, packing: 1, rows: ['00000000'], palette: '0000ff00' })],
    ['half a BMP', bmp({ bits: 24, rows: ['0000ff00', '00ff0000'] }).subarray(0, 60)],
    ['words', Buffer.from('hello')],
    ['nothing', Buffer.alloc(0)],
    ['half a picture', PNG.subarray(0, 50)],
    ['half a HEIC', HEIC.subarray(0, 470)],
    ['a WebP in name only', Buffer.concat([Buffer.from('RIFF\x50\0\0\0WEBPVP8 '), Buffer.from(script)])],
  ])('is none: %s', async (_what, bytes) => {
    expect(await convertPicture(bytes, { ...image, maxBytes: 40 })).toBeUndefined();
  });

  test('is a picture of more than 50 million pixels, however few its bytes', async () => {
    const bytes = bomb(8000, 8000);
    expect(bytes.length).toBeLessThan(20_000);
    expect(await convertPicture(bytes, jpegOnly)).toBeUndefined();
    expect(await convertPicture(bomb(80, 80), jpegOnly)).toMatchObject({ type: 'image/jpeg' });
  });

  test('is what has a pixel more than is allowed, or takes longer', async () => {
    const source = { bytes: await plain().webp().toBuffer(), isLossless: false };
    const until = performance.now() + 10_000;
    await expect(encodePicture(source, image, { maxPixels: 2399, until })).rejects.toThrow();
    expect(await encodePicture(source, image, { maxPixels: 2400, until })).toBeDefined();
    expect(await encodePicture(source, image, { maxPixels: 2400, until: 0 })).toBeUndefined();
  });

  test('is a HEIC that says it is large, takes long or is broken', async () => {
    const limits = { maxPixels: 12, timeoutMs: 10_000 };
    expect(await decodeHeic(HEIC, limits)).toMatchObject({ width: 4, height: 3 });
    expect(await decodeHeic(HEIC, { ...limits, maxPixels: 11 })).toBeUndefined();
    expect(await decodeHeic(HEIC, { ...limits, timeoutMs: 1 })).toBeUndefined();
    expect(await decodeHeic(HEIC.subarray(0, 100), limits)).toBeUndefined();
  });
});

test('many pictures at once are all made', async () => {
  const bytes = await plain().webp().toBuffer();
  const made = await Promise.all(Array.from({ length: 12 }, () => convertPicture(bytes, image)));
  expect(made.every((one) => one?.type === 'image/jpeg')).toBe(true);
});

/** A PNG of black pixels, one bit each. */
function bomb(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc((1 + width / 8) * height));
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([start, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
}
