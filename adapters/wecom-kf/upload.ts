import { textOf } from '../../src/formats/fields.ts';
import type { Attempt } from '../../src/ports/helpdesk.ts';
import type { Desk } from './desk.ts';
import { type FailedDelivery, outcomeOfHarmless } from './outcome.ts';
import type { MediaKind, Piece } from './pieces.ts';

/** `unfit`: agents get a line of text instead. */
export type UploadResult =
  | { readonly kind: 'uploaded'; readonly mediaId: string; readonly as: MediaKind }
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** Bytes that each type may have (WeCom, temporary media): more than five, and no more than this. */
const mostBytes: Readonly<Record<MediaKind, number>> = {
  image: 10_485_760,
  voice: 2_097_152,
  video: 10_485_760,
  file: 20_971_520,
};
const leastBytes = 6;

const types: Readonly<Record<Exclude<MediaKind, 'file'>, readonly string[]>> = {
  image: ['image/jpeg', 'image/png'],
  voice: ['audio/amr'],
  video: ['video/mp4'],
};

/** Uploads the bridge's copy of a medium; what is not of the form that its type wants goes as a file. */
export async function uploadMedia(
  desk: Desk,
  piece: Extract<Piece, { kind: 'media' }>,
  attempt: Attempt,
): Promise<UploadResult> {
  const kept = await desk.media(piece.media);
  if (kept === undefined || kept.bytes < leastBytes) return { kind: 'unfit' };
  const as = fits(piece.as, kept) ? piece.as : 'file';
  if (kept.bytes > mostBytes[as]) return { kind: 'unfit' };
  const file = { as, name: piece.media.name ?? kept.name, type: kept.type, bytes: await kept.read() };
  const answer = await desk.api.upload(file, attempt.signal);
  if (answer.kind !== 'ok') {
    const outcome = outcomeOfHarmless(answer, attempt.number);
    return outcome.outcome === 'refused' ? { kind: 'unfit' } : { kind: 'failed', outcome };
  }
  const mediaId = textOf(answer.fields, 'media_id');
  return mediaId === undefined ? { kind: 'unfit' } : { kind: 'uploaded', mediaId, as };
}

function fits(as: MediaKind, { type, bytes }: { readonly type: string; readonly bytes: number }): boolean {
  return as === 'file' || (types[as].includes(type) && bytes <= mostBytes[as]);
}
