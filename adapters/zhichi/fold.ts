import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { type Extra, type Memory, type Pushed, type Queue, readExtra, type State } from './memory.ts';

/** The memory after an event. Pure. */
export function foldEvent(memory: Memory, event: VendorEvent, now: number): Memory {
  const extra = readExtra(event);
  switch (event.kind) {
    case 'sessionStarted':
      if (memory.ended?.includes(event.session)) return memory;
      if (event.by === 'robot')
        return memory.state?.kind === 'human' ? memory : enter(memory, { kind: 'robot' });
      return withAgent(memory, event.session || undefined, now);
    case 'sessionEnded':
      return withoutSession(memory, event.session || undefined, event.at);
    case 'message':
      return foldMessage(memory, event, { extra, now });
    case 'queued': {
      const { ahead } = event;
      return inQueue(memory, ahead === undefined ? {} : { ahead, told: ahead }, now);
    }
    case 'queueLeft':
      if (memory.state?.kind !== 'queued') return memory;
      return event.reason === 'served' ? withAgent(memory, undefined, now) : enter(memory, undefined);
    case 'nobodyOnline':
      return { ...enterNobody(memory, extra, now), toldNobodyAt: now };
    case 'noted':
      return foldNote(memory, event, { extra, now });
    default:
      return memory;
  }
}

const keptEnds = 5;
const keptPushed = 200;
const keptPushedForMs = 3_600_000;
const keptTimesForMs = 3_600_000;

/** Whoever is served, or gone, waits no longer. */
function enter(memory: Memory, state: Exclude<State, { kind: 'queued' | 'nobody' }> | undefined): Memory {
  const { state: _left, queue: _queue, ...rest } = memory;
  return state === undefined ? rest : { ...rest, state };
}

function inQueue(memory: Memory, queue: Omit<Queue, 'since'>, now: number): Memory {
  return { ...memory, state: { kind: 'queued' }, queue: { since: memory.queue?.since ?? now, ...queue } };
}

function enterNobody(memory: Memory, { isQueueing }: Extra, now: number): Memory {
  const since = memory.state?.kind === 'nobody' ? memory.state.since : now;
  const { queue, ...rest } = memory;
  return { ...rest, ...(isQueueing && queue && { queue }), state: { kind: 'nobody', since } };
}

/** A session that is not named is the one that is known, if one stands. */
function withAgent(memory: Memory, named: string | undefined, now: number): Memory {
  const present = memory.state?.kind === 'human' ? memory.state : undefined;
  const cid = named ?? present?.cid;
  const isSame = present !== undefined && (present.cid === undefined || present.cid === cid);
  const since = isSame ? present.since : now;
  return {
    ...enter(memory, { kind: 'human', since, ...(cid !== undefined && { cid }) }),
    ...(cid !== undefined && { cid }),
  };
}

/** The end of an older session changes nothing; one that is not named is that of the session that stands. */
function withoutSession(memory: Memory, named: string | undefined, at: number): Memory {
  const { state } = memory;
  const present = state?.kind === 'human' ? state.cid : undefined;
  const cid = named ?? present;
  const others = (memory.ended ?? []).filter((id) => id !== cid);
  const noted = cid === undefined ? memory : { ...memory, ended: [cid, ...others].slice(0, keptEnds) };
  if (named !== undefined && present !== undefined && named !== present) return noted;
  return { ...enter(noted, undefined), endedAt: Math.max(at, memory.endedAt ?? 0) };
}

function foldMessage(
  memory: Memory,
  event: Extract<VendorEvent, { kind: 'message' }>,
  { extra, now }: { readonly extra: Extra; readonly now: number },
): Memory {
  const known =
    extra.words === undefined ? memory : withPushed(memory, { words: extra.words, at: event.at }, now);
  if (event.from.role === 'robot') return known.state === undefined ? enter(known, { kind: 'robot' }) : known;
  if (event.from.role !== 'agent' || event.automatic) return known;
  const isOld =
    extra.cid === undefined
      ? memory.endedAt !== undefined && event.at <= memory.endedAt
      : memory.ended?.includes(extra.cid);
  return isOld ? known : withAgent(known, extra.cid, now);
}

function withPushed(memory: Memory, pushed: Pushed, now: number): Memory {
  const fresh = (memory.pushed ?? []).filter(({ at }) => at > now - keptPushedForMs);
  return { ...memory, pushed: [...fresh, pushed].slice(-keptPushed) };
}

function foldNote(
  memory: Memory,
  event: VendorEvent,
  { extra, now }: { readonly extra: Extra; readonly now: number },
): Memory {
  if (extra.present !== undefined) return present(memory, extra.present.cid, now);
  if (extra.isOver) return withoutSession(memory, extra.cid, event.at);
  if (extra.queue !== undefined) return stillQueued(memory, extra.queue, now);
  if (extra.isNobody) return enterNobody(memory, extra, now);
  if (extra.hasQueuedTooLong) return afterQueue(memory, now);
  if (extra.isRobot) return memory.state?.kind === 'human' ? memory : enter(memory, { kind: 'robot' });
  if (extra.renewed) return { ...memory, renewals: addTime(memory.renewals, now) };
  if (extra.silentBell) return { ...memory, silentBells: addTime(memory.silentBells, now) };
  return memory;
}

/** What an answer says holds, although the session may have ended once. */
function present(memory: Memory, cid: string | undefined, now: number): Memory {
  const { ended, ...rest } = memory;
  const others = ended?.filter((id) => id !== cid);
  return withAgent(others?.length ? { ...rest, ended: others } : rest, cid, now);
}

/** Whoever is served has left the queue: a push that says otherwise came late. */
function stillQueued(memory: Memory, news: NonNullable<Extra['queue']>, now: number): Memory {
  const { queue, state } = memory;
  if (state?.kind === 'human') return memory;
  const ahead = news.ahead ?? queue?.ahead;
  const known = {
    ...(ahead !== undefined && { ahead }),
    ...(queue?.told !== undefined && { told: queue.told }),
    ...(news.isRepeat && { refusals: (queue?.refusals ?? 0) + 1 }),
  };
  return inQueue(memory, known, now);
}

/** Asked anew he queues on, as far as the time goes that he may wait, and what he was told of his place. */
function afterQueue(memory: Memory, now: number): Memory {
  return memory.state?.kind === 'human' ? memory : enterNobody(memory, { isQueueing: true }, now);
}

function addTime(times: readonly number[] | undefined, now: number): readonly number[] {
  return [...(times ?? []).filter((at) => at > now - keptTimesForMs), now].slice(-20);
}
