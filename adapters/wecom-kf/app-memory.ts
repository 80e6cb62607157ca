import type { Json } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { tagCount, tagOf } from './tags.ts';
import type { Words } from './words.ts';

/** Who writes with whom by messages of the application. */
export interface AppMemory {
  /** How many chats were opened ever: the next tag. */
  readonly opened: number;
  readonly chats: readonly AppChat[];
  /** The chat that each agent chose or answered last. */
  readonly selected: Readonly<Record<string, { readonly tag: string; readonly at: number }>>;
  /** Words of agents that were not looked at yet, oldest first. */
  readonly inbox: readonly Words[];
}

/** A visitor in an agent's thread. */
export interface AppChat {
  readonly tag: string;
  readonly conversation: string;
  readonly agent: string;
  /** When something was said last, by either side. */
  readonly at: number;
  /** When the visitor's words came last. */
  readonly visitorAt: number;
  readonly endedAt?: number;
}

/** What happened in the threads. */
export type AppExtra =
  | { readonly kind: 'open'; readonly conversation: string }
  | { readonly kind: 'said'; readonly tag: string }
  | { readonly kind: 'words'; readonly words: Words }
  | { readonly kind: 'done'; readonly id: string }
  | { readonly kind: 'select'; readonly agent: string; readonly tag: string }
  | { readonly kind: 'end'; readonly tag: string };

export const noApp: AppMemory = { opened: 0, chats: [], selected: {}, inbox: [] };

/** Ended chats are known that long, so that agents can be told. */
const endedKeptMs = 86_400_000;
const mostWaiting = 200;

/** The open chat of a conversation. */
export function chatOf(app: AppMemory | undefined, conversation: string): AppChat | undefined {
  return app?.chats.find((chat) => chat.conversation === conversation && chat.endedAt === undefined);
}

export function openChatsOf({ chats }: AppMemory, agent: string): readonly AppChat[] {
  return chats.filter((chat) => chat.agent === agent && chat.endedAt === undefined);
}

/** What an agent wrote, for the memory of the company. */
export function noteWords(words: Words): VendorEvent {
  return noteApp({ kind: 'words', words }, { at: words.at, keys: [`words:${words.id}`] });
}

export function noteApp(
  app: AppExtra,
  { at, keys = [] }: { readonly at: number; readonly keys?: readonly string[] },
): VendorEvent {
  const extra = { app } as unknown as Json; // texts and numbers only
  return { kind: 'noted', visitor: null, keys, at, extra };
}

/** The threads after something happened. Pure. */
export function foldApp(
  app: AppMemory = noApp,
  extra: AppExtra,
  given: {
    readonly at: number;
    readonly now: number;
    readonly idleCloseMs: number;
    readonly agents: readonly string[];
  },
): AppMemory {
  const { at } = given;
  switch (extra.kind) {
    case 'open':
      return openChat(forgetOld(app, given), extra.conversation, given);
    case 'said':
      return changeChat(app, extra.tag, (chat) => ({ ...chat, at, visitorAt: at }));
    case 'words':
      return { ...app, inbox: [...app.inbox, extra.words].slice(-mostWaiting) };
    case 'done':
      return { ...app, inbox: app.inbox.filter(({ id }) => id !== extra.id) };
    case 'select': {
      const { agent, tag } = extra;
      const selected = { ...app.selected, [agent]: { tag, at } };
      return { ...changeChat(app, tag, (chat) => ({ ...chat, at: Math.max(at, chat.at) })), selected };
    }
    case 'end':
      return changeChat(app, extra.tag, (chat) => ({ ...chat, endedAt: at }));
    default:
      return extra satisfies never;
  }
}

/** Tags are given in turn and never twice; so are agents. One conversation has one open chat. */
function openChat(
  app: AppMemory,
  conversation: string,
  { at, agents }: { readonly at: number; readonly agents: readonly string[] },
): AppMemory {
  const agent = agents[app.opened % agents.length];
  if (agent === undefined || chatOf(app, conversation) !== undefined) return app;
  let number = app.opened;
  const taken = new Set(app.chats.map(({ tag }) => tag));
  while (taken.has(tagOf(number)) && number < app.opened + tagCount) number += 1;
  const chat = { tag: tagOf(number), conversation, agent, at, visitorAt: at };
  return { ...app, opened: number + 1, chats: [...app.chats, chat] };
}

function changeChat(app: AppMemory, tag: string, change: (chat: AppChat) => AppChat): AppMemory {
  return { ...app, chats: app.chats.map((chat) => (chat.tag === tag ? change(chat) : chat)) };
}

function forgetOld(
  app: AppMemory,
  { now, idleCloseMs }: { readonly now: number; readonly idleCloseMs: number },
): AppMemory {
  const chats = app.chats
    .map((chat) =>
      chat.endedAt === undefined && now - chat.at >= idleCloseMs ? { ...chat, endedAt: now } : chat,
    )
    .filter(({ endedAt = now }) => now - endedAt < endedKeptMs);
  return { ...app, chats };
}
