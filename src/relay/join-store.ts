import { inFlight } from '../store/lanes.ts';
import { heldLanes } from '../store/leases/lanes.ts';
import type { MessageTable } from '../store/tables.ts';
import type { Bridge } from './bridge.ts';
import { type LaneId, laneName } from './lane-id.ts';
import { adoptBound, wakeHelpdesks } from './restart.ts';
import { type LeftWaiting, sortSchedules, unparkHelpdesks } from './take-up-waiting.ts';

/**
 * The start of one instance of many: the same as of the only one, but for what the others have. What is in flight in
 * their lanes is theirs. Rows of helpdesks that are not in this configuration stay as they are: another instance may
 * have an older or a newer one, where they are.
 */
export async function joinStore(bridge: Bridge): Promise<LeftWaiting> {
  const orphans = await sortSchedules(bridge, { park: false });
  await unparkHelpdesks(bridge);
  await adoptBound(bridge);
  await wakeHelpdesks(bridge);
  await takeUpLeft(bridge);
  return { orphans, park: false };
}

/** What was in flight when nobody held lanes yet: with an older version, or in the store that this one was copied from. */
async function takeUpLeft({ store, lanes, log }: Bridge): Promise<void> {
  const [rows, held] = await store.batch([inFlight({}), heldLanes({})]);
  const known = new Set(held.map(({ id }) => id));
  const left = rows.flatMap(laneOfRow).filter((lane) => !known.has(laneName(lane)));
  for (const lane of left) lanes.wake(lane);
  if (left.length > 0) log.info('start.recovered', { inFlight: left.length });
}

function laneOfRow({ tenant, conversation, helpdesk, lane }: MessageTable): readonly LaneId[] {
  if (conversation === null) return [];
  if (lane === 'reply') return [{ kind: 'reply', tenant, conversation }];
  return helpdesk === null ? [] : [{ kind: 'helpdesk', tenant, helpdesk, conversation }];
}
