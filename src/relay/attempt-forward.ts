import type { Attempt, Delivery } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import { answerPending } from '../store/conversations.ts';
import { acceptedIds } from '../store/messages.ts';
import type { MessageTable } from '../store/tables.ts';
import { settleMessage } from '../store/turns.ts';
import type { Known } from './arrival.ts';
import type { Pending } from './choices.ts';
import { chooseAction, type ForwardAction } from './choose-action.ts';
import { keepArrival } from './keep-arrival.ts';
import { noticeSteps } from './plan-events.ts';
import { messageOf, rowBefore } from './read-row.ts';
import { type Settlement, settle, settleStopped } from './settle.ts';
import { dueOf, settlementSteps, undeliveredNotice } from './settlement-steps.ts';
import { plain, type TaggedStep } from './tagged-batch.ts';
import { arrivalOf, callAdapter, contextOf, proveThisTurn, type Turn } from './turn.ts';

/** One attempt of a visitor's message, and what it leaves. */
export async function attemptForward(
  turn: Turn,
  row: MessageTable,
  behind: readonly MessageTable[],
): Promise<'kept' | 'stale'> {
  const { bridge, tenant, helpdesk, conversation } = turn;
  const action = chooseAction(messageOf(row), {
    helpdesk,
    pending: pendingOf(turn),
    memory: turn.memory.conversation,
    receivedAt: Number(row.received_at),
    now: bridge.clock.now(),
  });
  const attempt = await attemptOf(turn, row, behind);
  const delivery = attempt
    ? await callAdapter(turn, () => act(turn, action, attempt))
    : ({ outcome: 'refused', code: 'no conversation' } as const);
  const now = bridge.clock.now();
  const isCut = bridge.stopping.aborted && delivery.outcome === 'unknown';
  const settlement = isCut
    ? settleStopped(rowBefore(row), now)
    : settle(delivery, rowBefore(row), { policy: helpdesk.policy, now, random: bridge.random() });
  logAttempt(turn, { row, delivery, settlement, action, now });
  const lost = undeliveredNotice(
    { tenant, helpdesk, conversation: conversation?.id },
    { row, settlement, now },
  );
  const answered = answeredSteps(turn, { action, settlement, now });
  const kept = await keepArrival(bridge, {
    ...arrivalOf(turn, delivery),
    sayKey: `say:${row.id}:${row.progress ?? ''}`,
    first: (known) => [
      ...proveThisTurn(turn),
      ...tookSteps(delivery, behind, now),
      // A receipt was quicker: the message arrived, whatever this attempt says.
      ...(known.isRowFinished
        ? []
        : [
            ...settlementSteps({ row, settlement: atOnceIfMoved(settlement, delivery, { known, now }), now }),
            ...plain(...answered.steps, ...lost.steps),
          ]),
    ],
  });
  const due = dueOf(settlement);
  if (due !== undefined && due > now) bridge.lanes.expect(due);
  if ((answered.wakesReply || lost.wakesReply) && conversation) {
    bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: conversation.id });
  }
  return kept;
}

async function attemptOf(
  turn: Turn,
  row: MessageTable,
  behind: readonly MessageTable[],
): Promise<Attempt | undefined> {
  const { conversation, helpdesk } = turn;
  if (!conversation) return undefined;
  const asks = helpdesk.adapter.settles === true && row.lost !== null;
  const explained = asks ? await readExplained(turn, row) : [];
  return { ...contextOf(turn, row), conversation, behind: behind.map(messageOf), explained };
}

const explainedForMs = 3_600_000;
/** Rows further back than this in a conversation are not looked at. */
const explainedRows = 500;

async function readExplained({ bridge, helpdesk }: Turn, row: MessageTable): Promise<readonly string[]> {
  const [rows] = await bridge.store.batch([
    acceptedIds({
      conversation: row.conversation ?? '',
      helpdesk: helpdesk.id,
      since: bridge.clock.now() - explainedForMs,
      behind: Number(row.seq) - explainedRows,
    }),
  ]);
  return rows.map(({ vendor_id }) => vendor_id);
}

function act({ helpdesk }: Turn, action: ForwardAction, attempt: Attempt): Promise<Delivery> {
  const { adapter } = helpdesk;
  const impossible: Delivery = { outcome: 'refused', code: 'cannot' };
  switch (action.kind) {
    case 'forward':
      return adapter.forward(action.message, attempt);
    case 'rate':
      return (
        adapter.rate?.({ session: action.session, option: action.option }, attempt) ??
        Promise.resolve(impossible)
      );
    case 'askForAgent':
      return adapter.askForAgent?.(attempt) ?? Promise.resolve(impossible);
    default:
      return action satisfies never;
  }
}

/** What waits for something to happen at the helpdesk is due at once if it happened while the call was under way. */
function atOnceIfMoved(
  settlement: Settlement,
  delivery: Delivery,
  { known, now }: { readonly known: Known; readonly now: number },
): Settlement {
  const waits =
    delivery.outcome === 'later' &&
    (delivery.untilEvent === true || delivery.because === 'queue' || delivery.because === 'nobody');
  return waits && known.hasMoved && !settlement.final ? { ...settlement, due: now } : settlement;
}

/** Messages that went along with this one. */
function tookSteps(
  { took = 0, outcome }: Delivery,
  behind: readonly MessageTable[],
  now: number,
): readonly TaggedStep[] {
  if (outcome !== 'accepted') return [];
  return plain(
    ...behind.slice(0, took).map((row) =>
      settleMessage({
        id: row.id,
        state: 'forwarded',
        due: null,
        attempts: row.attempts,
        tries: row.tries,
        reason: row.reason,
        progress: row.progress,
        code: 'took',
        lost: row.lost,
        vendorId: null,
        sendId: null,
        finishedAt: now,
      }),
    ),
  );
}

/** An answer that arrived takes its question away, unless another was put meanwhile. */
function answeredSteps(
  turn: Turn,
  {
    action,
    settlement,
    now,
  }: { readonly action: ForwardAction; readonly settlement: Settlement; readonly now: number },
): { readonly steps: readonly Step[]; readonly wakesReply: boolean } {
  const { conversation, pending, tenant, helpdesk } = turn;
  const isAnswer = action.kind === 'rate' || (action.kind === 'forward' && action.answersMenu);
  if (!isAnswer || !conversation || pending === null || settlement.state !== 'forwarded') {
    return { steps: [], wakesReply: false };
  }
  const taken = answerPending({ id: conversation.id, pending });
  if (action.kind !== 'rate') return { steps: [taken], wakesReply: false };
  const place = { tenant: tenant.name, helpdesk, conversation: conversation.id, now };
  const thanks = noticeSteps('rated', place);
  return { steps: [taken, ...thanks.steps], wakesReply: thanks.wakesReply };
}

function pendingOf({ pending }: Turn): Pending | null {
  return pending === null ? null : (JSON.parse(pending) as Pending); // the relay itself wrote it
}

function logAttempt(
  { bridge, tenant, helpdesk }: Turn,
  seen: {
    readonly row: MessageTable;
    readonly delivery: Delivery;
    readonly settlement: Settlement;
    readonly action: ForwardAction;
    readonly now: number;
  },
): void {
  const { row, delivery, settlement, now } = seen;
  bridge.log[settlement.state === 'dead' ? 'error' : 'info']('forward.attempted', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation: row.conversation,
    message: row.id,
    action: seen.action.kind,
    attempt: row.attempts,
    outcome: delivery.outcome,
    ...('code' in delivery && { code: delivery.code }),
    state: settlement.state,
    tookMs: now - Number(row.started_at ?? now),
  });
  if (settlement.alarm === undefined) return;
  bridge.log.error('alarm.raised', { tenant: tenant.name, helpdesk: helpdesk.id, alarm: settlement.alarm });
}
