import { StepMissed } from '../ports/errors.ts';
import type { Store } from '../ports/store.ts';
import { buryInstance, lapsedInstances } from '../store/leases/instances.ts';
import { type HeldLane, heldLanes } from '../store/leases/lanes.ts';
import type { Bridge } from './bridge.ts';
import { type DueKind, dueKinds, pageSize } from './due-kinds.ts';
import { channelId, type LaneId, laneName, laneOfName } from './lane-id.ts';
import type { LaneOptions, Swept } from './lanes.ts';
import type { Lease } from './lease.ts';
import { readNextDue } from './sweep.ts';
import { promoteLeft } from './walk-waiting.ts';

type Sweeping = Pick<Bridge, 'store' | 'clock' | 'log' | 'random' | 'stopping' | 'tenants'>;

/** At most so long between two sweeps; a part of it by chance, so that instances do not sweep in step. */
const everyMs = 1000;
const jitter = 0.25;
/**
 * Twice the turns of one destination that run at a time. Who has more to do than that leaves what a sweep finds to others:
 * nearly all of it waits in the queue of the instance that wrote it, and would be looked at in vain by all of them.
 */
const mostOffered = 64;

/** How lanes are swept where several instances share the store. */
export function sharedSweeps(
  bridge: Sweeping,
  lease: Lease,
): Pick<LaneOptions, 'sweep' | 'sweepPauseMs' | 'mostOffered'> {
  return { sweep: createSharedSweep(bridge, lease), sweepPauseMs: 100, mostOffered };
}

/**
 * What one of many instances looks for: lanes that nobody has and in which something is due, and lanes of instances that
 * are no more. Every instance looks once a second; whoever is first begins the lane.
 */
export function createSharedSweep(bridge: Sweeping, lease: Lease): (now: number) => Promise<Swept> {
  const walks = dueKinds.map((kind) => new DueWalk(kind));
  return async (now) => {
    const tenure = lease.current();
    const again = now + everyMs * (1 - jitter * bridge.random());
    if (!tenure) return { lanes: [], next: again };
    await buryLapsed(bridge);
    const [held] = await bridge.store.batch([heldLanes({})]);
    const isElsewhere = new Set(
      held.filter(({ living, owner }) => living === 1 && owner !== tenure.id).map(({ id }) => id),
    );
    const due: LaneId[] = [];
    for (const walk of walks) due.push(...(await walk.look(bridge.store, now)));
    const next = await readNextDue(bridge.store, now);
    const free = due.filter((lane) => !isElsewhere.has(laneName(lane)));
    return {
      lanes: free.filter((lane) => isServed(bridge, lane)),
      left: leftBy(bridge, held).filter((lane) => isServed(bridge, lane)),
      next: Math.min(next ?? again, again),
    };
  };
}

/** Takes the rows of instances away that were not renewed: each once, by whoever is first. */
async function buryLapsed(bridge: Sweeping): Promise<void> {
  const { store, log } = bridge;
  const [lapsed] = await store.batch([lapsedInstances({})]);
  for (const { id: instance } of lapsed) {
    try {
      await store.batch([buryInstance({ instance }, 1)]);
      log.warn('instance.lost', { instance });
      // Beside the sweep: its lanes are free, and nobody waits for this.
      void promoteLeft(bridge);
    } catch (error) {
      if (!(error instanceof StepMissed)) throw error; // somebody else was quicker, or it was renewed after all
    }
  }
}

/** Lanes whose owner is no more: something may be in flight there that no due time tells of. */
function leftBy({ log }: Sweeping, held: readonly HeldLane[]): readonly LaneId[] {
  const left = held.filter(({ living }) => living === 0);
  const lanes = left.flatMap(({ id, tenant }) => laneOfName(id, tenant) ?? []);
  if (lanes.length > 0) log.info('lanes.left', { lanes: lanes.length });
  return lanes;
}

/** Another instance may have a newer configuration, or an older one: what it alone knows is its own. */
function isServed({ tenants }: Sweeping, lane: LaneId): boolean {
  const tenant = tenants.get(lane.tenant);
  if (!tenant || lane.kind === 'reply' || lane.kind === 'knock') return tenant !== undefined;
  return tenant.helpdesks.has(lane.helpdesk) || lane.helpdesk === channelId(tenant.name);
}

/** Clocks of instances may be so far apart. */
const overlapMs = 5000;
/** Pages of older things that one sweep looks at. */
const oldPages = 4;
/** Pages of what has become due since the last sweep: more are met as older things. */
const freshPages = 50;

/**
 * Looks at what is due of one kind, however much it is: at all that has become so since the last look, and at some of what
 * was so before, going on each time where the last look ended. So a helpdesk that hangs with all its lanes hides nobody
 * else's, and a look costs the same with a million of them.
 */
class DueWalk {
  readonly #kind: DueKind;
  #last: { readonly due: number } | undefined;
  #seenUntil: number | undefined;

  constructor(kind: DueKind) {
    this.#kind = kind;
  }

  async look(store: Store, now: number): Promise<readonly LaneId[]> {
    const since = this.#seenUntil === undefined ? undefined : { due: this.#seenUntil - overlapMs };
    const old = await this.#pages(store, { now, from: this.#last, most: oldPages });
    this.#last = old.isEnd ? undefined : old.rows.at(-1);
    // Who has seen all from the beginning to the end need not look at the end again.
    const isAll = old.isEnd && old.fromStart;
    const fresh =
      since && !isAll ? (await this.#pages(store, { now, from: since, most: freshPages })).rows : [];
    this.#seenUntil = now;
    return [...fresh, ...old.rows].map(this.#kind.laneOf);
  }

  async #pages(
    store: Store,
    {
      now,
      from,
      most,
    }: { readonly now: number; readonly from: { readonly due: number } | undefined; readonly most: number },
  ) {
    const rows: { readonly due: number }[] = [];
    for (let pages = 0; pages < most; pages += 1) {
      const [page] = await store.batch([this.#kind.page(now, rows.at(-1) ?? from)]);
      rows.push(...page);
      if (page.length < pageSize) return { rows, isEnd: true, fromStart: from === undefined };
    }
    return { rows, isEnd: false, fromStart: from === undefined };
  }
}
