import type { Json, Message, Option, Part } from '../model/message.ts';
import type { Helpdesk } from './bridge.ts';
import { type Pending, pickOption } from './choices.ts';

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
  },
): ForwardAction {
  const { helpdesk, pending } = given;
  const asked = pending?.helpdesk === helpdesk.id && pending.askedAt <= given.receivedAt ? pending : null;
  const option = pickOption(message.parts, asked, given.receivedAt);
  if (option && asked?.of === 'menu') {
    const choice = { kind: 'choice', of: 'menu', option } as const;
    return { kind: 'forward', message: { ...message, parts: [choice] }, answersMenu: true };
  }
  if (option && asked?.session !== undefined && helpdesk.adapter.rate) {
    return { kind: 'rate', session: asked.session, option };
  }
  return asksForAgent(message.parts, given)
    ? { kind: 'askForAgent' }
    : { kind: 'forward', message, answersMenu: false };
}

function asksForAgent(
  parts: readonly Part[],
  {
    helpdesk,
    memory,
    now,
  }: { readonly helpdesk: Helpdesk; readonly memory: Json | undefined; readonly now: number },
): boolean {
  const { adapter, handoverWords } = helpdesk;
  const [part] = parts;
  if (!adapter.askForAgent || parts.length !== 1 || part?.kind !== 'text') return false;
  const isServed = adapter.serving?.(memory, now) === 'agent';
  return !isServed && handoverWords.has(part.text.trim().toLowerCase());
}
