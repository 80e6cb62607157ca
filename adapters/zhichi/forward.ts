import { numberOf } from '../../src/formats/fields.ts';
import type { Message } from '../../src/model/message.ts';
import type { Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import { asAnswer, mostTries, type Place, placeOf, refuse } from './answer-request.ts';
import { connect } from './connect.ts';
import type { Desk } from './desk.ts';
import { type MediumReading, type Written, writeMedium, writeText } from './media.ts';
import { type Memory, note, presentSession, readMemory } from './memory.ts';
import { outcomeOf } from './outcome.ts';
import { describeMedium, type Piece, planPieces } from './pieces.ts';
import { partnerIdOf } from './profile.ts';
import { goOn, type Progress, readProgress } from './progress.ts';
import { recordOf, watchRecord } from './record-topic.ts';
import { askRobot } from './robot.ts';
import { hasArrived, receiptOf } from './settle.ts';
import { writeTicket } from './ticket.ts';
import { waitForSomebody, waitInQueue } from './unserved.ts';
import { readEntries } from './wire.ts';

/**
 * Carries one message of a visitor: an agent is asked for where none serves, then each piece is sent, a call a step.
 * `more` goes on with the next.
 */
export async function forwardMessage(desk: Desk, message: Message, attempt: Attempt): Promise<Delivery> {
  const progress = readProgress(attempt.progress);
  if (progress.isTicket) return writeTicket(desk, { message, attempt });
  const pieces = planPieces(message.parts, desk.settings);
  const piece = pieces[progress.piece];
  if (piece === undefined) return { outcome: 'accepted' };
  const memory = readMemory(attempt.memory.conversation);
  const isLast = progress.piece === pieces.length - 1;
  const step: Step = { ...desk, message, attempt, progress, piece, isLast, memory };
  if (progress.isHandedOver) return handOver(step);
  if (isRobots(step)) return asksRobot(step);
  const { lost } = attempt;
  const settled = lost === undefined || lost.repeats ? undefined : await settle(step, lost.startedAt);
  if (settled !== undefined) return settled;
  const isServed = progress.isConnected === true || memory.state?.kind === 'human';
  return isServed ? sendPiece(step, 'served') : sendOnceConnected(step);
}

interface Step extends Desk {
  readonly message: Message;
  readonly attempt: Attempt;
  readonly progress: Progress;
  readonly piece: Piece;
  readonly isLast: boolean;
  readonly memory: Memory;
}

/** The robot serves first, until an agent was asked for. */
function isRobots({ settings, memory, progress }: Step): boolean {
  const { state } = memory;
  return (
    settings.route === 'robot' && !progress.isConnected && (state === undefined || state.kind === 'robot')
  );
}

/** The robot is asked in words: of a medium it gets the line that stands for it. */
async function asksRobot(step: Step): Promise<Delivery> {
  const { attempt, progress, piece, isLast } = step;
  const medium = piece.kind === 'media' ? await writeMedium(step, piece, attempt) : undefined;
  if (medium?.kind === 'failed') return medium.outcome;
  const { content, msg_type: type } = medium?.written ?? writeText(piece);
  const words = piece.kind === 'media' && type !== 'text' ? describeMedium(piece, content) : content;
  const asked = await askRobot(step, words, { attempt, progress });
  if (asked.outcome !== 'accepted' || isLast) return asked;
  const { outcome: _done, ...effects } = asked;
  return { ...goOn({ ...progress, piece: progress.piece + 1 }), ...effects };
}

/** The agent finds the visitor's words with the robot's: they are not sent again. */
async function handOver(step: Step): Promise<Delivery> {
  const connection = await connect(step, step.attempt);
  return asAnswer(step, step.attempt, connection);
}

async function sendOnceConnected(step: Step): Promise<Delivery> {
  const { attempt, progress, settings } = step;
  const connection = await connect(step, attempt);
  switch (connection.kind) {
    case 'connected': {
      const { kind: _kind, ...effects } = connection;
      return { ...goOn({ ...progress, isConnected: true }), ...effects };
    }
    case 'repeated':
      return sendUnsure(step);
    case 'queued': {
      const place = placeOf(connection);
      return settings.whileQueued === 'send' ? sendPiece(step, place) : waitInQueue(step, step, place);
    }
    case 'nobody':
      return waitForSomebody(step, step, connection);
    default:
      return refuse(connection, attempt);
  }
}

/** A repeated request may mean an agent, or the queue; who queues tries every fourth time whether he was let in. */
function sendUnsure(step: Step): Promise<Delivery> | Delivery {
  const { queue } = step.memory;
  if (queue === undefined) return sendPiece(step, 'unsure');
  const isTrial = step.settings.whileQueued === 'send' || ((queue.refusals ?? 0) + 1) % 4 === 0;
  const place: Place = { isRepeat: true };
  return isTrial ? sendPiece(step, place) : waitInQueue(step, step, place);
}

/** What is to be done if Zhichi has no session for the message: the visitor was served, queues, or nobody knows. */
type Otherwise = 'served' | 'unsure' | Place;

async function sendPiece(step: Step, otherwise: Otherwise): Promise<Delivery> {
  const { progress, settings, piece } = step;
  const medium = await writePiece(step);
  if (medium.kind === 'failed') return medium.outcome;
  const isUploaded = piece.kind === 'media' && settings.mediaVia === 'ticketUpload';
  return isUploaded && progress.written === undefined
    ? goOn({ ...progress, written: medium.written })
    : send(step, medium.written, otherwise);
}

async function writePiece({ piece, progress, attempt, ...desk }: Step): Promise<MediumReading> {
  if (piece.kind === 'text') return { kind: 'written', written: writeText(piece) };
  if (progress.written !== undefined) return { kind: 'written', written: progress.written };
  return writeMedium(desk, piece, attempt);
}

async function send(step: Step, written: Written, otherwise: Otherwise): Promise<Delivery> {
  const { attempt, settings, api } = step;
  const partnerid = partnerIdOf(settings.uidTemplate, attempt.conversation);
  const answer = await api.send({ partnerid, ...written }, attempt.signal);
  if (answer.kind !== 'ok') return outcomeOf(answer, attempt);
  const status = numberOf(answer.item, 'status');
  if (status === 1) return sent(step, written.content, otherwise);
  return status === 2 ? unconnected(step, otherwise) : { outcome: 'unknown', code: 'unreadable' };
}

/**
 * The answer to an attempt before this one was lost: the record tells whether it arrived. `undefined`: it did not. Goes
 * before anything else, as asking for an agent is a step, and what was lost belongs to one step.
 */
async function settle(step: Step, startedAt: number): Promise<Delivery | undefined> {
  const { attempt, settings, api, memory, progress } = step;
  const medium = await writePiece(step);
  if (medium.kind === 'failed') return medium.outcome;
  const { content } = medium.written;
  const of = recordOf(settings, attempt.conversation, presentSession(memory));
  const answer = await api.readRecord(of, attempt.signal);
  if (answer.kind !== 'ok') {
    const { alarm } = outcomeOf(answer, attempt);
    const code = 'record unreadable';
    return {
      outcome: 'later',
      code,
      because: 'vendor',
      afterMs: 5000,
      ...(alarm !== undefined && { alarm }),
    };
  }
  const taken = [...attempt.explained, ...(progress.taken ?? [])];
  const arrived = hasArrived(content, { entries: readEntries(answer.items), startedAt, taken });
  return arrived ? sent(step, content, 'served') : undefined;
}

/** A message that was taken without a known session proves one. */
function sent(step: Step, content: string, otherwise: Otherwise): Delivery {
  const { isLast, progress, now, memory, settings } = step;
  const taken = [...(progress.taken ?? []), receiptOf(content, now())];
  const isNews = otherwise !== 'served' && memory.state?.kind !== 'human';
  const effects = {
    ...(isNews && { events: [note({ present: {} }, now())] }),
    ...watchRecord(settings, isNews),
  };
  if (isLast) return { outcome: 'accepted', vendorId: taken.join(','), ...effects };
  const { isConnected, isReconnected } = progress;
  return {
    ...goOn({
      piece: progress.piece + 1,
      taken,
      ...(isConnected !== undefined && { isConnected }),
      ...(isReconnected !== undefined && { isReconnected }),
    }),
    ...effects,
  };
}

/** Nothing was delivered. Whoever was thought to be served is forgotten, and an agent asked for, once. */
function unconnected(step: Step, otherwise: Otherwise): Delivery {
  const { progress, memory, attempt, now } = step;
  if (typeof otherwise === 'object') return waitInQueue(step, step, otherwise);
  if (otherwise === 'unsure') {
    // A request that is under way is soon met; else it is the queue's.
    return attempt.number < mostTries
      ? { outcome: 'later', code: 'not connected', because: 'queue', untilEvent: true, afterMs: 3000 }
      : waitInQueue(step, step, { isRepeat: true });
  }
  if (progress.isReconnected) {
    const alarm = 'Zhichi takes no message of a visitor to whom it has just given an agent (status 2)';
    return {
      outcome: 'later',
      code: 'not connected',
      because: 'message',
      afterMs: 3000,
      atMost: mostTries,
      ...(attempt.number >= mostTries && { alarm }),
    };
  }
  const { isConnected: _asked, ...rest } = progress;
  const over = note({ isOver: true, ...(memory.cid !== undefined && { cid: memory.cid }) }, now());
  return { ...goOn({ ...rest, isReconnected: true }), events: [over] };
}
