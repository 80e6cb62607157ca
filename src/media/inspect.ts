import { sniffType } from './sniff.ts';

/** What a medium is, by its first bytes. */
export interface MediumFacts {
  readonly type: string;
  /** As the bytes tell; without it the type is only what was said. */
  readonly extension?: string;
  readonly width?: number;
  readonly height?: number;
}

/** Looks at the beginning of a medium. What its sender declared is only a hint where bytes tell nothing. */
export async function inspectMedium(head: Buffer, declared: string): Promise<MediumFacts> {
  const sniffed = await sniffType(head);
  if (sniffed === undefined)
    return { type: hints.find((type) => type === declared.toLowerCase()) ?? unknownType };
  const { type, extension } = sniffed;
  return { type, extension, ...(type.startsWith('image/') && (await measure(head))) };
}

const unknownType = 'application/octet-stream';
/** Types that have no mark of their own. Any other would have been seen, so whoever claims it is wrong. */
const hints = ['text/plain', 'text/csv', 'text/markdown', 'application/json', 'audio/speex'];

async function measure(
  head: Buffer,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  try {
    const { imageSize } = await import('image-size');
    const { width, height } = imageSize(head);
    return { width, height };
  } catch {
    return undefined;
  }
}
