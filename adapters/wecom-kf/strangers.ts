import { fieldsOf, listOf, textOf } from '../../src/formats/fields.ts';
import type { ActionContext, VendorEvent, WakeDelivery } from '../../src/ports/helpdesk.ts';
import { chatOfCustomer } from './accounts.ts';
import type { Desk } from './desk.ts';
import { note, readMemory } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { accountOfRef } from './ref.ts';
import { enteredEvent } from './session-events.ts';

/**
 * Customers who wrote and were not seen to come are asked about: their context names the link by which they came in the
 * last 48 h (WeCom, `kf/customer/batchget`).
 */
export async function meetStrangers(desk: Desk, context: ActionContext): Promise<WakeDelivery> {
  const { settings, api, now } = desk;
  const { strangers = [] } = readMemory(context.memory.helpdesk);
  if (strangers.length === 0) return { outcome: 'accepted' };
  const externals = new Set(strangers.map((id) => chatOfCustomer(id).external));
  const answer = await api.customers([...externals], context.signal);
  if (answer.kind !== 'ok') return outcomeOfHarmless(answer, context.number);
  const at = now();
  const met = note({ met: strangers }, { at, visitor: null });
  const entered = listOf(answer.fields, 'customer_list').flatMap((customer): readonly VendorEvent[] => {
    const external = textOf(customer, 'external_userid');
    const entry = fieldsOf(customer, 'enter_session_context') ?? {};
    const ref = textOf(entry, 'scene_param');
    if (external === undefined || ref === undefined || textOf(entry, 'scene') !== settings.handoff.scene)
      return [];
    // He may have written to one account, and come to another last.
    const openKfid = accountOfRef(settings, ref, at);
    return openKfid === undefined
      ? []
      : [enteredEvent({ openKfid, external, ref, at, key: `${external}:${ref}` })];
  });
  // Others may have come meanwhile.
  return { outcome: 'accepted', events: [...entered, met], wakes: [{ name: 'strangers', afterMs: 1 }] };
}
