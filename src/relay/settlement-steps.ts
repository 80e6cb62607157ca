import type { Step } from '../ports/store.ts';
import { endRecalled } from '../store/recalls.ts';
import { type MessageTable, NEVER } from '../store/tables.ts';
import { promoteNext, settleMessage } from '../store/turns.ts';
import type { Arrival } from './arrival.ts';
import { addReaction } from './new-rows.ts';
import { noticeSteps } from './plan-events.ts';
import type { Settlement } from './settle.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

export interface SettledRow {
  readonly row: MessageTable;
  readonly settlement: Settlement;
  readonly now: number;
}

/** What an attempt leaves: the row's new state, and the turn of whoever stands behind it. */
export function settlementSteps({ row, settlement, now }: SettledRow): readonly TaggedStep[] {
  const { state, due, tries, reason, progress, code, lost, vendorId, final } = settlement;
  const settled: Parameters<typeof settleMessage>[0] = {
    id: row.id,
    state,
    due: final ? null : due,
    // Attempts are of one step: what a `more` leaves has not been tried yet.
    attempts: progress === undefined ? row.attempts : 0,
    tries,
    reason,
    // What is left behind as nothing is nothing.
    progress: progress === undefined ? row.progress : progress === null ? null : JSON.stringify(progress),
    code,
    lost: lost === null ? null : JSON.stringify(lost),
    vendorId: vendorId ?? null,
    sendId: row.send_id,
    finishedAt: final ? now : null,
  };
  const next = promoteNext({ id: row.id, conversation: row.conversation ?? '', lane: row.lane, now });
  // What the agent took back meanwhile is nothing that anybody wants tried again, and finished before its settlement.
  if (row.lane === 'reply' && state !== 'sent') {
    return plain(endRecalled({ id: row.id, now }), settleMessage(settled), next);
  }
  const behind = final && row.lane !== 'react' ? [next] : [];
  return [...tagged({ kind: 'row' }, settleMessage(settled, 1)), ...plain(...behind)];
}

/** Steps that tell somebody something, and whether the visitor's lane is to be woken for them. */
export interface Told {
  readonly steps: readonly Step[];
  readonly wakesReply: boolean;
}

/**
 * Both sides are told of a visitor's message that is given up: the agent by a note, where the helpdesk can show one, the
 * visitor unless the helpdesk has shut him out.
 */
export function tellUndelivered(
  { tenant, helpdesk, conversation }: Pick<Arrival, 'tenant' | 'helpdesk' | 'conversation'>,
  { row, settlement, now }: SettledRow,
): Told {
  const isLost = settlement.state === 'dead' && row.lane === 'forward' && conversation !== undefined;
  if (!isLost) return { steps: [], wakesReply: false };
  const notice = settlement.isSilent
    ? { steps: [], wakesReply: false }
    : noticeSteps('undelivered', { tenant: tenant.name, helpdesk, conversation, now });
  if (!helpdesk.adapter.note) return notice;
  const note = addReaction({
    tenant: tenant.name,
    conversation,
    helpdesk: helpdesk.id,
    now,
    from: { role: 'system' },
    parts: [],
    action: 'note',
    event: { action: 'note', text: lostText(settlement.code ?? '') },
  });
  return { ...notice, steps: [...notice.steps, ...note] };
}

function lostText(code: string): string {
  return `访客的一条消息未能送达本系统（${code}）`;
}

/** When the row's lane has to be looked at again; `undefined` if something else will say so. */
export function dueOf({ due, final }: Settlement): number | undefined {
  return final || due === null || due === NEVER ? undefined : due;
}
