import {
  openHelpdesksBetween,
  openSchedules,
  parkedHelpdesks,
  parkMessagesBetween,
  parkPulls,
  parkWakes,
  promoteFirstsBetween,
  unparkMessages,
  unparkPulls,
  unparkWakes,
} from '../store/restarts.ts';
import { NEVER } from '../store/tables.ts';
import type { Bridge } from './bridge.ts';
import { channelId, tenantOf } from './lane-id.ts';
import { type WaitingPage, walkWaiting } from './walk-waiting.ts';

/** How much waits for each helpdesk that is not in the configuration. */
export type Orphans = ReadonlyMap<string, number>;

/** Helpdesks that are in the configuration (again): what was put aside goes on. */
export async function unparkHelpdesks(bridge: Bridge): Promise<void> {
  const { store, clock } = bridge;
  const [parked] = await store.batch([parkedHelpdesks({ never: NEVER })]);
  for (const { helpdesk } of parked) {
    if (!isKnown(bridge, helpdesk)) continue;
    const back = { helpdesk, never: NEVER, now: clock.now() };
    await store.batch([unparkMessages(back), unparkWakes(back), unparkPulls(back)]);
  }
}

/**
 * Schedules of helpdesks that are not in the configuration. `park`: they are put aside, and what channels fetch with
 * them, which is rung for again where it is still fetched.
 */
export async function sortSchedules(bridge: Bridge, { park }: { readonly park: boolean }): Promise<Orphans> {
  const [open] = await bridge.store.batch([openSchedules({})]);
  const others = open.filter(({ helpdesk }) => !isKnown(bridge, helpdesk));
  for (const { helpdesk } of park ? others : []) {
    const place = { helpdesk, never: NEVER };
    await bridge.store.batch([parkWakes(place), parkPulls(place)]);
  }
  const orphans = others.filter(({ helpdesk }) => isOrphan(bridge, helpdesk));
  return new Map(orphans.map(({ helpdesk, waiting }) => [helpdesk, Number(waiting)]));
}

/** What a start leaves to be done once the bridge listens. */
export interface LeftWaiting {
  /** Of the schedules of helpdesks that left the configuration. */
  readonly orphans: Orphans;
  /** What waits for them is put aside, so that it stands in nobody's way. */
  readonly park: boolean;
}

/**
 * Takes up what waits, however much it is, beside everything else: what is due goes on, firsts of lanes that nothing would
 * wake are due, and what waits for helpdesks that left the configuration is told of, with their schedules. Turns begin
 * with it: before the bridge listens its start may still fail, and what is in flight then would be tried once more.
 */
export async function takeUpWaiting(
  bridge: Bridge,
  { orphans: schedules, park }: LeftWaiting,
): Promise<void> {
  bridge.lanes.expect(bridge.clock.now());
  const orphans = new Map(schedules);
  await walkWaiting(bridge, async (page) => {
    const met = await orphansIn(bridge, page);
    await takeUpPage(bridge, page, park ? met : []);
    for (const { helpdesk, waiting } of met) orphans.set(helpdesk, (orphans.get(helpdesk) ?? 0) + waiting);
  });
  if (bridge.stopping.aborted) return;
  for (const [helpdesk, waiting] of orphans) bridge.log.warn('start.orphaned', { helpdesk, waiting });
}

interface Orphaned {
  readonly helpdesk: string;
  readonly waiting: number;
}

async function orphansIn(bridge: Bridge, page: WaitingPage): Promise<readonly Orphaned[]> {
  const [open] = await bridge.store.batch([openHelpdesksBetween({ ...page })]);
  return open
    .filter(({ helpdesk }) => isOrphan(bridge, helpdesk))
    .map(({ helpdesk, waiting }) => ({ helpdesk, waiting: Number(waiting) }));
}

async function takeUpPage(
  { store, clock, lanes, tenants }: Bridge,
  page: WaitingPage,
  parked: readonly Orphaned[],
): Promise<void> {
  const now = clock.now();
  const [promoted] = await store.batch([
    promoteFirstsBetween({ ...page, now }),
    ...parked.map(({ helpdesk }) =>
      parkMessagesBetween({
        ...page,
        helpdesk,
        never: NEVER,
        replies: tenants.has(tenantOf(helpdesk)) ? 0 : 1,
      }),
    ),
  ]);
  if (promoted.length > 0) lanes.expect(now);
}

function isKnown({ tenants }: Bridge, helpdesk: string): boolean {
  return tenants.get(tenantOf(helpdesk))?.helpdesks.has(helpdesk) ?? false;
}

/** What a channel fetches is no helpdesk's. */
function isOrphan(bridge: Bridge, helpdesk: string): boolean {
  return !isKnown(bridge, helpdesk) && helpdesk !== channelId(tenantOf(helpdesk));
}
