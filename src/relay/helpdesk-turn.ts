import { StepMissed } from '../ports/errors.ts';
import type { Step } from '../ports/store.ts';
import { readConversation } from '../store/conversations.ts';
import { readMemory } from '../store/memories.ts';
import { readProfile } from '../store/profiles.ts';
import { readRoute } from '../store/routes.ts';
import type { MessageTable, RouteTable, WakeTable } from '../store/tables.ts';
import {
  beginTurn,
  claimForward,
  claimReaction,
  dueWakes,
  proveTurn,
  waitingForwards,
} from '../store/turns.ts';
import { attemptForward } from './attempt-forward.ts';
import { attemptReaction } from './attempt-reaction.ts';
import type { Bridge } from './bridge.ts';
import { type LaneId, laneName } from './lane-id.ts';
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
export async function runHelpdeskTurn(bridge: Bridge, lane: HelpdeskLane): Promise<void> {
  let number: number | undefined;
  for (let pieces = 0; pieces < mostPiecesATurn && !bridge.stopping.aborted; pieces += 1) {
    const work = await take(bridge, lane, number);
    if (work === undefined || (await doWork(work)) === 'stale') return;
    number = work.turn.number;
  }
  if (!bridge.stopping.aborted) bridge.lanes.wake(lane);
}

function take(bridge: Bridge, lane: HelpdeskLane, number: number | undefined): Promise<Work | undefined> {
  const { conversation } = lane;
  const takeDue = () => takeWork(bridge, lane, number);
  if (conversation === '') return takeDue();
  const isOurs = ({ lane: of, helpdesk }: MessageTable) => of !== 'reply' && helpdesk === lane.helpdesk;
  return takeOrTakeUp(bridge, { conversation, isOurs }, takeDue);
}

interface Work {
  readonly turn: Turn;
  readonly reaction: MessageTable | undefined;
  readonly wake: WakeTable | undefined;
  readonly forward: MessageTable | undefined;
  readonly behind: readonly MessageTable[];
}

/** Takes the next piece of work into flight; `undefined` if nothing is due, or a newer turn has begun. */
async function takeWork(
  bridge: Bridge,
  lane: HelpdeskLane,
  number: number | undefined,
): Promise<Work | undefined> {
  const tenant = bridge.tenants.get(lane.tenant);
  const helpdesk = tenant?.helpdesks.get(lane.helpdesk);
  if (!tenant || !helpdesk) return undefined;
  const claimed = await claimWork(bridge, lane, { number, isRouted: tenant.routing !== undefined });
  if (!claimed) return undefined;
  const [begun, [reaction], [wake], [forward], behind, [conversation], memory, ofHelpdesk, known, routes] =
    claimed;
  const [profile] = known;
  if (!reaction && !wake && !forward) return undefined;
  const own = memoryOf(memory);
  const turn: Turn = {
    bridge,
    tenant,
    helpdesk,
    lane: laneName(lane),
    number: begun[0]?.turn ?? 0,
    conversation: conversation && conversationOf(conversation, { profile, tenant }),
    pending: conversation?.pending ?? null,
    memory: { conversation: own.value, helpdesk: memoryOf(ofHelpdesk).value },
    memoryVersion: own.version,
    ...routingOf(routes?.[0], lane),
    ...(profile && { profile }),
  };
  return { turn, reaction, wake, forward, behind };
}

/** What is due, and all that is known of the conversation at that moment. `undefined`: a newer turn has begun. */
async function claimWork(
  bridge: Bridge,
  lane: HelpdeskLane,
  { number, isRouted }: { readonly number: number | undefined; readonly isRouted: boolean },
) {
  const { conversation, helpdesk } = lane;
  const name = laneName(lane);
  const place = { conversation, helpdesk, now: bridge.clock.now() };
  const begin: Step<{ turn: number }> =
    number === undefined ? beginTurn({ lane: name }, 1) : proveTurn({ lane: name, turn: number }, 1);
  try {
    return await bridge.store.batch([
      begin,
      claimReaction(place),
      dueWakes(place),
      claimForward(place),
      waitingForwards(place),
      readConversation({ id: conversation }),
      readMemory({ helpdesk, conversation }),
      readMemory({ helpdesk, conversation: '' }),
      readProfile({ conversation }),
      ...(isRouted ? [readRoute({ conversation })] : []),
    ]);
  } catch (error) {
    if (error instanceof StepMissed && error.step === 0) return undefined;
    throw error;
  }
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
