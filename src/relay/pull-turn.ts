import type { ActPage } from '../ports/channel.ts';
import type { PullPage } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import { beginPull, movePull, resumePull } from '../store/schedules.ts';
import { NEVER, type PullTable } from '../store/tables.ts';
import type { Bridge, Tenant } from './bridge.ts';
import type { LaneHold } from './lane-hold.ts';
import type { LaneId } from './lane-id.ts';
import { askedPause } from './pauses.ts';
import { channelSource, helpdeskSource } from './pull-sources.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

export type PullLane = Extract<LaneId, { kind: 'pull' }>;

/** From whom pages of a topic come, and what becomes of them. */
export interface PullSource<Page extends PullPage | ActPage = PullPage | ActPage> {
  fetch(from: PageFrom): Promise<Page>;
  /** Writes down what the page says; `first` moves the cursor and is durable no sooner. `stale`: a newer turn has begun. */
  keep(page: Page, first: readonly TaggedStep[]): Promise<'kept' | 'stale'>;
}

export interface PageFrom {
  readonly cursor: string | null;
  readonly note?: string;
  readonly noteAt?: number;
}

/** Then others of the same source get their turn. */
const mostPagesATurn = 50;
const pauseAfterFailureMs = 15_000;
/** A bell's note (a short-lived token of the other side's) is passed on while it may still be good. */
const noteFreshForMs = 600_000;

/** One turn of a topic: pages are fetched, one at a time, until there are no more. The cursor moves with what they say. */
export async function runPullTurn(bridge: Bridge, lane: PullLane, hold: LaneHold): Promise<void> {
  const tenant = bridge.tenants.get(lane.tenant);
  const source = tenant && (helpdeskSource(bridge, tenant, lane) ?? channelSource(bridge, tenant, lane));
  if (!source) return;
  for (let pages = 0; pages < mostPagesATurn && !bridge.stopping.aborted; pages += 1) {
    const went = await pullPage(bridge, { tenant, source, lane, hold });
    if (went !== 'more') return;
  }
  if (!bridge.stopping.aborted) bridge.lanes.wake(lane);
}

interface Pulling {
  readonly tenant: Tenant;
  readonly source: PullSource;
  readonly lane: PullLane;
  readonly hold: LaneHold;
}

function placeOf({ helpdesk, topic, conversation }: PullLane) {
  return { helpdesk, topic, conversation };
}

async function pullPage(bridge: Bridge, pulling: Pulling): Promise<'more' | 'done'> {
  const { lane, source, hold } = pulling;
  const startedAt = bridge.clock.now();
  const pull = await takePull(bridge, { lane, hold, now: startedAt });
  if (!pull) return 'done';
  const page = await source.fetch({ cursor: pull.cursor, ...noteOf(pull, startedAt) });
  logPage(bridge, pulling, page);
  const due = dueAfter(page, bridge.clock.now());
  const kept = await source.keep(page, [
    ...tagged({ kind: 'turn' }, hold.prove()),
    ...plain(moveOf(lane, { pull, page, due })),
  ]);
  if (kept === 'stale') return 'done';
  if (due !== null) bridge.lanes.expect(due);
  return page.outcome === 'page' && page.more ? 'more' : 'done';
}

/** The turn's first look also takes up what an earlier one left. `undefined`: nothing is due, or a newer turn has begun. */
async function takePull(
  { store }: Bridge,
  { lane, hold, now }: Pick<Pulling, 'lane' | 'hold'> & { readonly now: number },
): Promise<PullTable | undefined> {
  const place = { ...placeOf(lane), now, never: NEVER };
  const left = hold.isBegun ? [] : [resumePull(place)];
  try {
    const [begun, ...taken] = await store.batch([hold.step(), ...left, beginPull(place)]);
    hold.begun(begun as readonly { readonly turn: number }[]);
    return taken.at(-1)?.[0] as PullTable | undefined; // the last step's
  } catch (error) {
    if (hold.wasMissed(error)) return undefined;
    throw error;
  }
}

function moveOf(
  lane: PullLane,
  {
    pull,
    page,
    due,
  }: { readonly pull: PullTable; readonly page: PullPage | ActPage; readonly due: number | null },
): Step {
  const cursor = page.outcome === 'page' ? page.cursor : (page.cursor ?? pull.cursor);
  return movePull({ ...placeOf(lane), cursor, due, never: NEVER });
}

function noteOf(pull: PullTable, now: number): { note?: string; noteAt?: number } {
  const noteAt = Number(pull.rung ?? 0);
  return pull.note !== null && now - noteAt < noteFreshForMs ? { note: pull.note, noteAt } : {};
}

/** When the topic is to be asked again; null: when a bell or a watch says so. */
function dueAfter(page: PullPage | ActPage, now: number): number | null {
  if (page.outcome === 'later') return now + (askedPause(page.afterMs) ?? pauseAfterFailureMs);
  if (page.more) return now;
  return 'againAfterMs' in page ? now + page.againAfterMs : null;
}

function logPage(bridge: Bridge, { tenant, lane }: Pulling, page: PullPage | ActPage): void {
  bridge.log.info('page.pulled', {
    tenant: tenant.name,
    helpdesk: lane.helpdesk,
    topic: lane.topic,
    outcome: page.outcome,
    ...('code' in page && { code: page.code }),
    events: countIn(page),
  });
}

function countIn(page: PullPage | ActPage): number {
  if (page.outcome !== 'page') return 0;
  return 'acts' in page ? page.acts.length : (page.events?.length ?? 0);
}
