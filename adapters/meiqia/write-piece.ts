import type { Delivery } from '../../src/ports/helpdesk.ts';
import type { SentMessage } from './api.ts';
import { type Desk, enterpriseOf } from './desk.ts';
import { readMemory } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { describeLinked, type Piece } from './pieces.ts';
import { goOn, type Progress, type Step } from './step.ts';
import { uploadMedia } from './upload.ts';

type MediaPiece = Extract<Piece, { kind: 'media' }>;
type MediaStep = Step & { readonly piece: MediaPiece };

/** A medium of which Meiqia has nothing yet. */
export function mustUpload(step: Step): step is MediaStep {
  const { piece, progress } = step;
  return piece.kind === 'media' && progress.upload === undefined && !progress.isLinked;
}

/** The step of a medium before its message: it lies at Meiqia then, or goes as a line of text. */
export async function uploadPiece({ desk, attempt, progress, piece }: MediaStep): Promise<Delivery> {
  const enterprise = await enterpriseOf(desk, attempt);
  const { conversation, number, signal, memory } = attempt;
  const { trackId } = readMemory(memory.conversation);
  const found = await desk.visitors.find(conversation, { trackId, number, signal });
  if (found.kind === 'failed') return found.outcome;
  const uploaded = await uploadMedia(desk, piece, { record: found.record, enterprise, attempt });
  switch (uploaded.kind) {
    case 'uploaded':
      return goOn({ ...progress, upload: uploaded.upload });
    case 'unfit':
      return goOn({ ...progress, isLinked: true });
    case 'failed':
      return outcomeOfHarmless(uploaded.failure, number);
    default:
      return uploaded satisfies never;
  }
}

/** The message for a piece; a medium that was not uploaded goes as a line of text. */
export async function writePiece({ desk, progress, piece, state }: Step): Promise<SentMessage> {
  switch (piece.kind) {
    case 'text':
      return { type: 'text', content: piece.text };
    case 'card':
      return progress.isLeft || state?.kind === 'offline'
        ? { type: 'text', content: piece.text }
        : { type: 'hybrid', content: piece.json };
    case 'file':
      return writeLink(desk, piece);
    case 'media':
      return progress.upload === undefined ? writeLink(desk, piece) : writeUploaded(piece, progress.upload);
    default:
      return piece satisfies never;
  }
}

async function writeLink(
  { media, mediaUrl }: Desk,
  piece: Extract<Piece, { kind: 'media' | 'file' }>,
): Promise<SentMessage> {
  const [url, kept] = await Promise.all([mediaUrl(piece.media), media(piece.media)]);
  const found = { url, ...(kept !== undefined && { bytes: kept.bytes }) };
  return { type: 'text', content: describeLinked(piece, found) };
}

const messageTypes = { image: 'photo', voice: 'audio', video: 'video' } as const;

function writeUploaded({ as }: MediaPiece, { key, video }: NonNullable<Progress['upload']>): SentMessage {
  if (video === undefined) return { type: messageTypes[as], content: key };
  const { thumbUrl, filename, size } = video;
  const extra = { filename, size, type: 'video', thumb_url: thumbUrl };
  return { type: 'video', content: key, extra };
}
