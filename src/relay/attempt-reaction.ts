import type { Json } from '../model/message.ts';
import type { Delivery, VendorEvent } from '../ports/helpdesk.ts';
import { readMessage } from '../store/messages.ts';
import type { MessageTable } from '../store/tables.ts';
import { keepArrival } from './keep-arrival.ts';
import { messageOf, readJson } from './read-row.ts';
import type { Settlement } from './settle.ts';
import { dueOf, type SettledRow, settlementSteps } from './settlement-steps.ts';
import {
  arrivalOf,
  callAdapter,
  contextOf,
  proveThisTurn,
  raiseAlarm,
  settleAttempt,
  type Turn,
} from './turn.ts';

/** One attempt of a call beside the messages: an event's reaction, a note to the agent, word that a reply was taken. */
export async function attemptReaction(turn: Turn, row: MessageTable): Promise<'kept' | 'stale'> {
  const { bridge } = turn;
  const isLate = row.not_after !== null && bridge.clock.now() > Number(row.not_after);
  const delivery: Delivery = isLate
    ? { outcome: 'refused', code: 'too late' }
    : await callAdapter(turn, () => react(turn, row));
  const now = bridge.clock.now();
  const settled = settleAttempt(turn, row, { delivery, now });
  const settlement: Settlement = isLate ? { ...settled, state: 'dropped' } : settled;
  logAttempt(turn, { row, delivery, settlement, now });
  const kept = await keepArrival(bridge, {
    ...arrivalOf(turn, delivery),
    sayKey: `say:${row.id}:${row.progress ?? ''}`,
    first: ({ isRowFinished }) => [
      ...proveThisTurn(turn),
      ...(isRowFinished ? [] : settlementSteps({ row, settlement, now })),
    ],
  });
  const due = dueOf(settlement);
  if (due !== undefined) bridge.lanes.expect(due);
  return kept;
}

/** What the relay writes into the `event` of rows whose action is not `react`. */
export type ReactionOrder =
  | { readonly action: 'note'; readonly text: string }
  | { readonly action: 'close' }
  | { readonly action: 'profile' }
  | { readonly action: 'askForAgent' }
  | { readonly action: 'delivered'; readonly reply: string };

async function react(turn: Turn, row: MessageTable): Promise<Delivery> {
  const { adapter } = turn.helpdesk;
  const context = contextOf(turn, row);
  const cannot: Delivery = { outcome: 'refused', code: 'cannot' };
  if (row.action === 'react') {
    const event = readJson(row.event) as unknown as VendorEvent; // kept as it came
    const notAfter = row.not_after === null ? {} : { notAfter: Number(row.not_after) };
    return adapter.react?.(event, { ...context, ...notAfter }) ?? cannot;
  }
  const order = readJson(row.event) as Json & ReactionOrder; // the relay itself wrote it
  switch (order.action) {
    case 'note':
      return adapter.note?.(order.text, context) ?? cannot;
    case 'close':
      return adapter.closeSession?.(context) ?? cannot;
    case 'profile':
      return adapter.sendProfile?.(context) ?? cannot;
    case 'askForAgent':
      return adapter.askForAgent?.({ ...context, isByHand: true }) ?? cannot;
    case 'delivered': {
      const [rows] = await turn.bridge.store.batch([readMessage({ id: order.reply })]);
      const [reply] = rows;
      return reply && adapter.delivered ? adapter.delivered(messageOf(reply), context) : cannot;
    }
    default:
      return order satisfies never;
  }
}

function logAttempt(
  turn: Turn,
  { row, delivery, settlement, now }: SettledRow & { readonly delivery: Delivery },
): void {
  const { bridge, tenant, helpdesk } = turn;
  bridge.log[settlement.state === 'dead' ? 'warn' : 'info']('reaction.attempted', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation: row.conversation,
    message: row.id,
    action: row.action,
    attempt: row.attempts,
    outcome: delivery.outcome,
    ...('code' in delivery && { code: delivery.code }),
    tookMs: now - Number(row.started_at ?? now),
  });
  raiseAlarm(turn, settlement);
}
