import { textOf } from '../../src/formats/fields.ts';
import type { KeptMedia } from '../../src/ports/channel.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Attempt } from '../../src/ports/helpdesk.ts';
import type { Desk } from './desk.ts';
import type { KfApi } from './kf-api.ts';
import { outcomeOfHarmless } from './outcome.ts';
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
  return uploadKept(desk.api, { as: piece.as, kept, name: piece.media.name }, attempt);
}

/** `kept` is `undefined` where there is no copy. */
export async function uploadKept(
  api: Pick<KfApi, 'upload'>,
  { as: wanted, kept, name }: KeptFile,
  { signal, number }: { readonly signal: AbortSignal; readonly number: number },
): Promise<UploadResult> {
  if (kept === undefined || kept.bytes < leastBytes) return { kind: 'unfit' };
  const as = fits(wanted, kept) ? wanted : 'file';
  if (kept.bytes > mostBytes[as]) return { kind: 'unfit' };
  const file = { as, name: name ?? kept.name, type: kept.type, bytes: await kept.read() };
  const answer = await api.upload(file, signal);
  if (answer.kind !== 'ok') {
    const outcome = outcomeOfHarmless(answer, number);
    return outcome.outcome === 'refused' ? { kind: 'unfit' } : { kind: 'failed', outcome };
  }
  const mediaId = textOf(answer.fields, 'media_id');
  return mediaId === undefined ? { kind: 'unfit' } : { kind: 'uploaded', mediaId, as };
}

interface KeptFile {
  readonly as: MediaKind;
  readonly kept: KeptMedia | undefined;
  readonly name: string | undefined;
}

function fits(as: MediaKind, { type, bytes }: { readonly type: string; readonly bytes: number }): boolean {
  return as === 'file' || (types[as].includes(type) && bytes <= mostBytes[as]);
}
