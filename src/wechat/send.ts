import { z } from 'zod';
import { wordsOf } from '../formats/describe-part.ts';
import { planText } from '../formats/plan-text.ts';
import type { Json, Message } from '../model/message.ts';
import type { SendAttempt, SendOutcome } from '../ports/channel.ts';
import type { ApiFailure } from './api-answer.ts';
import { type Content, writeSend } from './encode.ts';
import { type Consequence, consequenceOf } from './errors.ts';
import { openableAppids, type Piece, planPieces } from './forms.ts';
import { makeLinksSafe } from './links.ts';
import { outcomeOf } from './outcome.ts';
import { prepareContent } from './prepare.ts';
import type { UploadDesk } from './uploads.ts';

export type Sender = Omit<UploadDesk, 'attempt'>;

/**
 * Carries one reply a step: one send, or one upload. A reply of several sends goes on with `more`, and so does one
 * that WeChat refused as it was but may take once it is changed.
 */
export async function sendReply(sender: Sender, reply: Message, attempt: SendAttempt): Promise<SendOutcome> {
  const progress = progressShape.parse(attempt.progress);
  const pieces = planPieces(reply.parts, sender.settings);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'refused', code: 'empty' };
  const behind = pieces.length - 1 - progress.piece;
  const step: Step = { ...sender, reply, attempt, progress, behind };
  return piece.kind === 'text'
    ? sendText(step, await wordsOf(piece.parts, attempt.mediaUrl))
    : sendTyped(step, piece);
}

/** What a `more` leaves behind: the piece to send, and what was already tried with it. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    /** Of a text: so much of it is sent, in UTF-16 units. */
    from: z.int().optional(),
    /** Of a part with a type: the place of the form to try. */
    form: z.int().optional(),
    isUploadedAgain: z.boolean().optional(),
    /** WeChat's limit is lower than ours. */
    maxBytes: z.int().optional(),
    isUnlinked: z.boolean().optional(),
    isUnsigned: z.boolean().optional(),
  })
  .catch({ piece: 0 });

type Progress = z.output<typeof progressShape>;

interface Step extends UploadDesk {
  readonly reply: Message;
  readonly progress: Progress;
  /** So many pieces follow. */
  readonly behind: number;
}

async function sendText(step: Step, words: string): Promise<SendOutcome> {
  const { progress, settings, attempt, behind } = step;
  const next = await planText(makeLinksSafe(words.toWellFormed(), openableAppids(settings)), {
    from: progress.from ?? 0,
    maxBytes: progress.maxBytes ?? settings.textMaxBytes,
    sends: attempt.sends - behind,
    keepText: attempt.keepText,
  });
  const content = progress.isUnlinked ? makeLinksSafe(next.text, []) : next.text;
  const after = next.from === undefined ? undefined : { ...progress, from: next.from, isUnlinked: undefined };
  if (content.trim() === '') return skipBlank(step, after);
  const change = (consequence: Consequence): Progress | undefined => {
    switch (consequence.kind) {
      case 'shorten':
        // A text that is too long although it kept to our limit: half is a fair guess of WeChat's.
        return progress.maxBytes === undefined
          ? { ...progress, maxBytes: Math.max(leastBytes, Math.ceil(Buffer.byteLength(content) / 2)) }
          : undefined;
      case 'stripLinks':
        return progress.isUnlinked ? undefined : { ...progress, isUnlinked: true };
      default:
        return undefined;
    }
  };
  return sendContent(step, { content: { msgtype: 'text', text: { content } }, after, change });
}

const leastBytes = 64;

/** Blank lines between the pieces of a text need no send. */
function skipBlank({ progress, behind }: Step, after: Progress | undefined): SendOutcome {
  if (after !== undefined) return goOn(after);
  if (behind > 0) return goOn({ piece: progress.piece + 1 });
  return progress.piece === 0 && progress.from === undefined
    ? { outcome: 'refused', code: 'empty' }
    : { outcome: 'accepted' };
}

/** Sends a part in the first of its forms that can be had. */
async function sendTyped(
  step: Step,
  { part, forms }: Extract<Piece, { kind: 'typed' }>,
): Promise<SendOutcome> {
  const { progress } = step;
  for (const [place, form] of forms.entries()) {
    if (place < (progress.form ?? 0)) continue;
    if (form === 'text') break;
    const prepared = await prepareContent(step, part, form);
    if (prepared.kind === 'outcome') return prepared.outcome;
    if (prepared.kind === 'uploaded') return goOn({ ...progress, form: place });
    if (prepared.kind === 'refused') return goOn({ ...progress, form: place + 1 });
    if (prepared.kind === 'impossible') continue;
    const { content, uploads } = prepared;
    return sendContent(step, {
      content,
      after: undefined,
      async change(consequence) {
        if (!isOfContent(consequence)) return undefined;
        const isStale = consequence.kind === 'uploadAgain';
        for (const { key, id } of isStale ? uploads : []) await step.tools.mediaIds.forget(key, id);
        return isStale && !progress.isUploadedAgain
          ? { ...progress, form: place, isUploadedAgain: true }
          : { ...progress, form: forms.length - 1 };
      },
    });
  }
  return sendText(step, await wordsOf([part], step.attempt.mediaUrl));
}

/** Whether WeChat refused what was to be shown, and not the account, the visitor or the time. */
function isOfContent({ kind }: Consequence): boolean {
  return kind === 'uploadAgain' || kind === 'convert' || kind === 'shorten';
}

interface Sending {
  readonly content: Content;
  /** Where the piece goes on; without it the next piece follows. */
  readonly after: Progress | undefined;
  /** What to try after a refusal, where anything is worth a try. */
  readonly change: (consequence: Consequence) => Progress | undefined | Promise<Progress | undefined>;
}

async function sendContent(step: Step, { content, after, change }: Sending): Promise<SendOutcome> {
  const { progress, attempt, reply, settings, behind } = step;
  const { isUnsigned } = progress;
  const body = writeSend(attempt, content, { reply, settings, isUnsigned });
  const answer = await step.client.sendMessage(body, attempt);
  if (answer.kind !== 'ok') {
    const changed = await changeAfter(answer, { progress, isSigned: body.includes('"kf_account"'), change });
    return changed === undefined ? outcomeOf(answer, step.tools.now()) : goOn(changed);
  }
  if (after === undefined && behind === 0) return { outcome: 'accepted' };
  // What was learnt of WeChat holds for the next piece too.
  const next = after ?? { piece: progress.piece + 1, isUnsigned, maxBytes: progress.maxBytes };
  return { outcome: 'more', progress: written(next), sent: true };
}

async function changeAfter(
  failure: ApiFailure,
  {
    progress,
    isSigned,
    change,
  }: { readonly progress: Progress; readonly isSigned: boolean; readonly change: Sending['change'] },
): Promise<Progress | undefined> {
  if (failure.kind !== 'said') return undefined;
  const consequence = consequenceOf(failure.errcode);
  if (consequence.kind !== 'sendUnsigned') return change(consequence);
  return isSigned && !progress.isUnsigned ? { ...progress, isUnsigned: true } : undefined;
}

function goOn(progress: Progress): SendOutcome {
  return { outcome: 'more', progress: written(progress) };
}

function written(progress: Progress): Json {
  return Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== undefined));
}
