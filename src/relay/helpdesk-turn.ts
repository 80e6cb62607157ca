import { readConversation } from '../store/conversations.ts';
import { endIdleHelpdeskTurn } from '../store/leases/lanes.ts';
import { readMemory } from '../store/memories.ts';
import { readProfile } from '../store/profiles.ts';
import { readRoute } from '../store/routes.ts';
import type { MessageTable, RouteTable, WakeTable } from '../store/tables.ts';
import { claimForward, claimReaction, dueWakes, findIdleHelpdesk, waitingForwards } from '../store/turns.ts';
import type { LastStep } from './arrival.ts';
import { attemptForward } from './attempt-forward.ts';
import { attemptReaction } from './attempt-reaction.ts';
import type { Bridge } from './bridge.ts';
import type { LaneHold } from './lane-hold.ts';
import type { LaneId } from './lane-id.ts';
import { meetWake } from './meet-wake.ts';
import { conversationOf, memoryOf } from './read-row.ts';
import { isReceiptWake, missReceipt } from './receipts.ts';
import { takeOrTakeUp } from './restart.ts';
import { whoseOf } from './route-steps.ts';
import type { Turn } from './turn.ts';

type HelpdeskLane = Extract<LaneId, { kind: 'helpdesk' }>;

/** Then others of the same destination get their turn. */
const mostPiecesATurn = 50;

/**
 * One turn of a conversation with its helpdesk: reactions first, then wakes, then forwards, until nothing is due. It
 * never waits; what is to be tried later has a due time, which begins the next turn.
 */
export async function runHelpdeskTurn(bridge: Bridge, lane: HelpdeskLane, hold: LaneHold): Promise<void> {
  for (let pieces = 0; pieces < mostPiecesATurn && !bridge.stopping.aborted; pieces += 1) {
    const work = await take(bridge, lane, hold);
    if (work === undefined || (await doWork(work)) === 'stale' || hold.isIdle) return;
  }
  if (!bridge.stopping.aborted) bridge.lanes.wake(lane);
}

function take(bridge: Bridge, lane: HelpdeskLane, hold: LaneHold): Promise<Work | undefined> {
  const { conversation } = lane;
  const takeDue = () => takeWork(bridge, lane, hold);
  if (conversation === '') return takeDue();
  const isOurs = ({ lane: of, helpdesk }: MessageTable) => of !== 'reply' && helpdesk === lane.helpdesk;
  return takeOrTakeUp(bridge, { hold, conversation, isOurs }, takeDue);
}

interface Work {
  readonly turn: Turn;
  readonly reaction: MessageTable | undefined;
  readonly wake: WakeTable | undefined;
  readonly forward: MessageTable | undefined;
  readonly behind: readonly MessageTable[];
}

/** Takes the next piece of work into flight; `undefined` if nothing is due, or a newer turn has begun. */
async function takeWork(bridge: Bridge, lane: HelpdeskLane, hold: LaneHold): Promise<Work | undefined> {
  const tenant = bridge.tenants.get(lane.tenant);
  const helpdesk = tenant?.helpdesks.get(lane.helpdesk);
  if (!tenant || !helpdesk) return undefined;
  const claimed = await claimWork(bridge, lane, { hold, isRouted: tenant.routing !== undefined });
  if (!claimed) return undefined;
  const { reaction, wake, forward, behind, conversation, profile } = claimed;
  if (!reaction && !wake && !forward) return undefined;
  const own = memoryOf(claimed.memory);
  const turn: Turn = {
    bridge,
    tenant,
    helpdesk,
    lane: hold.lane,
    number: hold.number,
    conversation: conversation && conversationOf(conversation, { profile, tenant }),
    pending: conversation?.pending ?? null,
    memory: { conversation: own.value, helpdesk: memoryOf(claimed.helpdeskMemory).value },
    memoryVersion: own.version,
    ...routingOf(claimed.route, lane),
    ...(profile && { profile }),
    last: endWith(bridge, lane, hold),
  };
  return { turn, reaction, wake, forward, behind };
}

/** What is due, and all that is known of the conversation at that moment. `undefined`: a newer turn has begun. */
async function claimWork(
  bridge: Bridge,
  lane: HelpdeskLane,
  { hold, isRouted }: { readonly hold: LaneHold; readonly isRouted: boolean },
) {
  const { conversation: id, helpdesk } = lane;
  const place = { conversation: id, helpdesk, now: bridge.clock.now() };
  try {
    const [
      begun,
      [reaction],
      [wake],
      [forward],
      behind,
      [conversation],
      memory,
      helpdeskMemory,
      [profile],
      ...optional
    ] = await bridge.store.batch([
      hold.step(),
      claimReaction(place),
      dueWakes(place),
      claimForward(place),
      waitingForwards(place),
      readConversation({ id }),
      readMemory({ helpdesk, conversation: id }),
      readMemory({ helpdesk, conversation: '' }),
      readProfile({ conversation: id }),
      ...(isRouted ? [readRoute({ conversation: id })] : []),
      ...hold.endingIdle((held) => endIdleHelpdeskTurn({ ...place, ...held })),
    ]);
    const [routes = [], ended] = isRouted ? optional : [[], ...optional];
    const [route] = routes as readonly RouteTable[]; // what was asked
    hold.begun(begun);
    hold.endedIdle(ended);
    return { reaction, wake, forward, behind, conversation, memory, helpdeskMemory, profile, route };
  } catch (error) {
    if (hold.wasMissed(error)) return undefined;
    throw error;
  }
}

/** Mostly one message is all there is: then nobody looks for another in a transaction of its own. */
function endWith({ clock }: Bridge, { conversation, helpdesk }: HelpdeskLane, hold: LaneHold): LastStep {
  return {
    step() {
      const place = { conversation, helpdesk, now: clock.now() };
      return hold.endingWork(
        (held) => endIdleHelpdeskTurn({ ...place, ...held }),
        () => findIdleHelpdesk(place),
      );
    },
    gave: (rows) => hold.endedIdle(rows),
  };
}

/** What was asked of another helpdesk means nothing to this one. */
function routingOf(route: RouteTable | undefined, lane: HelpdeskLane): Pick<Turn, 'routing'> {
  const { stay } = whoseOf(route);
  const isAsked = stay.helpdesk === lane.helpdesk && Object.keys(stay.routing).length > 0;
  return isAsked ? { routing: stay.routing } : {};
}

function doWork({ turn, reaction, wake, forward, behind }: Work): Promise<'kept' | 'stale'> {
  if (reaction) return attemptReaction(turn, reaction);
  if (wake) return isReceiptWake(wake) ? missReceipt(turn, wake) : meetWake(turn, wake);
  return forward ? attemptForward(turn, forward, behind) : Promise.resolve('stale');
}
