import type { Conversation } from '../model/conversation.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Bridge, Helpdesk } from './bridge.ts';

interface Known {
  readonly since: number;
  readonly ids: Set<string>;
}

const known = new WeakMap<Helpdesk, Known>();
/** Then the memory begins anew: when it holds so many, or is so old. */
const mostKnown = 100_000;
/**
 * Another instance may forget a conversation with its bindings, but none whose visitor has acted within the hour (the
 * least `historyTtlSec`).
 */
const knownForMs = 1_800_000;

/** Outside ids that this process has not bound yet: binding once is enough, and a repeat harms nothing. */
export function idsToBind(
  helpdesk: Helpdesk,
  conversation: Conversation,
  { log, clock }: Pick<Bridge, 'log' | 'clock'>,
): readonly string[] {
  if (fresh(helpdesk, clock.now())?.has(conversation.id)) return [];
  const of = { log, tenant: conversation.tenant, helpdesk: helpdesk.id, hook: 'visitorIds' };
  return askAdapter(of, () => helpdesk.adapter.visitorIds(conversation), []);
}

/** The ids of this conversation are bound. */
export function rememberBound(
  helpdesk: Helpdesk,
  conversation: string,
  { clock }: Pick<Bridge, 'clock'>,
): void {
  const now = clock.now();
  const bound = fresh(helpdesk, now);
  if (bound === undefined || bound.size >= mostKnown) {
    known.set(helpdesk, { since: now, ids: new Set([conversation]) });
  } else bound.add(conversation);
}

function fresh(helpdesk: Helpdesk, now: number): Set<string> | undefined {
  const { since, ids } = known.get(helpdesk) ?? { since: 0, ids: undefined };
  return now - since < knownForMs ? ids : undefined;
}
