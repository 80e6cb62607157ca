import type { Store } from '../ports/store.ts';
import { noteAgain } from '../store/leases/lanes.ts';
import type { Bridge } from './bridge.ts';
import { runHelpdeskTurn } from './helpdesk-turn.ts';
import { runKnockTurn } from './knock-turn.ts';
import { LaneHold } from './lane-hold.ts';
import { type LaneId, laneName } from './lane-id.ts';
import type { Lease } from './lease.ts';
import { runPullTurn } from './pull-turn.ts';
import { runReplyTurn } from './reply-turn.ts';

/** `again`: something came for the lane that the turn may not have seen. */
export type TurnEnd = 'ended' | 'again';

/**
 * One turn of a lane. What an outside system says never makes it throw; a store that fails does. Where another instance
 * has the lane, it is told that there is news, if there is (`isNews`); what is only due it finds itself.
 */
export async function runTurn(bridge: Bridge, lane: LaneId, { isNews = true } = {}): Promise<TurnEnd> {
  const { store, lease } = bridge;
  const name = laneName(lane);
  if (lease) {
    return runLeased({ store, lease }, { name, isNews }, (hold, stopping) =>
      runKind({ ...bridge, stopping }, lane, hold),
    );
  }
  await runKind(bridge, lane, new LaneHold(name));
  return 'ended';
}

/** A lane may be let go between two looks at it, but not for ever. */
const mostTries = 5;

/** One turn where several instances share the store. `run` heeds the signal: it is aborted when this one may hold nothing. */
export async function runLeased(
  { store, lease }: { readonly store: Store; readonly lease: Lease },
  { name, isNews }: { readonly name: string; readonly isNews: boolean },
  run: (hold: LaneHold, stopping: AbortSignal) => Promise<void>,
): Promise<TurnEnd> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const tenure = lease.current();
    // What is due is found by whoever looks next.
    if (!tenure || tenure.signal.aborted) return 'ended';
    const { id: owner, signal } = tenure;
    const hold = new LaneHold(name, owner);
    await run(hold, signal);
    if (!hold.isElsewhere) return hold.end(store);
    if (!isNews) return 'ended';
    const [noted] = await store.batch([noteAgain({ lane: name, owner })]);
    if (noted.length > 0) return 'ended';
  }
  return 'ended';
}

function runKind(bridge: Bridge, lane: LaneId, hold: LaneHold): Promise<void> {
  switch (lane.kind) {
    case 'helpdesk':
      return runHelpdeskTurn(bridge, lane, hold);
    case 'reply':
      return runReplyTurn(bridge, lane, hold);
    case 'knock':
      return runKnockTurn(bridge, lane, hold);
    case 'pull':
      return runPullTurn(bridge, lane, hold);
    default:
      return lane satisfies never;
  }
}
