import type { KnockOutcome } from '../ports/channel.ts';
import { StepMissed } from '../ports/errors.ts';
import type { KnockTable } from '../store/account-tables.ts';
import { readConversation } from '../store/conversations.ts';
import { claimKnock, readKnock, reserveKnock } from '../store/knocks.ts';
import type { ConversationTable, MessageTable } from '../store/tables.ts';
import { openReplies } from '../store/turns.ts';
import type { Bridge, Tenant } from './bridge.ts';
import type { LaneHold } from './lane-hold.ts';
import type { LaneId } from './lane-id.ts';
import { messageOf } from './read-row.ts';
import { dropKnock, settleKnocked, waitForBudget } from './settle-knock.ts';

export type KnockLane = Extract<LaneId, { kind: 'knock' }>;

/** A due knock, and what stood in its conversation when it was looked at. */
export interface KnockScene {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly hold: LaneHold;
  readonly knock: KnockTable;
  readonly conversation: ConversationTable;
  /** Replies of people that wait for the visitor. */
  readonly held: readonly MessageTable[];
}

/** More make no difference to anybody. */
const mostReplies = 100;

/**
 * One go at the knock of a conversation: one call, if the visitor allows one and replies still wait for him. It has a
 * lane of its own, so that no reply ever waits behind it.
 */
export async function runKnockTurn(bridge: Bridge, lane: KnockLane, hold: LaneHold): Promise<void> {
  const tenant = bridge.tenants.get(lane.tenant);
  const scene = tenant && (await look(bridge, tenant, { lane, hold }));
  if (!scene || bridge.stopping.aborted) return;
  const { knock, conversation, held } = scene;
  // Taken by an earlier turn that came to no end: it may have reached the visitor.
  if (knock.state === 'calling') return settleKnocked(scene, { outcome: 'unknown', code: 'restart' }, 0);
  const isWanted = Number(knock.acts) === Number(conversation.acts) && held.length > 0;
  if (!isWanted || !tenant.channel.knocker) return dropKnock(scene);
  const claimed = await claim(scene);
  if (claimed === 'none') return waitForBudget(scene);
  if (claimed === 'stale') return;
  return settleKnocked(scene, await callKnocker(scene), claimed.changes);
}

async function look(
  bridge: Bridge,
  tenant: Tenant,
  { lane, hold }: { readonly lane: KnockLane; readonly hold: LaneHold },
): Promise<KnockScene | undefined> {
  const begun = await begin(bridge, lane, hold);
  if (!begun) return undefined;
  const [, [knock], [conversation], rows] = begun;
  if (!knock || !conversation) return undefined;
  const isDue = knock.state === 'due' && Number(knock.due ?? 0) <= bridge.clock.now();
  if (!isDue && knock.state !== 'calling') return undefined;
  const held = rows.filter(({ state, automatic }) => state === 'held' && automatic === 0);
  return { bridge, tenant, hold, knock, conversation, held };
}

async function begin({ store }: Bridge, { conversation: id }: KnockLane, hold: LaneHold) {
  try {
    const begun = await store.batch([
      hold.step(),
      readKnock({ conversation: id }),
      readConversation({ id }),
      openReplies({ conversation: id, most: mostReplies }),
    ]);
    hold.begun(begun[0]);
    return begun;
  } catch (error) {
    if (hold.wasMissed(error)) return undefined;
    throw error;
  }
}

/** Takes the knock into flight, and one from what the visitor allows. */
async function claim(scene: KnockScene): Promise<{ readonly changes: number } | 'none' | 'stale'> {
  const { bridge, hold, knock } = scene;
  const { conversation, template } = knock;
  const now = bridge.clock.now();
  try {
    const [, , [budget]] = await bridge.store.batch([
      hold.prove(),
      claimKnock({ conversation, now }, 1),
      reserveKnock({ conversation, template, now }, 1),
    ]);
    return { changes: Number(budget?.changes ?? 0) };
  } catch (error) {
    if (error instanceof StepMissed) return error.step === 2 ? 'none' : 'stale';
    throw error;
  }
}

async function callKnocker({ bridge, tenant, conversation, held }: KnockScene): Promise<KnockOutcome> {
  const last = held.at(-1);
  const agent = last && messageOf(last).from;
  const name = agent && agent.role !== 'visitor' ? agent.name : undefined;
  try {
    const outcome = await tenant.channel.knocker?.knock({
      visitor: conversation.visitor,
      replies: held.length,
      ...(name !== undefined && { agent: name }),
      writtenAt: Number(last?.received_at ?? bridge.clock.now()),
      signal: bridge.stopping,
    });
    return outcome ?? { outcome: 'refused', code: 'cannot' };
  } catch (error) {
    bridge.log.error('channel.threw', { tenant: tenant.name, conversation: conversation.id, error });
    return { outcome: 'unknown', code: 'threw' };
  }
}
