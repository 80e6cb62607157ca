import { z } from 'zod';
import type { Json, Message } from '../model/message.ts';
import type { KeptMedia, SendAttempt, SendOutcome } from '../ports/channel.ts';
import type { ApiFailure } from './api-answer.ts';
import type { WeChatClient } from './client.ts';
import {
  type Content,
  describePart,
  type Piece,
  planPieces,
  shortenText,
  stripLinks,
  writeSend,
} from './encode.ts';
import { consequenceOf } from './errors.ts';
import { isSendableImage } from './multipart.ts';
import { outcomeOf } from './outcome.ts';
import type { WeChatSettings } from './settings.ts';

export interface Sender {
  readonly settings: WeChatSettings;
  readonly client: WeChatClient;
  readonly now: () => number;
}

/**
 * Carries one reply a step: one send, or one upload. A reply of several pieces goes on with `more`, and so does one
 * that WeChat refused as it was but may take once it is changed.
 */
export async function sendReply(sender: Sender, reply: Message, attempt: SendAttempt): Promise<SendOutcome> {
  const progress = progressShape.parse(attempt.progress);
  const pieces = planPieces(reply.parts);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'refused', code: 'empty' };
  const step: Step = {
    ...sender,
    reply,
    attempt,
    progress,
    piece,
    isLast: progress.piece === pieces.length - 1,
  };
  if (piece.kind === 'text') return sendText(step, piece.text);
  if (progress.isWritten) return sendText(step, describePart(piece));
  return progress.mediaId === undefined ? prepareImage(step) : sendImage(step, progress.mediaId);
}

/** What a `more` leaves behind: the piece to send, and what was already tried with it. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    mediaId: z.string().optional(),
    isUploadedAgain: z.boolean().optional(),
    /** The image goes as a line of text. */
    isWritten: z.boolean().optional(),
    isShortened: z.boolean().optional(),
    isUnlinked: z.boolean().optional(),
  })
  .catch({ piece: 0 });

type Progress = z.output<typeof progressShape>;

interface Step extends Sender {
  readonly reply: Message;
  readonly attempt: SendAttempt;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
}

async function sendText(step: Step, words: string): Promise<SendOutcome> {
  const { progress, settings } = step;
  const plain = (progress.isUnlinked ? stripLinks(words) : words).toWellFormed();
  const content = progress.isShortened ? shortenText(plain, shorterBytes(plain, settings)) : plain;
  if (content.trim() === '') return { outcome: 'refused', code: 'empty' };
  return sendContent(step, { msgtype: 'text', text: { content } }, (failure) => {
    const consequence = consequenceIn(failure);
    if (consequence === 'shorten' && !progress.isShortened) return goOn({ ...progress, isShortened: true });
    if (consequence === 'stripLinks' && !progress.isUnlinked) return goOn({ ...progress, isUnlinked: true });
    return undefined;
  });
}

/** A text that was too long although it kept to the limit: WeChat's limit is lower, and half is a fair guess. */
function shorterBytes(text: string, { textMaxBytes }: WeChatSettings): number {
  const bytes = Buffer.byteLength(text);
  return bytes > textMaxBytes ? textMaxBytes : Math.ceil(bytes / 2);
}

async function prepareImage(step: Step): Promise<SendOutcome> {
  const { piece, progress, attempt, settings } = step;
  const image = piece.kind === 'image' ? await attempt.media(piece.media) : undefined;
  if (image === undefined || !fits(image, settings)) return sendText(step, describePart(piece));
  const answer = await step.client.uploadImage(image, attempt.signal);
  if (answer.kind === 'ok') return goOn({ ...progress, mediaId: answer.value });
  // A repeated upload harms nobody, so nothing about it is unknown.
  if (answer.kind === 'lost') return { outcome: 'later', code: answer.code, because: 'vendor' };
  const outcome = outcomeOf(answer, step.now());
  const isImageRefused = outcome.outcome === 'refused' && outcome.alarm === undefined;
  return isImageRefused ? goOn({ ...progress, isWritten: true }) : outcome;
}

function fits(image: KeptMedia, { imageMaxBytes }: WeChatSettings): boolean {
  return isSendableImage(image.type) && image.bytes <= imageMaxBytes;
}

async function sendImage(step: Step, mediaId: string): Promise<SendOutcome> {
  const { progress } = step;
  return sendContent(step, { msgtype: 'image', image: { media_id: mediaId } }, (failure) =>
    consequenceIn(failure) === 'uploadAgain' && !progress.isUploadedAgain
      ? goOn({ piece: progress.piece, isUploadedAgain: true })
      : undefined,
  );
}

/** `change` may turn a failure into another step. */
async function sendContent(
  step: Step,
  content: Content,
  change: (failure: ApiFailure) => SendOutcome | undefined,
): Promise<SendOutcome> {
  const body = writeSend(step.attempt.visitor, content, step);
  const answer = await step.client.sendMessage(body, step.attempt.signal);
  if (answer.kind !== 'ok') return change(answer) ?? outcomeOf(answer, step.now());
  if (step.isLast) return { outcome: 'accepted' };
  return { outcome: 'more', progress: { piece: step.progress.piece + 1 }, sent: true };
}

function consequenceIn(failure: ApiFailure): string | undefined {
  return failure.kind === 'said' ? consequenceOf(failure.errcode).kind : undefined;
}

function goOn(progress: Progress & Json): SendOutcome {
  return { outcome: 'more', progress };
}
