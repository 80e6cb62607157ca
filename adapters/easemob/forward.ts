import { z } from 'zod';
import type { Json, Message } from '../../src/model/message.ts';
import type { Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Failure } from './answer.ts';
import type { Desk } from './desk.ts';
import { type Draft, writeImMessage } from './im-message.ts';
import { noteExtra, readMemory } from './memory.ts';
import { messageIdOf, messageUuidOf } from './message-id.ts';
import { visitorIdOf } from './names.ts';
import { isGeneral, isTooLarge, outcomeOf, outcomeOfHarmless } from './outcome.ts';
import { canBeCut, cutPieces, describePiece, type Piece, planPieces } from './pieces.ts';
import { fingerprintOf, type Profile, profileOf } from './profile.ts';
import { writeRestMessage } from './rest-message.ts';
import { linkMedia, type Upload, uploadMedia, uploadShape } from './upload.ts';

/** Carries one message of a visitor. */
export function forwardMessage(desk: Desk, message: Message, context: VisitorContext): Promise<Delivery> {
  return carryPieces(desk, planPieces(message.parts, desk.settings), context);
}

/**
 * Carries pieces in the visitor's name, a call a step: he is registered, then each piece is uploaded where it has to be, and
 * sent. `more` goes on with the next.
 */
export async function carryPieces(
  desk: Desk,
  planned: readonly Piece[],
  context: VisitorContext,
): Promise<Delivery> {
  const progress = progressShape.parse(context.progress);
  const pieces = cutPieces(planned, progress.cuts ?? []);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'accepted' };
  const step: Step = { desk, context, progress, piece, isLast: progress.piece === pieces.length - 1 };
  const waits = mustRegister(step) ? await register(step) : undefined;
  if (waits !== undefined) return waits;
  if (piece.kind === 'media' && progress.upload === undefined && !progress.isWritten) {
    return obtain(
      step,
      desk.settings.mode === 'im' ? await uploadMedia(desk, piece, context) : await linkMedia(desk, piece),
    );
  }
  return send(step);
}

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    /** Places of pieces that were too large. */
    cuts: z.array(z.int().min(0)).optional(),
    isRegistered: z.literal(true).optional(),
    upload: uploadShape.optional(),
    /** The piece goes as a line of text. */
    isWritten: z.literal(true).optional(),
  })
  .catch({ piece: 0 });

type Progress = z.output<typeof progressShape>;

interface Step {
  readonly desk: Desk;
  readonly context: VisitorContext;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
}

function mustRegister({ desk: { settings }, context, progress }: Step): boolean {
  if (settings.mode === 'rest' || settings.identity === 'shared' || progress.isRegistered) return false;
  return readMemory(context.memory.conversation).isRegistered !== true;
}

/**
 * Tries of a registration, which take a quarter of an hour. IM takes messages of who is not registered too, but the helpdesk may
 * show them to nobody; so a message goes without one only where registering seems to be broken for good.
 */
const mostRegistrations = 20;

/** `undefined`: the message goes all the same; the next attempt tries to register again. */
async function register({ desk, context, progress }: Step): Promise<Delivery | undefined> {
  const name = visitorIdOf(desk.settings, context.conversation);
  const answer = await desk.im.register(name, context.signal);
  if (answer.kind === 'ok') {
    const events = [noteExtra({ isRegistered: true }, desk.now())];
    return { ...goOn({ ...progress, isRegistered: true }), events };
  }
  const outcome = outcomeOfHarmless(answer, context.number);
  if (isGeneral(answer) || context.signal.aborted) return outcome;
  const isHopeless = outcome.outcome !== 'later' || context.number >= mostRegistrations;
  // Never for the message's sake: that would give it up before its time.
  return isHopeless ? undefined : { ...outcome, because: 'vendor' };
}

function obtain({ progress }: Step, result: Awaited<ReturnType<typeof uploadMedia>>): Delivery {
  switch (result.kind) {
    case 'uploaded':
      return goOn({ ...progress, upload: result.upload });
    case 'unfit':
      return goOn({ ...progress, isWritten: true });
    case 'failed':
      return result.outcome;
    default:
      return result satisfies never;
  }
}

type Sending = Taken | { readonly kind: 'tooLarge' } | Failure;

interface Taken {
  readonly kind: 'sent';
  readonly id?: string;
  /** All that agents know of the visitor by now, if it was told. */
  readonly profile?: Profile;
}

async function send(step: Step): Promise<Delivery> {
  const { desk, context } = step;
  const { mode } = desk.settings;
  const sending = await carry(step);
  if (sending.kind === 'sent') return sent(step, sending);
  const isLong = sending.kind === 'tooLarge' || isTooLarge(sending);
  if (isLong && canBeCut(step.piece)) return cut(step);
  if (sending.kind === 'tooLarge') return { outcome: 'refused', code: 'too large' };
  const outcome = outcomeOf(sending, context.number, mode);
  return outcome.outcome === 'refused' && mayBeWritten(step)
    ? goOn({ ...step.progress, isWritten: true })
    : outcome;
}

async function carry(step: Step): Promise<Sending> {
  const { desk, context, progress, piece, isLast } = step;
  const profile = newProfile(step);
  const isIm = desk.settings.mode === 'im';
  const draft: Draft = {
    piece,
    id: (isIm ? messageIdOf : messageUuidOf)(context.key, progress.piece, isLast),
    ...(profile !== undefined && { profile }),
    ...known(progress),
  };
  if (isIm) {
    const envelope = writeImMessage(desk, draft, context);
    if (envelope === undefined) return { kind: 'tooLarge' };
    const sending = await desk.im.send(envelope.body, context.signal);
    const isTold = sending.kind === 'sent' && envelope.hasProfile && profile !== undefined;
    return isTold ? { ...sending, profile } : sending;
  }
  const answer = await desk.rest.send(writeRestMessage(desk, draft, context), context.signal);
  return answer.kind === 'ok' ? { kind: 'sent' } : answer;
}

function known({ upload, isWritten }: Progress): { readonly upload?: Upload; readonly isWritten?: true } {
  return { ...(upload !== undefined && { upload }), ...(isWritten && { isWritten }) };
}

/**
 * Agents are told of a visitor with the first message of a session, and when something has changed. Where the visitor is named
 * beside every message, his profile has to stand there too.
 */
function newProfile({ desk, context }: Step): Profile | undefined {
  const profile = profileOf(desk.settings, context.conversation, desk.channelKind);
  if (isNamedAlways(desk)) return profile;
  const { profile: last } = readMemory(context.memory.conversation);
  return fingerprintOf(profile) === last ? undefined : profile;
}

function isNamedAlways({ settings }: Desk): boolean {
  return settings.mode === 'rest' || settings.identity === 'shared';
}

function sent({ desk, progress, isLast }: Step, { profile, id }: Taken): Delivery {
  const events: readonly VendorEvent[] =
    profile === undefined || isNamedAlways(desk)
      ? []
      : [noteExtra({ profile: fingerprintOf(profile) }, desk.now())];
  const { piece, isRegistered, cuts } = progress;
  const outcome: Delivery = isLast
    ? { outcome: 'accepted', ...(id !== undefined && { vendorId: id }) }
    : goOn({ piece: piece + 1, ...(isRegistered && { isRegistered }), ...(cuts && { cuts }) });
  return events.length === 0 ? outcome : { ...outcome, events };
}

/** Its halves are new messages. */
function cut({ progress: { piece, isRegistered, cuts = [] } }: Step): Delivery {
  return goOn({ piece, ...(isRegistered && { isRegistered }), cuts: [...cuts, piece] });
}

/** What is refused as it is goes as a line of text, once. */
function mayBeWritten({ piece, progress }: Step): boolean {
  return !progress.isWritten && describePiece(piece) !== '';
}

function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
