import type { Part } from '../../src/model/message.ts';
import type { ActionContext, VendorEvent, WakeDelivery } from '../../src/ports/helpdesk.ts';
import { type Decision, decide } from './app-commands.ts';
import { readSent, textMessage } from './app-forward.ts';
import { noApp, noteApp } from './app-memory.ts';
import { mediumOf } from './content.ts';
import type { Desk } from './desk.ts';
import { readMemory } from './memory.ts';
import { namesOf } from './names.ts';
import { outsideIdOf } from './profile.ts';
import type { Words } from './words.ts';

/**
 * Looks at the oldest words of agents that came, one call a time, and is due again until there are none: words that come
 * while these are looked at may set a wake that is taken back with this one.
 */
export async function readInbox(desk: Desk, context: ActionContext): Promise<WakeDelivery> {
  const app = readMemory(context.memory.helpdesk).app ?? noApp;
  const [words] = app.inbox;
  if (words === undefined) return { outcome: 'accepted' };
  const decision = decide(app, words, desk.settings.app);
  const again = { wakes: [{ name: 'inbox', afterMs: 1 }] };
  const done = noteApp({ kind: 'done', id: words.id }, { at: desk.now() });
  if (decision.kind === 'deliver') {
    const events = await deliver(desk, { words, decision }, context);
    return { outcome: 'accepted', events: [...events, done], ...again };
  }
  if (decision.kind === 'nothing') return { outcome: 'accepted', events: [done], ...again };
  const sent = await desk.api.sendToMember(words.agent, textMessage(decision.tell), context.signal);
  const failed = readSent(sent, words.agent, context);
  // What he is told matters less than what he did, and than whoever waits behind him.
  const alarm = failed?.alarm === undefined ? {} : { alarm: failed.alarm };
  return { outcome: 'accepted', events: [...deedOf(decision, words), done], ...again, ...alarm };
}

function deedOf(
  decision: Exclude<Decision, { kind: 'deliver' | 'nothing' }>,
  { agent, at }: Words,
): readonly VendorEvent[] {
  switch (decision.kind) {
    case 'select':
      return [noteApp({ kind: 'select', agent, tag: decision.chat.tag }, { at })];
    case 'end':
      return [noteApp({ kind: 'end', tag: decision.chat.tag }, { at })];
    case 'tell':
      return [];
    default:
      return decision satisfies never;
  }
}

/** The visitor gets the words without the tag; and he is the one whom the agent answered last. */
async function deliver(
  desk: Desk,
  { words, decision }: { readonly words: Words; readonly decision: Extract<Decision, { kind: 'deliver' }> },
  context: ActionContext,
): Promise<readonly VendorEvent[]> {
  const { id, agent, at } = words;
  const { chat, said } = decision;
  const name = (await namesOf(desk, [agent], context.signal)).get(agent);
  return [
    {
      kind: 'message',
      visitor: outsideIdOf(chat.conversation),
      from: { role: 'agent', id: agent, ...(name !== undefined && { name }) },
      parts: [partOf(desk, id, said)],
      vendorId: id,
      keys: [`said:${id}`],
      at,
    },
    noteApp({ kind: 'select', agent, tag: chat.tag }, { at }),
  ];
}

function partOf({ settings }: Desk, id: string, said: Extract<Decision, { kind: 'deliver' }>['said']): Part {
  switch (said.kind) {
    case 'text':
    case 'location':
    case 'link':
      return said;
    default:
      return { kind: said.kind, media: mediumOf({ id, settings }, said.mediaId) };
  }
}
