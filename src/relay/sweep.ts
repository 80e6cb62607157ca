import type { Store } from '../ports/store.ts';
import { dueLanes, dueWakeLanes, nextDue } from '../store/lanes.ts';
import { duePulls } from '../store/schedules.ts';
import { NEVER } from '../store/tables.ts';
import { type LaneId, tenantOf } from './lane-id.ts';

/** More is left to the next sweep. */
const most = 1000;
const againMs = 200;

export interface Sweep {
  readonly lanes: readonly LaneId[];
  /** When to look again (milliseconds since 1970); null if nothing is waiting. */
  readonly next: number | null;
}

/** What is due in any lane, and when the next thing will be. */
export async function sweep(store: Store, now: number): Promise<Sweep> {
  const [rows, wakes, pulls, next] = await store.batch([
    dueLanes({ now, most }),
    dueWakeLanes({ now, most }),
    duePulls({ now, most }),
    nextDue({ now, never: NEVER }),
  ]);
  const lanes: LaneId[] = [
    ...rows.map(({ tenant, conversation, helpdesk, lane }): LaneId => {
      if (lane === 'reply') return { kind: 'reply', tenant, conversation };
      return { kind: 'helpdesk', tenant, helpdesk: helpdesk ?? '', conversation };
    }),
    ...wakes.map(({ helpdesk, conversation }): LaneId => {
      return { kind: 'helpdesk', tenant: tenantOf(helpdesk), helpdesk, conversation };
    }),
    ...pulls.map(({ helpdesk, topic, conversation }): LaneId => {
      return { kind: 'pull', tenant: tenantOf(helpdesk), helpdesk, topic, conversation };
    }),
  ];
  const isFull = [rows, wakes, pulls].some(({ length }) => length >= most);
  return { lanes, next: isFull ? now + againMs : dueIn(next[0]?.due) };
}

function dueIn(due: number | null | undefined): number | null {
  return due === null || due === undefined ? null : Number(due);
}
