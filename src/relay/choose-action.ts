import type { Json, Message, Option, Part } from '../model/message.ts';
import type { Log } from '../ports/log.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Helpdesk } from './bridge.ts';
import { type Pending, pickOption, pickRating } from './choices.ts';
import { isWordOf } from './hand-over-words.ts';

/** What a visitor's message is to the helpdesk: words for the agent, or an answer to a question that was put to him. */
export type ForwardAction =
  | { readonly kind: 'forward'; readonly message: Message; readonly answersMenu: boolean }
  | { readonly kind: 'rate'; readonly session: string; readonly option: Option }
  | { readonly kind: 'askForAgent' };

/**
 * Decided when the message is to go, by what was pending when it came: the same for every attempt, unless the question
 * was taken back meanwhile.
 */
export function chooseAction(
  message: Message,
  given: {
    readonly helpdesk: Helpdesk;
    readonly pending: Pending | null;
    readonly memory: Json | undefined;
    readonly receivedAt: number;
    readonly now: number;
    readonly tenant: string;
    readonly log: Log;
  },
): ForwardAction {
  const { helpdesk, pending } = given;
  const asked = pending?.helpdesk === helpdesk.id && pending.askedAt <= given.receivedAt ? pending : null;
  const option = pickOption(message.parts, asked, given.receivedAt);
  if (option && asked?.of === 'menu') {
    const choice = { kind: 'choice', of: 'menu', option } as const;
    return { kind: 'forward', message: { ...message, parts: [choice] }, answersMenu: true };
  }
  const rating = pickRating(message.parts, given);
  if (rating) return { kind: 'rate', ...rating };
  return asksForAgent(message.parts, given)
    ? { kind: 'askForAgent' }
    : { kind: 'forward', message, answersMenu: false };
}

/** Where nobody can tell who serves, the words count. */
function asksForAgent(parts: readonly Part[], given: Parameters<typeof chooseAction>[1]): boolean {
  const { helpdesk, memory, now, tenant, log } = given;
  const { adapter, handoverWords } = helpdesk;
  if (!adapter.askForAgent || !isWordOf(handoverWords, parts)) return false;
  const of = { log, tenant, helpdesk: helpdesk.id, hook: 'serving' };
  return askAdapter(of, () => adapter.serving?.(memory, now), undefined) !== 'agent';
}
