import { z } from 'zod';
import { guessDurationMs, readAmrDurationMs } from '../../src/formats/amr.ts';
import type { KeptMedia } from '../../src/ports/channel.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import { isGeneral, outcomeOfHarmless } from './outcome.ts';
import type { MediaKind, MediaPiece } from './pieces.ts';

/** A medium that agents can open. */
export const uploadShape = z.object({
  url: z.string(),
  secret: z.string(),
  name: z.string(),
  bytes: z.number(),
  width: z.number().optional(),
  height: z.number().optional(),
  durationMs: z.number().optional(),
});

export type Upload = z.output<typeof uploadShape>;

/** `unfit`: agents get a line of text instead. */
export type UploadResult =
  | { readonly kind: 'uploaded'; readonly upload: Upload }
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** Uploads the bridge's copy of a medium to the IM cloud: agents cannot be shown what a URL of WeChat's shows. */
export async function uploadMedia(
  desk: Desk,
  piece: MediaPiece,
  context: VisitorContext,
): Promise<UploadResult> {
  const kept = await desk.media(piece.media);
  if (kept === undefined || kept.bytes > desk.settings.maxFileBytes) return { kind: 'unfit' };
  const bytes = await kept.read();
  const file = { name: nameOf(piece, kept), type: kept.type, bytes, md5: kept.md5 };
  const answer = await desk.im.upload(file, context.signal);
  if (answer.kind === 'uploaded') {
    const { url, secret } = answer;
    return { kind: 'uploaded', upload: { url, secret, ...describe(piece, kept, bytes) } };
  }
  const outcome = outcomeOfHarmless(answer, context.number);
  if (outcome.outcome === 'refused') return { kind: 'unfit' };
  // Rather a line of text than a message that is given up because of its picture.
  const isItsOwn = outcome.outcome === 'later' && outcome.because === 'message' && !isGeneral(answer);
  return isItsOwn && context.number >= mostTries ? { kind: 'unfit' } : { kind: 'failed', outcome };
}

/** The REST channel has no upload: agents are given the bridge's own link. */
export async function linkMedia(desk: Desk, piece: MediaPiece): Promise<UploadResult> {
  const kept = await desk.media(piece.media);
  const url = kept && (await desk.mediaUrl(piece.media));
  if (kept === undefined || url === undefined) return { kind: 'unfit' };
  const bytes = piece.as === 'voice' ? await kept.read() : Buffer.alloc(0);
  return { kind: 'uploaded', upload: { url, secret: '', ...describe(piece, kept, bytes) } };
}

/** The body of the message that shows a medium (Easemob IM, `messages/users`; by the older page all fields are needed). */
export function writeMedia(
  piece: MediaPiece,
  upload: Upload,
): { readonly type: string; readonly body: object } {
  const { url, secret, name: filename, bytes, width, height } = upload;
  const file = { url, filename, ...(secret !== '' && { secret }) };
  const length = Math.max(1, Math.round((upload.durationMs ?? piece.durationMs ?? 0) / 1000));
  const type = types[piece.as];
  switch (piece.as) {
    case 'image':
      return { type, body: { ...file, size: { width: width ?? 0, height: height ?? 0 } } };
    case 'voice':
      return { type, body: { ...file, length } };
    case 'video':
      return { type, body: { ...file, length, file_length: bytes } };
    case 'file':
      return { type, body: { ...file, file_length: bytes } };
    default:
      return piece.as satisfies never;
  }
}

const types: Readonly<Record<MediaKind, string>> = {
  image: 'img',
  voice: 'audio',
  video: 'video',
  file: 'file',
};

const mostTries = 3;

function nameOf({ media }: MediaPiece, kept: KeptMedia): string {
  return media.name ?? kept.name;
}

function describe(piece: MediaPiece, kept: KeptMedia, bytes: Buffer): Omit<Upload, 'url' | 'secret'> {
  const { width, height } = kept;
  return {
    name: nameOf(piece, kept),
    bytes: kept.bytes,
    ...(width && height && { width, height }),
    ...(piece.as === 'voice' && {
      durationMs: piece.durationMs || readAmrDurationMs(bytes) || guessDurationMs(kept.bytes),
    }),
  };
}
