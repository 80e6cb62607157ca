import { z } from 'zod';
import { wordsOf } from '../../../src/formats/describe-part.ts';
import { planText } from '../../../src/formats/plan-text.ts';
import type { Json, Message, Part } from '../../../src/model/message.ts';
import type { SendAttempt, SendOutcome } from '../../../src/ports/channel.ts';
import type { Answer } from '../kf-api.ts';
import { isRepeat } from '../msgid.ts';
import { codes, type Failure } from '../outcome.ts';
import type { ChannelDesk } from './desk.ts';
import { isMediumGone, obtainMedium } from './media.ts';
import { msgidFor } from './msgid.ts';
import { lookWhose, outcomeOfSend } from './outcome.ts';
import { type Piece, planPieces } from './pieces.ts';

/**
 * Carries one reply into the kf chat a step: one message, or one upload. What the code of an event allows goes by that
 * code; all else by the five messages that the customer's own allows (WeCom, `kf/send_msg`).
 */
export async function sendReply(
  desk: ChannelDesk,
  reply: Message,
  attempt: SendAttempt,
): Promise<SendOutcome> {
  const progress = progressShape.parse(attempt.progress ?? {});
  const pieces = planPieces(reply.parts);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'refused', code: 'empty' };
  const step: Step = { desk, attempt, progress, behind: pieces.length - 1 - progress.piece };
  if (piece.kind === 'text') return sendText(step, piece.parts);
  if (progress.isText) return sendText(step, [piece.part]);
  return piece.kind === 'location' ? sendLocation(step, piece.part) : sendMedium(step, piece);
}

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    /** Messages that were taken: the next one has that number. */
    sent: z.int().min(0).default(0),
    /** Of a text: so much of it is sent, in UTF-16 units. */
    from: z.int().optional(),
    /** WeCom does not take the part as what it is. */
    isText: z.boolean().optional(),
    isUploadedAgain: z.boolean().optional(),
    /** The code of the grant is used up. */
    isCodeless: z.boolean().optional(),
  })
  .catch({ piece: 0, sent: 0 });

type Progress = z.output<typeof progressShape>;

interface Step {
  readonly desk: ChannelDesk;
  readonly attempt: SendAttempt;
  readonly progress: Progress;
  /** So many pieces follow. */
  readonly behind: number;
}

async function sendText(step: Step, parts: readonly Part[]): Promise<SendOutcome> {
  const { progress, desk, attempt, behind } = step;
  const words = (await wordsOf(parts, attempt.mediaUrl)).toWellFormed();
  const next = await planText(words, {
    from: progress.from ?? 0,
    maxBytes: desk.settings.textMaxBytes,
    sends: attempt.sends - behind,
    keepText: attempt.keepText,
  });
  const after = next.from === undefined ? undefined : { ...progress, from: next.from };
  if (next.text.trim() === '') return skipBlank(step, after);
  return send(step, { content: { msgtype: 'text', text: { content: next.text } }, after });
}

/** Blank lines between the pieces of a text need no message. */
function skipBlank({ progress, behind }: Step, after: Progress | undefined): SendOutcome {
  if (after !== undefined) return goOn(after);
  if (behind > 0) return goOn({ piece: progress.piece + 1, sent: progress.sent });
  return progress.sent === 0 ? { outcome: 'refused', code: 'empty' } : { outcome: 'accepted' };
}

function sendLocation(
  step: Step,
  { latitude, longitude, label }: Extract<Piece, { kind: 'location' }>['part'],
): Promise<SendOutcome> {
  const location = { name: label ?? '位置', address: label ?? '', latitude, longitude };
  return send(step, {
    content: { msgtype: 'location', location },
    refused: { ...step.progress, isText: true },
  });
}

async function sendMedium(step: Step, piece: Extract<Piece, { kind: 'media' }>): Promise<SendOutcome> {
  const { progress, desk, attempt } = step;
  const obtained = await obtainMedium(desk, piece, attempt);
  const asText = { ...progress, isText: true };
  switch (obtained.kind) {
    case 'uploaded':
      return goOn(progress);
    case 'unfit':
      return goOn(asText);
    case 'outcome':
      return obtained.outcome;
    case 'id': {
      const { as, id, digest } = obtained;
      return send(step, {
        content: { msgtype: as, [as]: { media_id: id } },
        refused: asText,
        async gone() {
          await desk.tools.mediaIds.forget({ use: as, digest }, id);
          return progress.isUploadedAgain ? asText : { ...progress, isUploadedAgain: true };
        },
      });
    }
    default:
      return obtained satisfies never;
  }
}

interface Sending {
  readonly content: { readonly msgtype: string } & Readonly<Record<string, unknown>>;
  /** Where the piece goes on; without it the next piece follows. */
  readonly after?: Progress | undefined;
  /** What to try where WeCom does not take this content. */
  readonly refused?: Progress;
  /** What to try where it no longer knows the medium. */
  readonly gone?: () => Promise<Progress>;
}

async function send(step: Step, sending: Sending): Promise<SendOutcome> {
  const { desk, attempt, progress, behind } = step;
  const code = sending.content.msgtype === 'text' && !progress.isCodeless ? attempt.code : undefined;
  const answer = await call(step, sending, code);
  if (answer.kind !== 'ok' && !isTaken(step, answer)) {
    const changed = await changeAfter(step, sending, { failure: answer, code });
    if (changed !== undefined) return goOn(changed);
    const outcome = outcomeOfSend(desk, answer, attempt.number);
    return outcome.outcome === 'held' ? lookWhose(desk, outcome, attempt) : outcome;
  }
  if (sending.after === undefined && behind === 0) return { outcome: 'accepted' };
  const next = sending.after ?? { piece: progress.piece + 1 };
  return { outcome: 'more', progress: written({ ...next, sent: progress.sent + 1 }), sent: true };
}

function call(
  { desk, attempt, progress }: Step,
  { content }: Sending,
  code: string | undefined,
): Promise<Answer> {
  const msgid = msgidFor(attempt.key, progress.sent);
  if (code !== undefined) {
    return desk.api.sendOnEvent({ code, msgid, content: { ...content, msgtype: 'text' } }, attempt.signal);
  }
  const chat = { openKfid: desk.settings.openKfid, external: attempt.visitor };
  return desk.api.sendContent({ ...chat, msgid, content }, attempt.signal);
}

/** The id was used: by the attempt before this one, whose answer was lost. */
function isTaken({ desk, attempt }: Step, failure: Failure): boolean {
  return isRepeat(desk, failure, attempt.wasLost ? { lost: attempt } : {});
}

async function changeAfter(
  { progress }: Step,
  { refused, gone }: Sending,
  { failure, code }: { readonly failure: Failure; readonly code: string | undefined },
): Promise<Progress | undefined> {
  if (failure.kind !== 'said') return undefined;
  // Whatever WeCom says to a code but that it is busy: the code is of no use any more.
  if (code !== undefined) return failure.code === codes.busy ? undefined : { ...progress, isCodeless: true };
  if (gone !== undefined && isMediumGone(failure)) return gone();
  return ofContent.has(failure.code) ? refused : undefined;
}

/** Said of the message's own content: form, size, type (WeCom, table of global error codes). */
const ofContent = new Set([40_004, 40_005, 40_006, 40_007, 40_008, 40_009, 40_011, 44_001, 45_001, 45_007]);

function goOn(progress: Progress | Omit<Progress, 'sent'>): SendOutcome {
  return { outcome: 'more', progress: written(progress) };
}

function written(progress: object): Json {
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== undefined));
}
