import { conversationId } from '../model/conversation.ts';
import { readConversation } from '../store/conversations.ts';
import type { Bridge } from './bridge.ts';
import { helpdeskId } from './lane-id.ts';
import { addReaction } from './new-rows.ts';

/** A visitor and a helpdesk, by the names that stand in the configuration. */
export interface Asked {
  readonly tenant: string;
  readonly helpdesk: string;
  readonly visitor: string;
}

/**
 * An operator, or a program of his, asks for an agent in a visitor's stead. `unknown`: there is no such helpdesk, or
 * nothing was seen of the visitor yet. `cannot`: the helpdesk has no way to be asked.
 */
export async function askByHand(bridge: Bridge, asked: Asked): Promise<'asked' | 'unknown' | 'cannot'> {
  const tenant = bridge.tenants.get(asked.tenant);
  const helpdesk = tenant?.helpdesks.get(helpdeskId(asked.tenant, asked.helpdesk));
  const id = conversationId(asked.tenant, asked.visitor);
  const [conversations] = await bridge.store.batch([readConversation({ id })]);
  if (!tenant || !helpdesk || conversations.length === 0) return 'unknown';
  if (!helpdesk.adapter.askForAgent) return 'cannot';
  const draft = { tenant: tenant.name, conversation: id, helpdesk: helpdesk.id, now: bridge.clock.now() };
  const event = { action: 'askForAgent' };
  await bridge.store.batch(
    addReaction({ ...draft, from: { role: 'system' }, parts: [], action: event.action, event }),
  );
  bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk: helpdesk.id, conversation: id });
  return 'asked';
}
