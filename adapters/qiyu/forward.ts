import { z } from 'zod';
import type { Json, Message } from '../../src/model/message.ts';
import type { Attempt, Delivery, Effects, Tools } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { allocate, type Desk, readState } from './allocate.ts';
import { readMemory, type State, stateOf } from './memory.ts';
import { codes, type Failure, isMisconfigured, outcomeOf, outcomeOfHarmless } from './outcome.ts';
import { type Piece, planPieces } from './pieces.ts';
import { fingerprintOf, profileOf, uidOf } from './profile.ts';
import { noteExtra } from './translate.ts';
import { uploadMedia, uploadShape, writeUploaded } from './upload.ts';

export type ForwardDesk = Desk & Pick<Tools, 'media'>;

/**
 * Carries one message of a visitor, a call a step: somebody who serves is asked for, the profile is sent, then each
 * piece of the message. `more` goes on with the next.
 */
export async function forwardMessage(
  desk: ForwardDesk,
  message: Message,
  attempt: Attempt,
): Promise<Delivery> {
  const progress = progressShape.parse(attempt.progress);
  const memory = readMemory(attempt.memory.conversation);
  const state = stateOf(memory, desk.now());
  const pieces = planPieces(message.parts, desk.settings);
  const piece = pieces[progress.piece];
  if (piece === undefined) return enterChat(desk, message, { attempt, state });
  const step: Step = { ...desk, attempt, progress, piece, isLast: progress.piece === pieces.length - 1 };

  if (mustAllocate(step, state)) {
    return (await askFirst(step, memory.wantsAgent === true)) ?? sendPiece(step, state);
  }
  if (state?.kind === 'queued' && desk.settings.whileQueued === 'hold') {
    return { outcome: 'later', code: 'queued', because: 'queue', untilEvent: true };
  }
  if (!progress.isIntroduced) {
    const told = await introduce(step, memory.profile);
    if (told !== undefined) return told;
  }
  return sendPiece(step, state);
}

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    /** Somebody who serves has been asked for, with an answer. */
    isAllocated: z.boolean().optional(),
    /** Qiyu did not know the visitor, whatever is remembered of him. */
    isForgotten: z.boolean().optional(),
    isIntroduced: z.boolean().optional(),
    upload: uploadShape.optional(),
    /** The medium goes as a line of text. */
    isWritten: z.boolean().optional(),
  })
  .catch({ piece: 0 });

type Progress = z.output<typeof progressShape>;

interface Step extends ForwardDesk {
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
}

/** Entering carries no words, so a failure loses nothing: the first message asks again. */
async function enterChat(
  desk: Desk,
  message: Message,
  { attempt, state }: { readonly attempt: VisitorContext; readonly state: State | undefined },
): Promise<Delivery> {
  const entry = message.parts.find((part) => part.kind === 'event' && part.name === 'session-enter');
  const { applyOnEnter, route } = desk.settings;
  if (entry?.kind !== 'event' || !applyOnEnter || route === 'robot' || state !== undefined) {
    return { outcome: 'accepted' };
  }
  const asked = await allocate(desk, attempt, {
    robotFirst: route === 'robot-first',
    page: entry.context,
  });
  if (asked.kind !== 'failed') return { outcome: 'accepted', ...effectsOf(asked) };
  const { alarm } = outcomeOf(asked.failure, attempt.number);
  return { outcome: 'accepted', ...(alarm !== undefined && { alarm }) };
}

function mustAllocate({ settings, progress }: Step, state: State | undefined): boolean {
  if (progress.isAllocated) return false;
  return progress.isForgotten === true || (settings.route !== 'robot' && state === undefined);
}

/** `undefined`: nobody could be asked, and the message goes all the same, as Qiyu then allocates by itself. */
async function askFirst(step: Step, wantsAgent: boolean): Promise<Delivery | undefined> {
  const { attempt, progress, settings } = step;
  const robotFirst = settings.route === 'robot-first' && !wantsAgent;
  const asked = await allocate(step, attempt, { robotFirst });
  if (asked.kind !== 'failed') {
    const { kind, ...effects } = asked;
    const outcome = kind === 'closed' ? waitForSomebody(step) : goOn({ ...progress, isAllocated: true });
    return { ...outcome, ...effects };
  }
  const { failure } = asked;
  const outcome = outcomeOfHarmless(failure, attempt.number);
  if (isMisconfigured(failure) || isBusy(failure)) return outcome;
  if (failure.kind === 'said' && failure.code === codes.badFields) {
    const alarm = 'Qiyu cannot allocate (14004): compare staffId, groupId and level with the console';
    return { ...goOn({ ...progress, isAllocated: true }), alarm };
  }
  return attempt.signal.aborted ? outcome : undefined;
}

/** `undefined`: nothing to tell, or it could not be told; a message never waits for it. */
async function introduce(step: Step, known: string | undefined): Promise<Delivery | undefined> {
  const { attempt, settings, progress } = step;
  const profile = profileOf(attempt.conversation);
  const fingerprint = fingerprintOf(profile);
  if (known === fingerprint) return undefined;
  const uid = uidOf(settings.uidTemplate, attempt.conversation);
  const answer = await step.api.updateProfile(uid, profile, attempt.signal);
  if (answer.kind !== 'ok' && outcomeOf(answer, attempt.number).outcome !== 'refused') return undefined;
  // A profile that Qiyu refuses for good is not tried with every message.
  const events = [noteExtra({ profile: fingerprint }, step.now())];
  return { ...goOn({ ...progress, isIntroduced: true }), events };
}

async function sendPiece(step: Step, state: State | undefined): Promise<Delivery> {
  const { piece, progress, settings } = step;
  if (piece.kind === 'text') return send(step, state, { msgType: 'TEXT', content: piece.text });
  if (progress.upload === undefined && !progress.isWritten) {
    const { attempt } = step;
    const uploaded = await uploadMedia(step, piece, attempt);
    if (uploaded.kind === 'failed') return uploaded.outcome;
    const written = uploaded.kind === 'uploaded' ? { upload: uploaded.upload } : { isWritten: true };
    return goOn({ ...progress, ...written });
  }
  return send(step, state, writeUploaded(piece, progress.upload, settings));
}

async function send(
  step: Step,
  state: State | undefined,
  message: { readonly msgType: string; readonly content: string | object },
): Promise<Delivery> {
  const { attempt, settings } = step;
  const uid = uidOf(settings.uidTemplate, attempt.conversation);
  const answer = await step.api.sendMessage({ uid, ...message }, attempt.signal);
  if (answer.kind === 'ok') return sent(step);
  const said = readState(step, attempt, answer);
  if (said?.kind === 'closed') return { ...waitForSomebody(step), ...effectsOf(said) };
  // The message has arrived, in the queue or in the leave-message list; what is known already is not told again.
  if (said !== undefined) return { ...sent(step), ...(isKnown(answer, state) ? {} : effectsOf(said)) };
  if (isForgotten(answer)) return allocateAfresh(step);
  return outcomeOf(answer, attempt.number);
}

function sent({ isLast, progress }: Step): Delivery {
  if (isLast) return { outcome: 'accepted' };
  const { piece, isAllocated, isForgotten, isIntroduced } = progress;
  return goOn({
    piece: piece + 1,
    ...(isAllocated !== undefined && { isAllocated }),
    ...(isForgotten !== undefined && { isForgotten }),
    ...(isIntroduced !== undefined && { isIntroduced }),
  });
}

function allocateAfresh({ progress, now, attempt }: Step): Delivery {
  if (progress.isForgotten) {
    return { outcome: 'later', code: String(codes.visitorUnknown), because: 'message' };
  }
  const { isAllocated: _asked, isIntroduced: _told, ...rest } = progress;
  return {
    ...goOn({ ...rest, isForgotten: true }),
    events: [{ kind: 'queueLeft', reason: 'other', keys: [`forgotten:${attempt.key}`], at: now() }],
    wakes: [{ name: 'queue', afterMs: null }],
  };
}

function isKnown(failure: Failure, state: State | undefined): boolean {
  const code = failure.kind === 'said' ? failure.code : undefined;
  return (
    (code === codes.mustQueue && state?.kind === 'queued') ||
    (code === codes.nobodyOnline && state?.kind === 'leave')
  );
}

function isForgotten(failure: Failure): boolean {
  return failure.kind === 'said' && failure.code === codes.visitorUnknown;
}

function isBusy(failure: Failure): boolean {
  return (
    (failure.kind === 'said' && failure.code === codes.tooFrequent) ||
    (failure.kind === 'status' && failure.status === 429)
  );
}

/** Qiyu would lose it now: nobody is online, and it keeps no leave-messages. */
function waitForSomebody({ settings }: Step): Delivery {
  return {
    outcome: 'later',
    code: String(codes.closed),
    because: 'nobody',
    afterMs: settings.offlineCacheSec * 1000,
    untilEvent: true,
  };
}

function effectsOf({ events, wakes }: Effects): Effects {
  return { ...(events !== undefined && { events }), ...(wakes !== undefined && { wakes }) };
}

function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
