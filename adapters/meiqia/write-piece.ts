import type { Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import type { SentMessage } from './api.ts';
import { type Desk, enterpriseOf } from './desk.ts';
import { readMemory } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { describeLinked, type Piece } from './pieces.ts';
import { goOn, type Progress, type Step } from './step.ts';
import { uploadMedia } from './upload.ts';

/** The message for a piece; a medium takes a step of its own before. */
export async function writePiece(
  step: Step,
): Promise<
  | { readonly kind: 'message'; readonly message: SentMessage }
  | { readonly kind: 'step'; readonly delivery: Delivery }
> {
  const { desk, attempt, progress, piece } = step;
  switch (piece.kind) {
    case 'text':
      return { kind: 'message', message: { type: 'text', content: piece.text } };
    case 'card': {
      const isTicket = progress.isLeft || step.state?.kind === 'offline';
      const card = { type: 'hybrid', content: piece.json } as const;
      return { kind: 'message', message: isTicket ? { type: 'text', content: piece.text } : card };
    }
    case 'file':
      return { kind: 'message', message: await writeLink(desk, piece) };
    case 'media': {
      if (progress.isLinked) return { kind: 'message', message: await writeLink(desk, piece) };
      if (progress.upload !== undefined)
        return { kind: 'message', message: writeUploaded(piece, progress.upload) };
      return { kind: 'step', delivery: await upload(desk, attempt, { progress, piece }) };
    }
    default:
      return piece satisfies never;
  }
}

async function upload(
  desk: Desk,
  attempt: Attempt,
  { progress, piece }: { readonly progress: Progress; readonly piece: Extract<Piece, { kind: 'media' }> },
): Promise<Delivery> {
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

async function writeLink(
  { media, mediaUrl }: Desk,
  piece: Extract<Piece, { kind: 'media' | 'file' }>,
): Promise<SentMessage> {
  const [url, kept] = await Promise.all([mediaUrl(piece.media), media(piece.media)]);
  const found = { url, ...(kept !== undefined && { bytes: kept.bytes }) };
  return { type: 'text', content: describeLinked(piece, found) };
}

const messageTypes = { image: 'photo', voice: 'audio', video: 'video' } as const;

function writeUploaded(
  { as }: Extract<Piece, { kind: 'media' }>,
  { key, video }: NonNullable<Progress['upload']>,
): SentMessage {
  if (video === undefined) return { type: messageTypes[as], content: key };
  const { thumbUrl, filename, size } = video;
  const extra = { filename, size, type: 'video', thumb_url: thumbUrl };
  return { type: 'video', content: key, extra };
}
