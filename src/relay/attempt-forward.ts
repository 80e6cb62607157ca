import type { Attempt, Delivery } from '../ports/helpdesk.ts';
import { answerPending } from '../store/conversations.ts';
import { acceptedIds } from '../store/messages.ts';
import type { MessageTable } from '../store/tables.ts';
import { settleMessage } from '../store/turns.ts';
import type { Known } from './arrival.ts';
import { pendingIn } from './choices.ts';
import { chooseAction, type ForwardAction } from './choose-action.ts';
import { type Card, holdCardSteps, planCard, withCard } from './context-card.ts';
import { finishFollow, planFollow, staying } from './follow-conversation.ts';
import { keepArrival } from './keep-arrival.ts';
import { outageSteps } from './outages.ts';
import { noticeSteps } from './plan-events.ts';
import { messageOf } from './read-row.ts';
import { awaitReceipt } from './receipts.ts';
import type { Settlement } from './settle.ts';
import { dueOf, settlementSteps, type Told, tellUndelivered } from './settlement-steps.ts';
import { plain, type TaggedStep } from './tagged-batch.ts';
import {
  arrivalOf,
  callAdapter,
  contextOf,
  proveThisTurn,
  raiseAlarm,
  settleAttempt,
  type Turn,
} from './turn.ts';

/** One attempt of a visitor's message, and what it leaves. */
export async function attemptForward(
  turn: Turn,
  row: MessageTable,
  behind: readonly MessageTable[],
): Promise<'kept' | 'stale'> {
  const { bridge, tenant, conversation } = turn;
  const chosen = actionOf(turn, row);
  const card: Card = chosen.kind === 'forward' ? await planCard(turn, row) : { kind: 'none' };
  if (card.kind === 'shown') return card.kept;
  const action = chosen.kind === 'forward' ? { ...chosen, message: withCard(chosen.message, card) } : chosen;
  const attempt = await attemptOf(turn, row, behind);
  const delivery = attempt
    ? await callAdapter(turn, () => act(turn, action, attempt))
    : ({ outcome: 'refused', code: 'no conversation' } as const);
  const now = bridge.clock.now();
  const attempted = { row, action, delivery, settlement: settleAttempt(turn, row, { delivery, now }), now };
  logAttempt(turn, attempted);
  const told = tellBoth(turn, attempted);
  const receipt = awaitReceipt(turn, attempted);
  let follow = staying;
  const kept = await keepArrival(bridge, {
    ...arrivalOf(turn, delivery),
    sayKey: `say:${row.id}:${row.progress ?? ''}`,
    asksWhose: true,
    first: async (known) => {
      follow = known.isRowFinished ? staying : await planFollow(turn, attempted);
      return [
        ...proveThisTurn(turn),
        ...tookSteps(delivery, behind, now),
        // A receipt was quicker: the message arrived, whatever this attempt says.
        ...(known.isRowFinished
          ? []
          : [...settledSteps(attempted, known), ...plain(...told.steps, ...receipt.steps)]),
        ...follow.steps,
        ...plain(...(delivery.outcome === 'accepted' ? holdCardSteps(turn) : [])),
        ...plain(...outageSteps(tenant, turn.helpdesk, attempted)),
      ];
    },
  });
  if (kept === 'kept') await finishFollow(turn, follow);
  const due = dueOf(attempted.settlement) ?? receipt.due;
  if (due !== undefined && due > now) bridge.lanes.expect(due);
  if (told.wakesReply && conversation) {
    bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: conversation.id });
  }
  return kept;
}

export interface Attempted {
  readonly row: MessageTable;
  readonly action: ForwardAction;
  readonly delivery: Delivery;
  readonly settlement: Settlement;
  readonly now: number;
}

function actionOf(turn: Turn, row: MessageTable): ForwardAction {
  return chooseAction(messageOf(row), {
    helpdesk: turn.helpdesk,
    pending: pendingIn(turn.pending),
    memory: turn.memory.conversation,
    receivedAt: Number(row.received_at),
    now: turn.bridge.clock.now(),
    tenant: turn.tenant.name,
    log: turn.bridge.log,
  });
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

function settledSteps({ row, delivery, settlement, now }: Attempted, known: Known): readonly TaggedStep[] {
  // What waits for something to happen at the helpdesk is due at once if it happened while the call was under way.
  const waits =
    delivery.outcome === 'later' &&
    (delivery.untilEvent === true || delivery.because === 'queue' || delivery.because === 'nobody');
  const isDue = waits && known.hasMoved && !settlement.final;
  return settlementSteps({ row, settlement: isDue ? { ...settlement, due: now } : settlement, now });
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

/** What visitor and agent are told of an attempt: that the message was given up, or thanks for an answer. */
function tellBoth(turn: Turn, attempted: Attempted): Told {
  const { tenant, helpdesk, conversation } = turn;
  const lost = tellUndelivered({ tenant, helpdesk, conversation: conversation?.id }, attempted);
  const answered = answeredSteps(turn, attempted);
  return {
    steps: [...answered.steps, ...lost.steps],
    wakesReply: answered.wakesReply || lost.wakesReply,
  };
}

/** An answer that arrived takes its question away, unless another was put meanwhile. */
function answeredSteps(turn: Turn, { action, settlement, now }: Attempted): Told {
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

function logAttempt(turn: Turn, { row, action, delivery, settlement, now }: Attempted): void {
  const { bridge, tenant, helpdesk } = turn;
  bridge.log[settlement.state === 'dead' ? 'error' : 'info']('forward.attempted', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation: row.conversation,
    message: row.id,
    action: action.kind,
    attempt: row.attempts,
    outcome: delivery.outcome,
    ...('code' in delivery && { code: delivery.code }),
    state: settlement.state,
    tookMs: now - Number(row.started_at ?? now),
  });
  raiseAlarm(turn, settlement);
}
