import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { convertPicture } from '../../src/media/convert-picture.ts';
import { decodeBmp } from '../../src/media/decode-bmp.ts';
import { bmp } from './bmp.ts';

const hex = (bytes: Buffer) => {
  const picture = decodeBmp(bytes, 100);
  return picture && { ...picture.raw, pixels: Buffer.from(picture.bytes).toString('hex') };
};
/** The last row is blue and white, the one above it red and green. */
const redGreenBlueWhite = { width: 2, height: 2, pixels: 'ff0000ff00ff00ff0000ffffffffffff' };

describe('a BMP', () => {
  test.each([
    ['24 bits, rows padded and upside down', { bits: 24, rows: ['ff0000ffffff0000', '0000ff00ff000000'] }],
    ['24 bits, upright', { bits: 24, height: -2, rows: ['0000ff00ff000000', 'ff0000ffffff0000'] }],
    ['32 bits', { bits: 32, rows: ['ff000000ffffff00', '0000ff0000ff0000'] }],
    [
      '32 bits with masks',
      { bits: 32, packing: 3, headerBytes: 108, rows: ['ff000000ffffff00', '0000ff0000ff0000'] },
    ],
    [
      '8 bits with a palette',
      { bits: 8, palette: '0000ff0000ff0000ff000000ffffff00', rows: ['02030000', '00010000'] },
    ],
  ])('of %s is read', (_what, given) => {
    expect(hex(bmp({ width: 2, ...given }))).toEqual(redGreenBlueWhite);
  });

  test.each([
    ['16 bits', { bits: 16, rows: ['00000000'] }],
    ['a run of lengths', { bits: 8, packing: 1, rows: ['00000000'] }],
    ['no width', { bits: 24, width: 0, rows: ['00000000'] }],
    ['more pixels than are allowed', { bits: 24, width: 51, height: 2, rows: ['00'.repeat(156 * 2)] }],
    ['fewer bytes than it says', { bits: 24, height: 3, rows: ['00000000', '00000000'] }],
    ['endless rows', { bits: 24, width: 2_147_483_647, height: -2_147_483_648, rows: ['00000000'] }],
  ])('of %s is none', (_what, given) => {
    expect(hex(bmp(given))).toBeUndefined();
  });

  test('of the old kind is none', () => {
    const old = bmp({ bits: 24, rows: ['00000000'] });
    old.writeUInt32LE(12, 14);
    expect(hex(old)).toBeUndefined();
  });

  test('of a colour beyond its palette is read with the last', () => {
    expect(hex(bmp({ bits: 8, palette: '0000ff00', rows: ['ff000000'] }))?.pixels).toBe('ff0000ff');
  });

  test('is made a PNG, with its colours', async () => {
    const made = await convertPicture(
      bmp({ bits: 24, width: 2, rows: ['ff0000ffffff0000', '0000ff00ff000000'] }),
      {
        types: ['image/png', 'image/jpeg'],
        maxBytes: 10_000,
      },
    );
    expect(made?.type).toBe('image/png');
    const { data, info } = await sharp(made?.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect({ width: info.width, height: info.height, pixels: data.toString('hex') }).toEqual(
      redGreenBlueWhite,
    );
  });

  test('of any bytes is one or none, and never a fault', () => {
    const whole = bmp({ bits: 24, width: 2, rows: ['ff0000ffffff0000', '0000ff00ff000000'] });
    fc.assert(
      fc.property(fc.nat(53), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
        const changed = Buffer.from(whole);
        changed[at] = value;
        const picture = decodeBmp(changed.subarray(0, length), 100);
        const { width = 0, height = 0 } = picture?.raw ?? {};
        expect(picture?.bytes.length ?? 0).toBe(width * height * 4);
      }),
    );
  });
});
