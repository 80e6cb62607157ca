import { createHash } from 'node:crypto';
import type { Part, Sender } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { readContent, type Shown } from './content.ts';
import type { Entry, Push } from './entry.ts';
import { eventsOfAction } from './happenings.ts';
import { note, writeExtra } from './memory.ts';
import { inviteRating } from './rating.ts';
import type { MeiqiaSettings } from './settings.ts';
import { type Agent, isTrue } from './wire.ts';

/** What entries are read with. `isTicket`: they are answers to messages that were left, with ids of their own. */
export interface Reading {
  readonly settings: MeiqiaSettings;
  readonly now: number;
  readonly isTicket?: boolean;
}

/** What an entry of the stream tells the core, by the first rule that fits. */
export function eventsOfEntry(entry: Entry, reading: Reading): readonly VendorEvent[] {
  if (isEcho(entry)) return [];
  if (entry.type === 'internal') return [];
  const at = entry.at ?? reading.now;
  if (isWithdrawn(entry)) {
    const { id } = entry;
    return id === undefined ? [] : [{ kind: 'recalled', vendorId: id, keys: [`withdrawn:${id}`], at }];
  }
  if (entry.action !== 'message' && entry.action !== 'ticket_reply') {
    return eventsOfAction(entry, { ...reading, at, key: `event:${hashOf(entry)}` });
  }
  if (entry.type === 'remark' && entry.conv !== undefined) {
    return inviteRating(entry.conv, { settings: reading.settings, at, title: titleOf(entry) });
  }
  return eventsOfMessage(entry, reading);
}

/** What the visitor wrote himself, here or in another channel. */
export function isEcho({ from }: Entry): boolean {
  return from === 'client';
}

/** An agent has taken it back. */
export function isWithdrawn({ extra }: Entry): boolean {
  return isTrue(extra, 'is_withdrawn');
}

/** Messages of chats and of tickets are numbered apart. */
export function messageId(entry: Entry, isTicket = entry.action === 'ticket_reply'): string | undefined {
  return entry.id === undefined ? undefined : `${isTicket ? 't:' : ''}${entry.id}`;
}

/** A push whose words are taken for the message itself (`receive: push`). */
export function eventsOfPush(
  push: Push,
  given: { readonly settings: MeiqiaSettings; readonly now: number; readonly bodyHash: string },
): readonly VendorEvent[] {
  const { trackId, ownId, from: name, at = given.now } = push;
  const visitor = ownId ?? trackId;
  const mark = push.type === 'reply' ? 't:' : '';
  if (!shownTypes.has(push.type) && push.type !== 'reply') {
    return [{ kind: 'unsupported', vendorKind: push.type, keys: [`push:${given.bodyHash}`], visitor, at }];
  }
  if (!isShown(push.type, given.settings)) return [];
  const isText = push.contentType === 'text';
  const text = isText ? push.content : `[${mediaNames[push.contentType] ?? push.contentType}] 请稍后再看`;
  const agent = { ...(name !== undefined && { name }) };
  return [
    {
      kind: 'message',
      from: { role: 'agent', ...agent },
      parts: named([{ kind: 'text', text }], agent, given.settings),
      ...(automaticTypes.has(push.type) && { automatic: true }),
      ...(push.id !== undefined && { vendorId: `${mark}${push.id}` }),
      keys: [`msg:${mark}${push.id ?? given.bodyHash}`],
      visitor,
      at,
    },
  ];
}

/** Types of messages that may be shown. */
const shownTypes = new Set(['message', 'mesage', 'welcome', 'ending', 'remark', 'promotion', 'auto_reply']);
const automaticTypes = new Set(['welcome', 'ending', 'remark', 'promotion', 'auto_reply']);
const mediaNames: Readonly<Record<string, string | undefined>> = {
  photo: '图片',
  audio: '语音',
  video: '视频',
  file: '文件',
};

function isShown(type: string, settings: MeiqiaSettings): boolean {
  switch (type) {
    case 'welcome':
      return settings.showWelcome;
    case 'ending':
      return settings.showEnding;
    case 'promotion':
      return settings.showPromotion;
    default:
      return true;
  }
}

function eventsOfMessage(entry: Entry, reading: Reading): readonly VendorEvent[] {
  const { settings, now } = reading;
  const at = entry.at ?? now;
  const isTicket = reading.isTicket ?? entry.action === 'ticket_reply';
  const id = messageId(entry, isTicket);
  const key = `msg:${id ?? hashOf(entry)}`;
  const shown = isShown(entry.type, settings) ? readContent(entry, { key }) : [];
  const from = senderOf(entry);
  const parts = named(shown.filter(isPart), entry.agent, settings);
  const by = isTicket || from.role === 'system' ? undefined : convOf(entry);
  const message: VendorEvent = {
    kind: 'message',
    from,
    parts,
    ...((from.role !== 'agent' || automaticTypes.has(entry.type)) && { automatic: true }),
    ...(id !== undefined && { vendorId: id }),
    keys: [key],
    at,
    ...(by !== undefined && { extra: writeExtra({ by }) }),
  };
  const lists = shown.filter((each) => each.kind === 'choices');
  return [
    ...(parts.length === 0 ? [] : [message]),
    ...lists.map((list, index) => askChoice(list, { key: `${key}:choices:${index}`, at })),
    ...endingOf(entry, { at, isShown: parts.length > 0 }),
  ];
}

/** One list is pending at a time; it is answered with the words of an item. */
function askChoice(
  { title, labels }: Extract<Shown, { kind: 'choices' }>,
  { key, at }: { readonly key: string; readonly at: number },
): VendorEvent {
  const options = labels.map((label) => ({ id: label, label }));
  return {
    kind: 'menuAsked',
    text: title || '请选择：',
    options,
    expiresMs: choiceExpiresMs,
    keys: [key],
    at,
  };
}

const choiceExpiresMs = 600_000;

/** The last words of a conversation; where they are shown, the bridge has no need of words of its own. */
function endingOf(
  { type, conv }: Entry,
  { at, isShown }: { readonly at: number; readonly isShown: boolean },
): readonly VendorEvent[] {
  if (type !== 'ending' || conv === undefined) return [];
  const keys = [`session:${conv}:end`];
  return isShown
    ? [note({ over: conv }, at, keys)]
    : [{ kind: 'sessionEnded', session: conv, reason: 'other', by: 'agent', keys, at }];
}

function isPart(shown: Shown): shown is Part {
  return shown.kind !== 'choices';
}

function senderOf({ from, agent }: Entry): Exclude<Sender, { role: 'visitor' }> {
  const role = agent.isRobot ? 'robot' : from === 'system' ? 'system' : 'agent';
  return {
    role,
    ...(agent.token !== undefined && { id: agent.token }),
    ...(agent.name !== undefined && { name: agent.name }),
    ...(agent.avatar !== undefined && { avatar: agent.avatar }),
  };
}

function convOf({ conv, agent }: Entry) {
  if (conv === undefined) return undefined;
  return {
    conv,
    isRobot: agent.isRobot,
    ...(agent.token !== undefined && { token: agent.token }),
    ...(agent.name !== undefined && { name: agent.name }),
  };
}

function named(
  parts: readonly Part[],
  { name, isRobot = false }: Pick<Agent, 'name'> & Partial<Agent>,
  { showAgentName }: MeiqiaSettings,
): readonly Part[] {
  if (!showAgentName || name === undefined || isRobot) return parts;
  const first = parts.findIndex(({ kind }) => kind === 'text');
  return parts.map((part, index) =>
    index === first && part.kind === 'text' ? { ...part, text: `${name}：${part.text}` } : part,
  );
}

function titleOf({ content }: Entry): string | undefined {
  return typeof content === 'string' && content.trim() !== '' ? content : undefined;
}

/** What tells an entry without an id from others. */
export function hashOf({ action, createdOn, body, content }: Entry): string {
  const known = JSON.stringify([action, createdOn ?? '', body, content ?? '']);
  return createHash('sha256').update(known).digest('base64url').slice(0, 24);
}

/** Entries of an answer, oldest first; those of one moment by their ids. */
export function sortEntries(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => {
    const byTime = compare(one.createdOn ?? '', other.createdOn ?? '');
    return byTime === 0 ? compareIds(one.id ?? '', other.id ?? '') : byTime;
  });
}

function compareIds(one: string, other: string): number {
  return one.length === other.length ? compare(one, other) : one.length - other.length;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
