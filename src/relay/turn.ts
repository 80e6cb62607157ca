import type { Conversation } from '../model/conversation.ts';
import type { Routing } from '../model/routing.ts';
import type { ActionContext, Delivery, Effects, Memories } from '../ports/helpdesk.ts';
import type { MessageTable, ProfileTable } from '../store/tables.ts';
import { proveTurn } from '../store/turns.ts';
import type { Arrival, LastStep } from './arrival.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { readJson, rowBefore } from './read-row.ts';
import { type Lost, type Settlement, settle, settleStopped } from './settle.ts';
import { type TaggedStep, tagged } from './tagged-batch.ts';

/** One go at the work of a conversation with a helpdesk, and what was known when its present piece was taken. */
export interface Turn {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly helpdesk: Helpdesk;
  readonly lane: string;
  readonly number: number;
  /** `undefined` for wakes of the helpdesk itself. */
  readonly conversation: Conversation | undefined;
  /** The list that the visitor may pick from, as the store keeps it. */
  readonly pending: string | null;
  readonly memory: Memories;
  readonly memoryVersion: number;
  /** What a rule asks of this helpdesk. */
  readonly routing?: Routing;
  /** What is known of the visitor, as the store keeps it. */
  readonly profile?: ProfileTable;
  /** Ends the turn with what the work leaves, where nothing else is left in the lane. */
  readonly last: LastStep;
}

/** Stands first in every transaction of a turn: a stale one changes nothing. */
export function proveThisTurn({ lane, number }: Turn): readonly TaggedStep[] {
  return tagged({ kind: 'turn' }, proveTurn({ lane, turn: number }, 1));
}

/** What an adapter is told of an attempt of this row. */
export function contextOf(turn: Turn, row: MessageTable): ActionContext {
  const lost = row.lost === null ? undefined : (JSON.parse(row.lost) as Lost); // the relay itself wrote it
  return {
    key: row.id,
    number: row.attempts,
    signal: turn.bridge.stopping,
    conversation: turn.conversation,
    memory: turn.memory,
    progress: readJson(row.progress),
    ...(lost && {
      lost: { startedAt: lost.startedAt, code: lost.code, ...(isRepeatWanted(turn) && { repeats: true }) },
    }),
    ...(turn.routing && { routing: turn.routing }),
  };
}

/** The operator would rather have a message twice than go by what the vendor says of it. */
function isRepeatWanted({ helpdesk }: Turn): boolean {
  const { onUnknown } = helpdesk.policy;
  return helpdesk.adapter.settles === true && (onUnknown === 'retry' || onUnknown === 'retry-once');
}

/** The part of an arrival that every outcome of this turn has in common. */
export function arrivalOf(turn: Turn, delivery: Delivery): Omit<Arrival, 'first'> {
  const { events = [], outcome: _, ...effects } = delivery as Delivery & Effects; // the outcome's own fields say nothing to effects
  return {
    tenant: turn.tenant,
    helpdesk: turn.helpdesk,
    conversation: turn.conversation?.id,
    raw: null,
    events,
    effects,
    memoryVersion: turn.memoryVersion,
    last: turn.last,
  };
}

/**
 * Calls the adapter. One that throws has a fault of its own: the message is tried a few times, as its neighbours may do
 * better, and the log says where.
 */
export async function callAdapter<Given extends Delivery>(
  turn: Turn,
  call: () => Promise<Given>,
): Promise<Given | Extract<Delivery, { outcome: 'later' }>> {
  try {
    return await call();
  } catch (error) {
    const { tenant, helpdesk, bridge } = turn;
    bridge.log.error('adapter.threw', { tenant: tenant.name, helpdesk: helpdesk.id, error });
    return { outcome: 'later', code: 'threw', because: 'message' };
  }
}

/** What an outcome makes of its row. What the stop itself cut is put back, as after a crash. */
export function settleAttempt(
  turn: Turn,
  row: MessageTable,
  { delivery, now }: { readonly delivery: Delivery; readonly now: number },
): Settlement {
  const { bridge, helpdesk } = turn;
  if (isCut(turn, delivery)) return settleStopped(rowBefore(row), now);
  return settle(delivery, rowBefore(row), { policy: helpdesk.policy, now, random: bridge.random() });
}

/** The bridge's own stop cut the call, which says nothing about the other side. */
export function isCut({ bridge }: Turn, { outcome }: Delivery): boolean {
  return bridge.stopping.aborted && outcome === 'unknown';
}

/** A person has to look at what became of a row. */
export function raiseAlarm({ bridge, tenant, helpdesk }: Turn, { alarm }: Settlement): void {
  if (alarm === undefined) return;
  bridge.log.error('alarm.raised', { tenant: tenant.name, helpdesk: helpdesk.id, alarm });
}
