import type { Store } from '../ports/store.ts';
import { nextDue } from '../store/lanes.ts';
import { NEVER } from '../store/tables.ts';
import { type DueKind, dueKinds, pageSize } from './due-kinds.ts';
import type { LaneId } from './lane-id.ts';

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
  const lanes: LaneId[] = [];
  for (const kind of dueKinds) lanes.push(...(await walk(store, kind, now)));
  return { lanes, next: await readNextDue(store, now) };
}

export async function readNextDue(store: Store, now: number): Promise<number | null> {
  const [[next]] = await store.batch([nextDue({ now, never: NEVER })]);
  return next === undefined || next.due === null ? null : Number(next.due);
}

async function walk(store: Store, kind: DueKind, now: number): Promise<readonly LaneId[]> {
  const found: { readonly due: number }[] = [];
  for (;;) {
    const [rows] = await store.batch([kind.page(now, found.at(-1))]);
    found.push(...rows);
    if (rows.length < pageSize) return found.map(kind.laneOf);
  }
}
