import type { Message } from '../../src/model/message.ts';
import type { Attempt, Delivery, VendorEvent } from '../../src/ports/helpdesk.ts';
import { type Absence, nobodyEvent, queueEvent } from './connect.ts';
import type { Desk } from './desk.ts';
import { readMemory } from './memory.ts';
import { watchQueue } from './record-topic.ts';
import { beginTicket } from './ticket.ts';

/** A message that nobody takes now. */
export interface Waiting {
  readonly message: Message;
  readonly attempt: Attempt;
}

/** A message of a visitor who queues: Zhichi would lose it now. After a while it is as if nobody were there. */
export function waitInQueue(
  desk: Desk,
  waiting: Waiting,
  queue: { readonly ahead?: number; readonly isRepeat?: true },
): Delivery {
  const { queuePollSec, queueHoldMinutes } = desk.settings;
  const leftMs = leftOf(desk, waiting, { kind: 'queued', minutes: queueHoldMinutes });
  if (leftMs <= 0) return waitForSomebody(desk, waiting, { isQueueing: true });
  return {
    outcome: 'later',
    code: 'queued',
    because: 'queue',
    untilEvent: true,
    afterMs: queuePollSec === 0 ? leftMs : Math.min(queuePollSec * 1000, leftMs),
    events: [queueEvent(desk, waiting.attempt, queue)],
    ...watchQueue(desk.settings),
  };
}

/** A message while nobody is there: it waits, becomes a ticket, or is given up. */
export function waitForSomebody(desk: Desk, waiting: Waiting, absence: Absence = {}): Delivery {
  const { whenNobody, nobodyPollSec, nobodyHoldMinutes } = desk.settings;
  const { attempt, message } = waiting;
  const events = [nobodyEvent(desk, attempt, { ...absence, waitsSince: message.writtenAt })];
  switch (whenNobody) {
    case 'refuse':
      return { outcome: 'refused', code: 'nobody', events };
    case 'ticket':
      return collectTicket(desk, waiting, events);
    case 'hold': {
      const leftMs = leftOf(desk, waiting, { kind: 'nobody', minutes: nobodyHoldMinutes });
      if (leftMs <= 0) return { outcome: 'refused', code: 'nobody', events };
      return waitFor(Math.min(nobodyPollSec * 1000, leftMs), events);
    }
    default:
      return whenNobody satisfies never;
  }
}

/** What a visitor writes one after the other is one ticket; an agent who comes meanwhile gets it all as messages. */
function collectTicket(desk: Desk, waiting: Waiting, events: readonly VendorEvent[]): Delivery {
  const collectMs = desk.settings.ticketCollectSec * 1000;
  const waitedMs = waitedOf(desk, waiting, 'nobody');
  if (waitedMs < collectMs) return waitFor(collectMs - waitedMs, events);
  return { ...beginTicket(waiting.attempt), events };
}

function waitFor(afterMs: number, events: readonly VendorEvent[]): Delivery {
  return { outcome: 'later', code: 'nobody', because: 'nobody', untilEvent: true, afterMs, events };
}

function leftOf(
  desk: Desk,
  waiting: Waiting,
  { kind, minutes }: { readonly kind: 'queued' | 'nobody'; readonly minutes: number },
): number {
  return minutes * 60_000 - waitedOf(desk, waiting, kind);
}

/** For how long this message has waited so: since it was written, but not since before it began. */
function waitedOf({ now }: Desk, { message, attempt }: Waiting, kind: 'queued' | 'nobody'): number {
  const { state, queue } = readMemory(attempt.memory.conversation);
  const nobodySince = state?.kind === 'nobody' ? state.since : undefined;
  const since = kind === 'queued' ? queue?.since : nobodySince;
  return since === undefined ? 0 : now() - Math.max(since, message.writtenAt);
}
