import { newId } from '../model/ids.ts';
import { StepMissed } from '../ports/errors.ts';
import { reserveSend } from '../store/allowance.ts';
import { readConversation } from '../store/conversations.ts';
import { endIdleReplyTurn } from '../store/leases/lanes.ts';
import type { ConversationTable, MessageTable } from '../store/tables.ts';
import { claimReply, openReplies } from '../store/turns.ts';
import type { Bridge, Tenant } from './bridge.ts';
import type { LaneHold } from './lane-hold.ts';
import type { LaneId } from './lane-id.ts';
import { planSends, type SendPlan, type SendWindow, type WaitingReply } from './plan-sends.ts';
import { messageOf } from './read-row.ts';

export type ReplyLane = Extract<LaneId, { kind: 'reply' }>;

/** What stands in a visitor's lane, and what is to be done with it now. */
export interface LaneView {
  readonly conversation: ConversationTable;
  /** Not finished, first first. */
  readonly rows: readonly MessageTable[];
  readonly plan: LanePlan;
  /** The send would come of the brief grant. */
  readonly brief: 0 | 1;
  /** Sends that the channel still takes, before one is taken for this view. */
  readonly left: number;
}

/** More are looked at when these are gone. */
const mostRows = 50;
/** Automatic words make no sense later: nobody wants yesterday's greeting. */
const automaticForMs = 600_000;

/** Looks at a lane. `undefined`: nothing is due in it, or a newer turn has begun. */
export async function viewLane(
  bridge: Bridge,
  tenant: Tenant,
  { lane, hold }: { readonly lane: ReplyLane; readonly hold: LaneHold },
): Promise<LaneView | undefined> {
  const { conversation: id } = lane;
  try {
    const [begun, rows, [conversation], ended] = await bridge.store.batch([
      hold.step(),
      openReplies({ conversation: id, most: mostRows }),
      readConversation({ id }),
      ...hold.endingIdle((held) => endIdleReplyTurn({ conversation: id, ...held })),
    ]);
    hold.begun(begun);
    hold.endedIdle(ended);
    if (!conversation) return undefined;
    const now = bridge.clock.now();
    const window = windowOf(conversation, now);
    const plan = planLane(rows, window, { tenant, now, typingAt: Number(conversation.typing_at) });
    const view = { conversation, rows, brief: window.brief, left: window.left };
    return plan.kind === 'nothing' ? undefined : { ...view, plan };
  } catch (error) {
    if (hold.wasMissed(error)) return undefined;
    throw error;
  }
}

/** What may be sent by our own count. */
export function windowOf(row: ConversationTable, now: number): SendWindow & { readonly brief: 0 | 1 } {
  const isOpen = Number(row.window_ends_at) > now && Number(row.sends_left) > 0;
  const hasBrief = Number(row.brief_left) > 0 && Number(row.brief_ends_at) > now;
  return {
    left: (isOpen ? Number(row.sends_left) : 0) + (hasBrief ? Number(row.brief_left) : 0),
    endsAt: isOpen || !hasBrief ? Number(row.window_ends_at) : Number(row.brief_ends_at),
    granted: Number(row.granted),
    actedAt: Number(row.granted_at),
    brief: hasBrief ? 1 : 0,
  };
}

/** What is to be done with a lane: what {@link planSends} says, or replies that were held for too long are given up. */
export type LanePlan = SendPlan | { readonly kind: 'expire'; readonly ids: readonly string[] };

function planLane(
  rows: readonly MessageTable[],
  window: SendWindow,
  given: { readonly tenant: Tenant; readonly now: number; readonly typingAt: number },
): LanePlan {
  const { now, tenant, typingAt } = given;
  const { rules } = tenant.channel;
  const [head] = rows;
  if (!head || head.state === 'sending' || isPutOff(head, now)) return { kind: 'nothing' };
  const old = rows.filter((row) => isExpired(row, now - rules.holdTtlMs));
  if (old.length > 0) return { kind: 'expire', ids: old.map(({ id }) => id) };
  return planSends(
    rows.map((row) => waitingReply(row, tenant)),
    window,
    { rules, now, typingAt },
  );
}

/** Automatic words are no loss: they leave the lane as stale, unless they are a part of a send that was begun. */
function isExpired(row: MessageTable, before: number): boolean {
  const isLoss = row.automatic === 0 || begunSend(row) !== undefined;
  return isLoss && row.state === 'held' && Number(row.received_at) <= before;
}

/** It waits for its medium, or for the end of a pause: nothing that comes makes it due sooner. */
export function isPutOff({ due, state, reason }: MessageTable, now: number): boolean {
  return due !== null && Number(due) > now && state !== 'held' && reason !== 'join';
}

function waitingReply(row: MessageTable, { channel }: Tenant): WaitingReply {
  const receivedAt = Number(row.received_at);
  const begun = begunSend(row);
  const message = messageOf(row);
  // Refused in company, it goes alone: the others are not to die of it.
  const text = row.reason === 'alone' ? undefined : channel.textOf(message);
  const isAutomatic = row.automatic === 1;
  return {
    id: row.id,
    automatic: isAutomatic,
    isRobot: message.from.role === 'robot',
    receivedAt,
    ...(text !== undefined && { text }),
    ...(isAutomatic && { staleAt: receivedAt + Math.min(automaticForMs, channel.rules.holdTtlMs) }),
    ...(begun !== undefined && { begun }),
    ...(row.progress !== null && { isHalfDone: true }),
  };
}

/** The send that a reply is a part of for good: half done, or perhaps arrived. */
function begunSend({ progress, lost, send_id }: MessageTable): string | undefined {
  return progress !== null || lost !== null ? (send_id ?? undefined) : undefined;
}

/** A send in flight: its replies, and how often the visitor had acted when it was taken of the allowance. */
export interface TakenSend {
  readonly rows: readonly MessageTable[];
  readonly acts: number;
}

/**
 * Takes the replies of a planned send into flight, and one send of the allowance. `undefined`: the lane is not as it was
 * looked at, so look again.
 */
export async function takeSend(
  bridge: Bridge,
  { lane, hold, view }: { readonly lane: ReplyLane; readonly hold: LaneHold; readonly view: LaneView },
  ids: readonly string[],
): Promise<TakenSend | undefined> {
  const now = bridge.clock.now();
  const [head] = view.rows;
  const send = (head && begunSend(head)) ?? newId('s');
  try {
    const [, [reserved], ...claimed] = await bridge.store.batch([
      hold.prove(),
      reserveSend({ id: lane.conversation, brief: view.brief, now }, 1),
      ...ids.map((id) => claimReply({ id, send, now }, 1)),
    ]);
    const rows = (claimed as readonly (readonly MessageTable[])[]).flat(); // each claim gives its row
    return { rows, acts: Number(reserved?.acts) };
  } catch (error) {
    if (error instanceof StepMissed) return undefined;
    throw error;
  }
}
