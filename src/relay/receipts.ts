import type { VendorEvent } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import { readMessage } from '../store/messages.ts';
import { confirmForward, markUnconfirmed, reopenUnconfirmed } from '../store/receipts.ts';
import { clearWake, meetWake, setWake } from '../store/schedules.ts';
import type { MessageTable, WakeTable } from '../store/tables.ts';
import { promoteNext } from '../store/turns.ts';
import type { Attempted } from './attempt-forward.ts';
import type { EventScene } from './plan-events.ts';
import { rowBefore } from './read-row.ts';
import type { Lost } from './settle.ts';
import { plain, runTagged } from './tagged-batch.ts';
import { proveThisTurn, type Turn } from './turn.ts';

/**
 * Some helpdesks say when they show a message. What they took has a due time until then, among the wakes of its
 * conversation, where a restart finds it.
 */
const prefix = 'core:receipt:';

/** Whether this due time is a receipt's: no adapter hears of it. */
export function isReceiptWake({ name }: WakeTable): boolean {
  return name.startsWith(prefix);
}

/** A message that was just taken waits for its receipt, where the helpdesk gives any. */
export function awaitReceipt(
  { helpdesk }: Turn,
  { row, action, settlement, now }: Attempted,
): { readonly steps: readonly Step[]; readonly due?: number } {
  const { receiptWithinMs } = helpdesk.adapter;
  const isAwaited = action.kind === 'forward' && settlement.state === 'forwarded';
  if (receiptWithinMs === undefined || !isAwaited) return { steps: [] };
  const due = now + receiptWithinMs;
  const place = { helpdesk: helpdesk.id, conversation: row.conversation ?? '' };
  return { steps: [setWake({ ...place, name: prefix + row.id, due, attempts: 0 })], due };
}

/** The helpdesk shows a message: it is forwarded, and what stood behind it is due. */
export function receiptSteps(
  { key, vendorId }: Extract<VendorEvent, { kind: 'receipt' }>,
  scene: Pick<EventScene, 'conversation' | 'helpdesk' | 'now'>,
): readonly Step[] {
  const { conversation, now } = scene;
  const place = { conversation, helpdesk: scene.helpdesk.id };
  return [
    confirmForward({ ...place, id: key, vendorId: vendorId ?? null, now }),
    promoteNext({ id: key, conversation, lane: 'forward', now }),
    clearWake({ ...place, name: prefix + key }),
  ];
}

/** No receipt came in time: the message is marked, or tried again, but not twice for this. */
export async function missReceipt(turn: Turn, wake: WakeTable): Promise<'kept' | 'stale'> {
  const { bridge, tenant, helpdesk } = turn;
  const { conversation, name, due } = wake;
  const id = name.slice(prefix.length);
  const [[row]] = await bridge.store.batch([readMessage({ id })]);
  const isConfirmed = row?.state !== 'forwarded' || row.code === 'receipt';
  const lost = isConfirmed || helpdesk.onUnconfirmed !== 'retry' ? undefined : lostOf(row);
  const again = lost && reopenUnconfirmed({ id, lost: JSON.stringify(lost), now: bridge.clock.now() });
  const missed = await runTagged(bridge.store, [
    ...proveThisTurn(turn),
    ...plain(meetWake({ helpdesk: helpdesk.id, conversation, name, due }), again ?? markUnconfirmed({ id })),
  ]);
  if (missed) return 'stale';
  if (!isConfirmed) {
    const line = { tenant: tenant.name, helpdesk: helpdesk.id, conversation, message: id };
    bridge.log[again ? 'warn' : 'error']('forward.unconfirmed', { ...line, again: again !== undefined });
  }
  return 'kept';
}

/** What the next attempt is told; `undefined` where the last one was told so already. */
function lostOf(row: MessageTable): Lost | undefined {
  const { startedAt, lost } = rowBefore(row);
  if (lost?.code === 'unconfirmed') return undefined;
  return { startedAt, code: 'unconfirmed', repeated: lost?.repeated ?? false };
}
