import type { Step } from '../ports/store.ts';
import type { MessageTable } from '../store/tables.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { addReaction } from './new-rows.ts';
import type { Settlement } from './settle.ts';

interface Settled {
  readonly settlement: Settlement;
  readonly now: number;
}

/** Whether its helpdesk learns anything of what becomes of a reply. */
export function isToldOf(tenant: Tenant, row: MessageTable): boolean {
  const { delivered, note } = helpdeskOfRow(tenant, row)?.adapter ?? {};
  return delivered !== undefined || note !== undefined;
}

/** Word that WeChat has taken replies, where the helpdesk wants to know. */
export function tellDelivered(
  tenant: Tenant,
  rows: readonly MessageTable[],
  { settlement, now }: Settled,
): readonly Step[] {
  if (settlement.state !== 'sent') return [];
  return rows.flatMap((row) => {
    const helpdesk = helpdeskOfRow(tenant, row);
    if (!helpdesk?.adapter.delivered) return [];
    const event = { action: 'delivered', reply: row.id };
    return order({ tenant, helpdesk, row, now }, 'delivered', event);
  });
}

/** A note to the agent that what people wrote was given up. */
export function tellUndelivered(
  tenant: Tenant,
  rows: readonly MessageTable[],
  { settlement, now }: Settled,
): readonly Step[] {
  if (settlement.state !== 'dead') return [];
  return tellAgent(tenant, rows, { text: `消息未能送达访客（${settlement.code ?? ''}）`, now });
}

/** What an agent reads who took back what had gone out. */
export const tooLate = '您撤回的消息在撤回前已送达访客。';

/** A note to the agent that what he took back went out all the same. */
export function tellTooLate(
  tenant: Tenant,
  rows: readonly MessageTable[],
  { settlement, now }: Settled,
): readonly Step[] {
  if (settlement.state !== 'sent') return [];
  return tellAgent(tenant, rows, { text: tooLate, now });
}

/** One note to the agent about these replies, where the helpdesk can show one and a person wrote any of them. */
export function tellAgent(
  tenant: Tenant,
  rows: readonly MessageTable[],
  { text, now }: { readonly text: string; readonly now: number },
): readonly Step[] {
  const row = rows.find(({ automatic }) => automatic === 0);
  const helpdesk = row && helpdeskOfRow(tenant, row);
  if (!row || !helpdesk?.adapter.note) return [];
  return order({ tenant, helpdesk, row, now }, 'note', { action: 'note', text });
}

export function wakeHelpdesks(bridge: Bridge, tenant: Tenant, rows: readonly MessageTable[]): void {
  for (const { helpdesk, conversation } of rows) {
    if (helpdesk === null || conversation === null) continue;
    bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk, conversation });
  }
}

function helpdeskOfRow(tenant: Tenant, { helpdesk }: MessageTable): Helpdesk | undefined {
  return helpdesk === null ? undefined : tenant.helpdesks.get(helpdesk);
}

function order(
  {
    tenant,
    helpdesk,
    row,
    now,
  }: {
    readonly tenant: Tenant;
    readonly helpdesk: Helpdesk;
    readonly row: MessageTable;
    readonly now: number;
  },
  action: string,
  event: { readonly action: string; readonly [name: string]: string },
): readonly Step[] {
  const draft = { tenant: tenant.name, conversation: row.conversation ?? '', helpdesk: helpdesk.id, now };
  return addReaction({ ...draft, from: { role: 'system' }, parts: [], action, event });
}
