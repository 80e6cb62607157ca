import { z } from 'zod';
import { guessDurationMs, readAmrDurationMs } from '../../src/formats/amr.ts';
import { textOf } from '../../src/formats/fields.ts';
import type { KeptMedia } from '../../src/ports/channel.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Attempt, Tools } from '../../src/ports/helpdesk.ts';
import type { Desk } from './allocate.ts';
import { type Failure, outcomeOfHarmless } from './outcome.ts';
import { describeFailure, describeUpload, type Piece } from './pieces.ts';
import type { QiyuSettings } from './settings.ts';
import { md5Of } from './signature.ts';

/** A medium that lies at Qiyu. */
export const uploadShape = z.object({
  url: z.string(),
  name: z.string(),
  size: z.number(),
  md5: z.string(),
  width: z.number().optional(),
  height: z.number().optional(),
  durationMs: z.number().optional(),
});

export type Upload = z.output<typeof uploadShape>;

type MediaPiece = Extract<Piece, { kind: 'media' }>;

/** `unfit`: agents get a line of text instead. */
export type UploadResult =
  | { readonly kind: 'uploaded'; readonly upload: Upload }
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** Uploads the bridge's copy of a medium: what a URL of WeChat's shows, agents cannot be shown. */
export async function uploadMedia(
  desk: Desk & Pick<Tools, 'media'>,
  piece: MediaPiece,
  attempt: Attempt,
): Promise<UploadResult> {
  const kept = await desk.media(piece.media);
  if (kept === undefined || kept.bytes > desk.settings.maxFileBytes) return { kind: 'unfit' };
  const bytes = await kept.read();
  const name = piece.media.name ?? kept.name;
  const answer = await desk.api.uploadFile({ name, type: kept.type, bytes }, attempt.signal);
  if (answer.kind !== 'ok') {
    return readFailure(answer, attempt.number);
  }
  const url = textOf(answer.fields, 'url');
  if (url === undefined) return { kind: 'unfit' };
  const upload = { url, name, size: bytes.length, md5: md5Of(bytes), ...measure(piece, kept, bytes) };
  return { kind: 'uploaded', upload };
}

/** Rather a line of text than a message that is given up because of its picture. */
function readFailure(failure: Failure, number: number): UploadResult {
  const outcome = outcomeOfHarmless(failure, number);
  if (outcome.outcome === 'refused') return { kind: 'unfit' };
  const isItsOwn = outcome.outcome === 'later' && outcome.because === 'message';
  if (!isItsOwn) return { kind: 'failed', outcome };
  return number >= mostTries
    ? { kind: 'unfit' }
    : { kind: 'failed', outcome: { ...outcome, atMost: mostTries } };
}

/** Of the whole message, whose first steps are asking for somebody and sending the profile. */
const mostTries = 5;

/** The message for an uploaded medium; without an upload the line that stands for it. */
export function writeUploaded(
  piece: MediaPiece,
  upload: Upload | undefined,
  settings: QiyuSettings,
): { readonly msgType: string; readonly content: string | object } {
  if (upload === undefined) return { msgType: 'TEXT', content: describeFailure(piece) };
  const { url, size, md5, name, width, height, durationMs } = upload;
  const extra = settings.extraSendTypes as readonly string[];
  switch (piece.as) {
    case 'image':
      return {
        msgType: 'PICTURE',
        content: { url, size, md5, ...(width && height && { w: width, h: height }) },
      };
    case 'voice':
      return { msgType: 'AUDIO', content: { url, size, md5, dur: durationMs ?? guessDurationMs(size) } };
    case 'video':
    case 'file': {
      const msgType = piece.as.toUpperCase();
      if (!extra.includes(msgType)) return { msgType: 'TEXT', content: describeUpload(piece, url) };
      const ext = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1] ?? '';
      return { msgType, content: { url, size, md5, name, ext } };
    }
    default:
      return piece.as satisfies never;
  }
}

function measure(piece: MediaPiece, kept: KeptMedia, bytes: Buffer): Partial<Upload> {
  if (piece.as === 'voice') {
    const known = piece.durationMs || readAmrDurationMs(bytes);
    return { durationMs: known || guessDurationMs(bytes.length) };
  }
  const { width, height } = kept;
  return width && height ? { width, height } : {};
}
