import { z } from 'zod';
import type { Json, Message } from '../../src/model/message.ts';
import type { Attempt, Delivery, Effects } from '../../src/ports/helpdesk.ts';
import { allocate, routeName, tellNobody, tellQueued } from './allocate.ts';
import type { SentMessage } from './api.ts';
import { askFor, type Desk, enterpriseOf } from './desk.ts';
import { introduce } from './introduce.ts';
import { leaveMessage } from './leave.ts';
import { type Memory, note, readMemory, type State, stateOf } from './memory.ts';
import { type Failure, outcomeOf, outcomeOfHarmless } from './outcome.ts';
import { describeLinked, type Piece, planPieces } from './pieces.ts';
import { watchStream } from './poll.ts';
import { routeOf } from './profile.ts';
import { findLost } from './settle-lost.ts';
import { uploadMedia, uploadShape } from './upload.ts';
import { readSent } from './wire.ts';

/**
 * Carries one message of a visitor, a call that matters a step: he is introduced, somebody who serves is asked for, then
 * each piece goes, its medium before it. `more` goes on with the next.
 */
export async function forwardMessage(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const progress = progressShape.parse(attempt.progress);
  const pieces = planPieces(message.parts, desk.settings);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'accepted' };
  const memory = readMemory(attempt.memory.conversation);
  const state = stateOf(memory, desk.now());
  const isLast = progress.piece === pieces.length - 1;
  const known = await becomeKnown({ desk, attempt, memory });
  if (known.kind === 'failed') return known.outcome;
  const delivery = await takeStep({ desk, attempt, progress, piece, isLast, memory, state });
  return known.effects === undefined ? delivery : withEffects(delivery, known.effects);
}

/** What a `more` leaves behind. */
const progressShape = z
  .object({
    piece: z.int().min(0).default(0),
    isIntroduced: z.boolean().optional(),
    /** Somebody who serves has been asked for, with an answer. */
    isAllocated: z.boolean().optional(),
    /** So often the conversation turned out to have ended, or to take nothing. */
    ended: z.int().optional(),
    /** Nobody is online: it is left as a ticket. */
    isLeft: z.boolean().optional(),
    upload: uploadShape.optional(),
    /** The medium goes as a line of text. */
    isLinked: z.boolean().optional(),
    /** Ids of the pieces that went before. */
    sent: z.array(z.string()).optional(),
  })
  .catch({ piece: 0 });

export type Progress = z.output<typeof progressShape>;

export interface Step {
  readonly desk: Desk;
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
  readonly memory: Memory;
  readonly state: State | undefined;
}

/** The visitor's id at Meiqia is kept and bound as soon as it is there. */
async function becomeKnown({
  desk,
  attempt,
  memory,
}: Pick<Step, 'desk' | 'attempt' | 'memory'>): Promise<
  | { readonly kind: 'known'; readonly effects?: Pick<Effects, 'events' | 'bind'> }
  | { readonly kind: 'failed'; readonly outcome: Delivery }
> {
  const { conversation, number, signal } = attempt;
  const found = await desk.visitors.find(conversation, { trackId: memory.trackId, number, signal });
  if (found.kind === 'failed') return found;
  const { trackId } = found.record;
  if (trackId === memory.trackId) return { kind: 'known' };
  return { kind: 'known', effects: { events: [note({ trackId }, desk.now())], bind: [trackId] } };
}

async function takeStep(step: Step): Promise<Delivery> {
  const { desk, attempt, progress, state } = step;
  // First of all: a step that goes on forgets that an answer was lost.
  const settled = attempt.lost === undefined ? undefined : await settle(step);
  if (settled !== undefined) return settled;
  if (!progress.isIntroduced) {
    const events = await introduce(desk, attempt);
    if (events !== undefined) return { ...goOn({ ...progress, isIntroduced: true }), events };
  }
  if (mustAllocate(step)) return askFirst(step);
  if (progress.isLeft || state?.kind === 'offline') return leave(step);
  return sendPiece(step);
}

/** Once, and not with each message: for nobody, for another wish, and after the end of what was open. */
function mustAllocate({ desk, attempt, progress, memory, state }: Step): boolean {
  if (progress.isAllocated || progress.isLeft) return false;
  if (state === undefined || progress.ended !== undefined) return true;
  const route = routeName(routeOf(desk.settings, attempt.conversation));
  return state.kind === 'open' && memory.route !== undefined && memory.route !== route;
}

async function askFirst(step: Step): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  const allocation = await allocate(desk, attempt);
  if (allocation.kind === 'failed') return allocation.outcome;
  const { kind, events, wakes } = allocation;
  const effects = { ...(events !== undefined && { events }), ...(wakes !== undefined && { wakes }) };
  const next = { ...progress, isAllocated: true };
  switch (kind) {
    case 'blocked':
      return { outcome: 'refused', code: 'blacklist', ...effects };
    case 'closed':
      return { outcome: 'refused', code: 'offline', ...effects };
    case 'ticket':
      return { ...goOn({ ...next, isLeft: true }), ...effects };
    default:
      return { ...goOn(next), ...effects };
  }
}

async function leave(step: Step): Promise<Delivery> {
  const { desk, attempt, progress } = step;
  const { takesTickets } = await enterpriseOf(desk, attempt);
  if (desk.settings.offline === 'notice' || !takesTickets) return { outcome: 'refused', code: 'offline' };
  const written = await write(step);
  if (written.kind === 'step') return written.delivery;
  const left = await leaveMessage(desk, attempt, written.message);
  if (left.kind === 'failed') return left.outcome;
  const { effects } = left;
  return step.isLast ? { outcome: 'accepted', ...effects } : { ...goOn(nextPiece(progress)), ...effects };
}

async function sendPiece(step: Step): Promise<Delivery> {
  const { desk, attempt } = step;
  const written = await write(step);
  if (written.kind === 'step') return written.delivery;
  const asked = await askFor(
    desk,
    attempt,
    (record) => desk.api.sendMessage(record, written.message, attempt.signal),
    { once: true },
  );
  if (asked.kind === 'failed') return asked.outcome;
  const { answer } = asked;
  if (answer.kind !== 'ok') return sendFailed(step, answer);
  const sent = readSent(answer.fields);
  switch (sent.kind) {
    case 'taken':
      return withEffects(taken(step, sent.id), sent.isQueued ? await tellQueued(desk, attempt) : {});
    case 'queued': {
      const later = {
        outcome: 'later',
        code: 'queueing',
        because: 'queue',
        afterMs: 30_000,
        atMost: 20,
      } as const;
      return { ...later, ...(await tellQueued(desk, attempt)) };
    }
    case 'notFound':
      return allocateAfresh(step, 'conversation not found');
    case 'nobody':
      return nobody(step);
    case 'blocked':
      return { outcome: 'refused', code: 'blacklist', events: [note({ blocked: true }, desk.now())] };
    case 'unreadable':
      return outcomeOf({ kind: 'lost', code: 'unreadable' }, attempt.number);
    default:
      return sent satisfies never;
  }
}

/** Meiqia's own client takes HTTP 400 for "nobody to receive it". */
async function sendFailed(step: Step, failure: Failure): Promise<Delivery> {
  const isRefused = failure.kind === 'status' && failure.status === 400;
  return isRefused ? allocateAfresh(step, 'http 400') : outcomeOf(failure, step.attempt.number);
}

/** The conversation is forgotten and another asked for, once; then the message is left as a ticket. */
async function allocateAfresh(step: Step, code: string): Promise<Delivery> {
  const { desk, progress, state } = step;
  const at = desk.now();
  if (progress.ended !== undefined) {
    const alarm = `Meiqia opens conversations that take no message (${code}): look into the console`;
    return { ...(await nobody(step)), ...(code !== 'http 400' && { alarm }) };
  }
  const { isAllocated: _asked, ...rest } = progress;
  const over = state?.kind === 'open' ? [note({ over: state.conv }, at)] : [];
  return { ...goOn({ ...rest, ended: 1 }), events: over };
}

async function nobody(step: Step): Promise<Delivery> {
  const { kind, ...effects } = await tellNobody(step.desk, step.attempt);
  return kind === 'closed'
    ? { outcome: 'refused', code: 'offline', ...effects }
    : { ...goOn({ ...step.progress, isLeft: true }), ...effects };
}

function taken({ desk, isLast, progress }: Step, id: string): Delivery {
  const now = desk.now();
  const effects = { events: [note({ sentAt: now }, now)], ...watchStream(desk.settings, now) };
  if (isLast) return { outcome: 'accepted', vendorId: id, ...effects };
  return { ...goOn({ ...nextPiece(progress), sent: [...(progress.sent ?? []), id] }), ...effects };
}

function nextPiece(progress: Progress): Progress {
  const { upload: _upload, isLinked: _linked, ...rest } = progress;
  return { ...rest, piece: progress.piece + 1 };
}

/** The message for a piece; a medium takes a step of its own before. */
async function write(
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

/** An answer was lost: what arrived stands in the stream, and is not sent again. `undefined`: it did not arrive. */
async function settle(step: Step): Promise<Delivery | undefined> {
  const { desk, attempt, progress } = step;
  const { lost } = attempt;
  const written = await write(step);
  if (lost === undefined || written.kind === 'step' || progress.isLeft) return undefined;
  const explained = [...attempt.explained, ...(progress.sent ?? [])];
  const found = await findLost(desk, attempt, {
    message: written.message,
    lostAt: lost.startedAt,
    explained,
  });
  switch (found.kind) {
    case 'found':
      return taken(step, found.id);
    case 'absent':
      return undefined;
    case 'failed':
      return found.outcome;
    default:
      return found satisfies never;
  }
}

function withEffects(delivery: Delivery, { events = [], ...effects }: Effects): Delivery {
  const all = [...events, ...(delivery.events ?? [])];
  return { ...effects, ...delivery, ...(all.length > 0 && { events: all }) };
}

function goOn(progress: Progress): Extract<Delivery, { outcome: 'more' }> {
  return { outcome: 'more', progress: progress as unknown as Json }; // texts, numbers and claims only
}
