import type { Bridge } from './bridge.ts';
import { runHelpdeskTurn } from './helpdesk-turn.ts';
import { runKnockTurn } from './knock-turn.ts';
import type { LaneId } from './lane-id.ts';
import { runPullTurn } from './pull-turn.ts';
import { runReplyTurn } from './reply-turn.ts';

/** One turn of a lane. What an outside system says never makes it throw; a store that fails does. */
export function runTurn(bridge: Bridge, lane: LaneId): Promise<void> {
  switch (lane.kind) {
    case 'helpdesk':
      return runHelpdeskTurn(bridge, lane);
    case 'reply':
      return runReplyTurn(bridge, lane);
    case 'knock':
      return runKnockTurn(bridge, lane);
    case 'pull':
      return runPullTurn(bridge, lane);
    default:
      return lane satisfies never;
  }
}
