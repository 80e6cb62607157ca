import type { Conversation } from '../model/conversation.ts';
import type { Log } from '../ports/log.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Helpdesk } from './bridge.ts';

const known = new WeakMap<Helpdesk, Set<string>>();
/** Then the memory begins anew. */
const mostKnown = 100_000;

/** Outside ids that this process has not bound yet: binding once is enough, and a repeat harms nothing. */
export function idsToBind(helpdesk: Helpdesk, conversation: Conversation, log: Log): readonly string[] {
  if (known.get(helpdesk)?.has(conversation.id)) return [];
  const of = { log, tenant: conversation.tenant, helpdesk: helpdesk.id, hook: 'visitorIds' };
  return askAdapter(of, () => helpdesk.adapter.visitorIds(conversation), []);
}

/** The ids of this conversation are bound. */
export function rememberBound(helpdesk: Helpdesk, conversation: string): void {
  const bound = known.get(helpdesk);
  if (bound === undefined || bound.size >= mostKnown) known.set(helpdesk, new Set([conversation]));
  else bound.add(conversation);
}

/** Conversations were forgotten, and their bindings with them: whoever comes back is bound anew. */
export function forgetBound(helpdesk: Helpdesk): void {
  known.delete(helpdesk);
}
