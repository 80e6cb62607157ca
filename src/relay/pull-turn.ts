import type { PullPage } from '../ports/helpdesk.ts';
import { readConversation } from '../store/conversations.ts';
import { readMemory } from '../store/memories.ts';
import { beginPull, movePull, resumePull } from '../store/schedules.ts';
import { NEVER, type PullTable } from '../store/tables.ts';
import { beginTurn, proveTurn } from '../store/turns.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { keepArrival } from './keep-arrival.ts';
import { type LaneId, laneName } from './lane-id.ts';
import { askedPause } from './pauses.ts';
import { conversationOf, memoryOf } from './read-row.ts';
import { plain, tagged } from './tagged-batch.ts';

type PullLane = Extract<LaneId, { kind: 'pull' }>;

/** Then others of the same helpdesk get their turn. */
const mostPagesATurn = 50;
const pauseAfterFailureMs = 15_000;
/** A bell's note (a short-lived token of the vendor's) is passed on while it may still be good. */
const noteFreshForMs = 600_000;

/** One turn of a topic: pages are fetched, one at a time, until there are no more. The cursor moves with the events. */
export async function runPullTurn(bridge: Bridge, lane: PullLane): Promise<void> {
  const tenant = bridge.tenants.get(lane.tenant);
  const helpdesk = tenant?.helpdesks.get(lane.helpdesk);
  if (!tenant || !helpdesk?.adapter.pull) return;
  const { helpdesk: id, topic, conversation } = lane;
  const [begun] = await bridge.store.batch([
    beginTurn({ lane: laneName(lane) }, 1),
    resumePull({ helpdesk: id, topic, conversation, now: bridge.clock.now(), never: NEVER }),
  ]);
  const number = begun[0]?.turn ?? 0;
  for (let pages = 0; pages < mostPagesATurn; pages += 1) {
    const went = await pullPage(bridge, { tenant, helpdesk, lane, number });
    if (went !== 'more') return;
  }
  bridge.lanes.wake(lane);
}

interface Pulling {
  readonly tenant: Tenant;
  readonly helpdesk: Helpdesk;
  readonly lane: PullLane;
  readonly number: number;
}

async function pullPage(bridge: Bridge, pulling: Pulling): Promise<'more' | 'done'> {
  const { lane, helpdesk } = pulling;
  const startedAt = bridge.clock.now();
  const place = { helpdesk: lane.helpdesk, topic: lane.topic, conversation: lane.conversation };
  const [pulls, conversations, own, ofHelpdesk] = await bridge.store.batch([
    beginPull({ ...place, now: startedAt, never: NEVER }),
    readConversation({ id: lane.conversation }),
    readMemory({ helpdesk: lane.helpdesk, conversation: lane.conversation }),
    readMemory({ helpdesk: lane.helpdesk, conversation: '' }),
  ]);
  const [pull] = pulls;
  const [conversation] = conversations;
  if (!pull) return 'done';
  const page = await fetchPage(bridge, helpdesk, {
    topic: lane.topic,
    cursor: pull.cursor,
    ...noteOf(pull, startedAt),
    ...(conversation && { conversation: conversationOf(conversation) }),
    memory: { conversation: memoryOf(own).value, helpdesk: memoryOf(ofHelpdesk).value },
  });
  return keepPage(bridge, pulling, { pull, page });
}

async function fetchPage(
  bridge: Bridge,
  helpdesk: Helpdesk,
  from: Parameters<NonNullable<Helpdesk['adapter']['pull']>>[0],
): Promise<PullPage> {
  const failed: PullPage = { outcome: 'later', code: 'threw' };
  try {
    return (await helpdesk.adapter.pull?.(from, bridge.stopping)) ?? failed;
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    bridge.log.error('adapter.threw', { helpdesk: helpdesk.id, topic: from.topic, error: name });
    return failed;
  }
}

function noteOf(pull: PullTable, now: number): { note?: string; noteAt?: number } {
  const noteAt = Number(pull.rung ?? 0);
  return pull.note !== null && now - noteAt < noteFreshForMs ? { note: pull.note, noteAt } : {};
}

async function keepPage(
  bridge: Bridge,
  pulling: Pulling,
  { pull, page }: { readonly pull: PullTable; readonly page: PullPage },
): Promise<'more' | 'done'> {
  const { tenant, helpdesk, lane, number } = pulling;
  const due = dueAfter(page, bridge.clock.now());
  const cursor = page.outcome === 'page' ? page.cursor : pull.cursor;
  const { events = [], ...effects } = page.outcome === 'page' ? page : { ...alarmOf(page) };
  const { topic, conversation } = lane;
  const move = movePull({ helpdesk: helpdesk.id, topic, conversation, cursor, due, never: NEVER });
  logPage(bridge, pulling, page);
  const kept = await keepArrival(bridge, {
    tenant,
    helpdesk,
    ...(conversation !== '' && { conversation }),
    raw: null,
    events,
    effects,
    first: () => [
      ...tagged({ kind: 'turn' }, proveTurn({ lane: laneName(lane), turn: number }, 1)),
      ...plain(move),
    ],
  });
  if (kept === 'stale') return 'done';
  if (due !== null) bridge.lanes.expect(due);
  return page.outcome === 'page' && page.more ? 'more' : 'done';
}

/** When the topic is to be asked again; null: when a bell or a watch says so. */
function dueAfter(page: PullPage, now: number): number | null {
  if (page.outcome === 'later') return now + (askedPause(page.afterMs) ?? pauseAfterFailureMs);
  return page.more ? now : null;
}

function logPage(bridge: Bridge, { tenant, helpdesk, lane }: Pulling, page: PullPage): void {
  bridge.log.info('page.pulled', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    topic: lane.topic,
    outcome: page.outcome,
    ...('code' in page && { code: page.code }),
    events: page.outcome === 'page' ? (page.events?.length ?? 0) : 0,
  });
}

function alarmOf({ alarm }: { readonly alarm?: string }): {
  readonly alarm?: string;
  readonly events?: undefined;
} {
  return alarm === undefined ? {} : { alarm };
}
