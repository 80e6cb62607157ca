import { createHash } from 'node:crypto';

/** What a medium is, by its bytes. */
export interface MediumFacts {
  readonly type: string;
  /** As the first bytes tell; without it the type is only what was said. */
  readonly extension?: string;
  readonly md5: string;
  readonly width?: number;
  readonly height?: number;
}

/** Looks at the bytes; `declared` is believed only where they tell nothing. */
export async function inspectMedium(bytes: Buffer, declared: string): Promise<MediumFacts> {
  const sniffed = await sniff(bytes);
  const type = sniffed?.mime ?? (plainType.test(declared) ? declared.toLowerCase() : unknownType);
  return {
    type,
    ...(sniffed && { extension: sniffed.ext }),
    md5: createHash('md5').update(bytes).digest('hex'),
    ...(type.startsWith('image/') && (await measure(bytes))),
  };
}

const unknownType = 'application/octet-stream';
const plainType = /^[a-z]+\/[\w.+-]{1,80}$/i;
/** What a sender chose is looked at no further than this. */
const sniffedBytes = 64 * 1024;

async function sniff(bytes: Buffer): Promise<{ readonly mime: string; readonly ext: string } | undefined> {
  try {
    // Loaded with the first medium: a bridge that carries only words need not hold it.
    const { fileTypeFromBuffer } = await import('file-type');
    return await fileTypeFromBuffer(bytes.subarray(0, sniffedBytes));
  } catch {
    return undefined; // bytes that begin like a format and break it
  }
}

async function measure(
  bytes: Buffer,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  try {
    const { imageSize } = await import('image-size');
    const { width, height } = imageSize(bytes);
    return { width, height };
  } catch {
    return undefined;
  }
}
