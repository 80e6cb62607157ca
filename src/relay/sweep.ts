import type { Step, Store } from '../ports/store.ts';
import { type DueKnockLane, dueKnockLanes } from '../store/knocks.ts';
import {
  type DueLane,
  type DuePullLane,
  type DueWakeLane,
  dueLanes,
  duePullLanes,
  dueWakeLanes,
  firstPlace,
  nextDue,
} from '../store/lanes.ts';
import { NEVER } from '../store/tables.ts';
import { type LaneId, tenantOf } from './lane-id.ts';

/** Rows of a page: other batches come between two of them. */
const most = 1000;

export interface Sweep {
  readonly lanes: readonly LaneId[];
  /** When the next thing will be due (milliseconds since 1970); null if nothing is waiting. */
  readonly next: number | null;
}

/**
 * What is due in any lane, and when the next thing will be. All of it, a page at a time: were a sweep to end with the
 * longest waiting, a helpdesk that hangs would hide everybody else's.
 */
export async function sweep(store: Store, now: number): Promise<Sweep> {
  const rows = await walk<DueLane>(store, (last) => {
    const { due, id } = last ?? firstPlace;
    return dueLanes({ now, most, due, id });
  });
  const wakes = await walk<DueWakeLane>(store, (last) =>
    dueWakeLanes({ now, most, due: -1, helpdesk: '', conversation: '', ...last }),
  );
  const pulls = await walk<DuePullLane>(store, (last) =>
    duePullLanes({ now, most, due: -1, helpdesk: '', topic: '', conversation: '', ...last }),
  );
  const knocks = await walk<DueKnockLane>(store, (last) =>
    dueKnockLanes({ now, most, due: -1, conversation: '', ...last }),
  );
  const [next] = await store.batch([nextDue({ now, never: NEVER })]);
  return {
    lanes: [
      ...rows.map(laneOfRow),
      ...wakes.map(laneOfWake),
      ...pulls.map(laneOfPull),
      ...knocks.map(laneOfKnock),
    ],
    next: dueIn(next[0]?.due),
  };
}

async function walk<Row>(store: Store, page: (last: Row | undefined) => Step<Row>): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (;;) {
    const [rows] = await store.batch([page(found.at(-1))]);
    found.push(...rows);
    if (rows.length < most) return found;
  }
}

function laneOfRow({ tenant, conversation, helpdesk, lane }: DueLane): LaneId {
  if (lane === 'reply') return { kind: 'reply', tenant, conversation };
  return { kind: 'helpdesk', tenant, helpdesk: helpdesk ?? '', conversation };
}

function laneOfWake({ helpdesk, conversation }: DueWakeLane): LaneId {
  return { kind: 'helpdesk', tenant: tenantOf(helpdesk), helpdesk, conversation };
}

function laneOfPull({ helpdesk, topic, conversation }: DuePullLane): LaneId {
  return { kind: 'pull', tenant: tenantOf(helpdesk), helpdesk, topic, conversation };
}

function laneOfKnock({ tenant, conversation }: DueKnockLane): LaneId {
  return { kind: 'knock', tenant, conversation };
}

function dueIn(due: number | null | undefined): number | null {
  return due === null || due === undefined ? null : Number(due);
}
