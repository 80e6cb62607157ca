import type { Sharp, SharpOptions } from 'sharp';
import type { PictureForm } from '../ports/media.ts';

/** A picture to be made anew: a file of a format that sharp reads, or bare pixels (four bytes each). */
export interface PictureSource {
  readonly bytes: Uint8Array;
  readonly raw?: { readonly width: number; readonly height: number };
  /** Drawings and screenshots, by their format: lines stay sharp as PNG. */
  readonly isLossless: boolean;
}

export interface EncodeLimits {
  /** Of all frames together. More is a bomb. */
  readonly maxPixels: number;
  /** `performance.now()` at which it is given up. */
  readonly until: number;
}

/**
 * Writes a picture in the form that is wanted: upright, without metadata, in sRGB. An animation stays one where it fits
 * as GIF, else its first frame is taken; transparency becomes white where the format has none. `undefined`: no way was
 * found. Rejects for what cannot be read.
 */
export async function encodePicture(
  source: PictureSource,
  form: PictureForm,
  limits: EncodeLimits,
): Promise<{ readonly type: string; readonly bytes: Buffer } | undefined> {
  const load = await loadSharp();
  const open = (options: SharpOptions = {}) => {
    const seconds = Math.max(1, Math.ceil((limits.until - performance.now()) / 1000));
    return load(source.bytes, { ...optionsOf(source, limits), ...options }).timeout({ seconds });
  };
  for (const way of await findWays(open, source, form)) {
    const bytes = await shrink(way, form, limits.until);
    if (bytes !== undefined) return { type: way.type, bytes };
  }
  return undefined;
}

/** One format to try, from the best to the one that always fits. */
interface Way {
  readonly type: string;
  /** From the best; several only where the format has a choice. */
  readonly qualities: readonly number[];
  /** Tries with ever fewer pixels; 1: at full size only. */
  readonly sizes: number;
  readonly write: (scale: number, quality: number) => Promise<Buffer>;
}

type Open = (options?: SharpOptions) => Sharp;

async function findWays(open: Open, source: PictureSource, form: PictureForm): Promise<readonly Way[]> {
  const { pages = 1, autoOrient, hasAlpha } = await open().metadata();
  const isTransparent = hasAlpha && !(await open().stats()).isOpaque;
  const isCover = form.width !== undefined || form.height !== undefined;
  const drawn = (options?: SharpOptions) => (scale: number) =>
    resize(open(options), autoOrient, { form, scale });
  const still = drawn();
  const moving = drawn({ animated: true });
  const gif = (sizes: number, draw = still): Way => ({
    type: 'image/gif',
    qualities: [100],
    sizes,
    write: (scale) => draw(scale).gif().toBuffer(),
  });
  const png = (sizes: number): Way => ({
    type: 'image/png',
    qualities: [100],
    sizes,
    write: (scale) => still(scale).png({ compressionLevel: 9 }).toBuffer(),
  });
  const jpeg: Way = {
    type: 'image/jpeg',
    qualities: isCover ? [85, 70, 50, 30] : [85, 70],
    sizes: mostSizes,
    write: (scale, quality) => still(scale).flatten({ background: '#ffffff' }).jpeg({ quality }).toBuffer(),
  };
  const ways = [
    ...(pages > 1 && !isCover ? [gif(2, moving)] : []),
    ...(isTransparent || source.isLossless ? [png(1)] : []),
    jpeg,
    png(mostSizes),
    gif(mostSizes),
  ];
  return ways.filter(({ type }) => form.types.includes(type));
}

const mostSizes = 6;

/** Fewer bytes by less quality first, then by fewer pixels: bytes go with the area. */
async function shrink(way: Way, { maxBytes }: PictureForm, until: number): Promise<Buffer | undefined> {
  let scale = 1;
  for (let size = 0; size < way.sizes; size += 1) {
    let bytes = maxBytes;
    for (const quality of way.qualities) {
      if (performance.now() > until) return undefined;
      const written = await way.write(scale, quality);
      if (written.length <= maxBytes) return written;
      bytes = written.length;
    }
    scale *= Math.min(0.8, 0.95 * Math.sqrt(maxBytes / bytes));
  }
  return undefined;
}

function resize(
  picture: Sharp,
  upright: { readonly width: number; readonly height: number },
  { form, scale }: { readonly form: PictureForm; readonly scale: number },
): Sharp {
  const turned = picture.autoOrient();
  const scaled = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  const { width, height } = form;
  if (width !== undefined && height !== undefined) {
    return turned.resize({ width: scaled(width), height: scaled(height), fit: 'cover' });
  }
  const within = { width: width ?? upright.width, height: height ?? upright.height };
  if (scale === 1 && width === undefined && height === undefined) return turned;
  return turned.resize({
    width: scaled(within.width),
    height: scaled(within.height),
    fit: 'inside',
    withoutEnlargement: true,
  });
}

function optionsOf({ raw }: PictureSource, { maxPixels }: EncodeLimits): SharpOptions {
  return {
    limitInputPixels: maxPixels,
    failOn: 'error',
    ...(raw && { raw: { ...raw, channels: 4 } }),
  };
}

/** Formats that are read, each by the one loader that is opened: what a file only looks like leads to no other. */
const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
  (name) => `VipsForeignLoad${name}Buffer`,
);

/** Loaded with the first picture that has to be made anew: it takes 25 MB. */
function loadSharp(): Promise<typeof import('sharp').default> {
  sharpLoading ??= prepareSharp();
  return sharpLoading;
}

/** Once: while its readers are blocked and unblocked, no other picture can be read. */
let sharpLoading: Promise<typeof import('sharp').default> | undefined;

async function prepareSharp(): Promise<typeof import('sharp').default> {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}
