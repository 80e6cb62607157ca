import type { Store } from '../ports/store.ts';
import { nextDue } from '../store/lanes.ts';
import { NEVER } from '../store/tables.ts';
import { type DueKind, dueKinds, pageSize } from './due-kinds.ts';
import type { LaneId } from './lane-id.ts';
import type { Swept } from './lanes.ts';

/**
 * What is due in any lane, and when the next thing will be. All of it, a page at a time: were a sweep to end with the
 * longest waiting, a helpdesk that hangs would hide everybody else's. A page of each kind is looked at together, which is
 * all there is but for a backlog.
 */
export async function sweep(store: Store, now: number): Promise<Swept> {
  const [next, ...firstPages] = await store.batch([
    nextDue({ now, never: NEVER }),
    ...dueKinds.map((kind) => kind.page(now, undefined)),
  ]);
  const lanes: LaneId[] = [];
  for (const [index, kind] of dueKinds.entries()) {
    lanes.push(...(await walk(store, { kind, now, found: firstPages[index] ?? [] })));
  }
  return { lanes, next: dueOf(next) };
}

export async function readNextDue(store: Store, now: number): Promise<number | null> {
  const [next] = await store.batch([nextDue({ now, never: NEVER })]);
  return dueOf(next);
}

function dueOf([next]: readonly { readonly due: number | null }[]): number | null {
  return next === undefined || next.due === null ? null : Number(next.due);
}

type DueRow = { readonly due: number };

/** Goes on behind the first page, where that was full. */
async function walk(
  store: Store,
  { kind, now, found }: { readonly kind: DueKind; readonly now: number; readonly found: readonly DueRow[] },
): Promise<readonly LaneId[]> {
  const all = [...found];
  for (let page = found; page.length === pageSize; ) {
    [page] = await store.batch([kind.page(now, all.at(-1))]);
    all.push(...page);
  }
  return all.map(kind.laneOf);
}
