import type { EndReason, VendorEvent } from '../../src/ports/helpdesk.ts';
import { readContent, readText } from './content.ts';
import { note, writeExtra } from './memory.ts';
import type { ZhichiSettings } from './settings.ts';
import { fingerprintOf, nameFirst } from './translate-entry.ts';
import { contentOf, type Push, pick, pickFields, pickNumber, pickText } from './wire.ts';

/** When a push came, and what tells it from others where it has no id of its own. */
export interface PushMark {
  /** Milliseconds since 1970, by our clock. */
  readonly now: number;
  readonly bodyHash: string;
}

/** What a push tells the core (Zhichi, 客服消息推送). Nothing depends on any but an agent's message. */
export function eventsOfPush(push: Push, mark: PushMark, settings: ZhichiSettings): readonly VendorEvent[] {
  if (push.type === types.message) {
    // With the forwarding every message comes by it, too.
    return settings.replies === 'forward' ? [] : eventsOfMessage(push, mark, settings);
  }
  if (!settings.acceptEvents) return [];
  const { type, status } = unfold(push);
  switch (type) {
    case types.started:
      return eventsOfStart(push, mark, settings);
    case types.queued:
      return [eventOfQueue(push, mark)];
    case types.ended:
      return eventsOfEnd(push, status, { mark, settings });
    case types.ratingAsked:
      return eventsOfInvitation(push, mark, settings);
    case types.transferred:
      return [eventOfTransfer(push, mark)];
    case types.recalled:
      return eventsOfRecall(push, mark);
    case types.system:
      return eventsOfSystemLine(push, mark, settings);
    case types.locked:
    case types.read:
      return [];
    default:
      return isShopList(push) ? [] : [eventOfUnknown(push, mark)];
  }
}

/** The numbers of pushes: 202 as documented, the others as the vendor's own apps have them. */
const types = {
  started: 200,
  queued: 201,
  message: 202,
  ended: 204,
  ratingAsked: 209,
  transferred: 210,
  recalled: 211,
  locked: 213,
  system: 215,
  read: 217,
} as const;

/** An end may also come as 204 and its reason in one number: 2041 to 2049, 2099. */
function unfold({ type, fields }: Push): { readonly type: number | undefined; readonly status?: number } {
  if (type !== undefined && type >= 2041 && type <= 2049) return { type: types.ended, status: type - 2040 };
  if (type === 2099) return { type: types.ended, status: 99 };
  const status = pickNumber(fields, 'status');
  return { type, ...(status !== undefined && { status }) };
}

/** `{type}:{msgId}`, else the hash of the body. */
function keyOf({ type, fields }: Push, { bodyHash }: PushMark): string {
  const id = pickText(fields, 'msgId');
  return id === undefined ? bodyHash : `${type}:${id}`;
}

/**
 * An event that tells neither an id nor a time says the same whenever it happens: it is a repeat within ten minutes, and
 * two keys of such a span make that so across the border of two spans.
 */
function keysOf(push: Push, mark: PushMark): readonly string[] {
  const key = keyOf(push, mark);
  if (push.at !== undefined || key !== mark.bodyHash) return [key];
  const span = Math.floor(mark.now / repeatMs);
  return [`${key}:${span}`, `${key}:${span + 1}`];
}

const repeatMs = 600_000;

/** What every event of this push has. */
function baseOf(push: Push, mark: PushMark) {
  return { keys: keysOf(push, mark), visitor: push.visitor, at: push.at ?? mark.now };
}

function eventsOfMessage(push: Push, mark: PushMark, settings: ZhichiSettings): readonly VendorEvent[] {
  const key = keyOf(push, mark);
  const content = contentOf(pick(push.fields, 'content'));
  const parts = readContent({ type: pickText(push.fields, 'msgType'), content, key }, settings);
  if (parts.length === 0) return [];
  const vendorId = pickText(push.fields, 'msgId');
  const words = settings.replies === 'push' && settings.repair !== 'off' ? fingerprintOf(parts) : undefined;
  const { cid } = push;
  return [
    {
      kind: 'message',
      from: { role: 'agent', ...push.agent },
      parts: nameFirst(parts, push.agent, settings),
      ...(vendorId !== undefined && { vendorId }),
      ...baseOf(push, mark),
      // The same words may be said twice, but not to the byte of one push.
      keys: [key],
      extra: writeExtra({ ...(cid !== undefined && { cid }), ...(words !== undefined && { words }) }),
    },
  ];
}

function eventsOfStart(push: Push, mark: PushMark, settings: ZhichiSettings): readonly VendorEvent[] {
  const { cid, agent } = push;
  const base = baseOf(push, mark);
  const started: VendorEvent = {
    kind: 'sessionStarted',
    session: cid ?? '',
    by: 'agent',
    agent,
    ...base,
    keys: cid === undefined ? base.keys : [startKey(cid)],
  };
  const greeting = pickText(pickFields(push.fields, 'serviceInfo') ?? {}, 'adminHelloWord');
  if (greeting === undefined || !settings.showGreeting) return [started];
  const key = `greeting:${cid ?? base.keys[0]}`;
  const parts = readText(greeting, key, settings);
  if (parts.length === 0) return [started];
  return [
    started,
    { ...base, kind: 'message', from: { role: 'agent', ...agent }, parts, automatic: true, keys: [key] },
  ];
}

/** A session's start is told by an answer and by a push: one key makes both one. */
export function startKey(cid: string): string {
  return `session:${cid}:start`;
}

/** Whether the visitor is told depends on what he knows already, so a reaction decides. */
function eventOfQueue(push: Push, mark: PushMark): VendorEvent {
  const ahead = aheadOf(pickNumber(push.fields, 'count'));
  const text = pickText(push.fields, 'queueDoc');
  const queue = { ...(ahead !== undefined && { ahead }), ...(text !== undefined && { text }) };
  return { kind: 'noted', ...baseOf(push, mark), react: {}, extra: writeExtra({ queue }) };
}

/** How many are before a visitor whose place is `count`; the first place is 1. */
export function aheadOf(count: number | undefined): number | undefined {
  return count === undefined || count < 0 ? undefined : Math.max(count - 1, 0);
}

function eventsOfEnd(
  push: Push,
  status: number | undefined,
  { mark, settings }: { readonly mark: PushMark; readonly settings: ZhichiSettings },
): readonly VendorEvent[] {
  const { cid, visitor } = push;
  const base = baseOf(push, mark);
  const at = base.at;
  if (status === endedElsewhere) return [];
  if (status === queuedTooLong) {
    // Whether the visitor is told depends on what he knows already, so a reaction decides.
    return [{ kind: 'noted', ...base, react: {}, extra: writeExtra({ hasQueuedTooLong: true }) }];
  }
  const reason = status === undefined ? undefined : toldReasons[status];
  if (reason === undefined) {
    const over = note({ isOver: true, ...(cid !== undefined && { cid }) }, at);
    return [{ ...over, keys: base.keys, visitor }];
  }
  const keys = cid === undefined ? base.keys : [`session:${cid}:end`];
  const ended: VendorEvent = { ...base, kind: 'sessionEnded', session: cid ?? '', reason, by: 'agent', keys };
  const asks = settings.askRating && (reason === 'agent' || reason === 'silence');
  const key = `rating:${cid ?? base.keys[0]}`;
  return asks ? [ended, { ...askForRating(cid, { settings, at, keys: [key] }), visitor }] : [ended];
}

const endedElsewhere = 6;
const queuedTooLong = 9;

/** The ends that a visitor is told. Blacklisted (3), other (5) and turned into leaving a message (99) he is not. */
const toldReasons: Readonly<Record<number, EndReason | undefined>> = {
  1: 'agentLeft',
  2: 'agent',
  4: 'silence',
};

/** A question for grades, once a session where the session is named. */
function askForRating(
  cid: string | undefined,
  given: { readonly settings: ZhichiSettings; readonly at: number; readonly keys: readonly string[] },
): VendorEvent {
  const { settings, at, keys } = given;
  return { kind: 'ratingAsked', session: cid ?? '', expiresMs: settings.ratingExpiresSec * 1000, keys, at };
}

function eventsOfInvitation(push: Push, mark: PushMark, settings: ZhichiSettings): readonly VendorEvent[] {
  const { cid, visitor } = push;
  const { at, keys } = baseOf(push, mark);
  if (cid === undefined) return [{ ...askForRating(cid, { settings, at, keys }), visitor }];
  return [
    { ...askForRating(cid, { settings, at, keys: [`rating:${cid}:invited`] }), visitor },
    // The question at the end of the session is then a repeat.
    { kind: 'noted', keys: [`rating:${cid}`], visitor, at },
  ];
}

function eventOfTransfer(push: Push, mark: PushMark): VendorEvent {
  const session = push.cid ?? '';
  return {
    kind: 'sessionStarted',
    session,
    by: 'agent',
    agent: push.agent,
    transferredFrom: session,
    ...baseOf(push, mark),
  };
}

function eventsOfRecall(push: Push, mark: PushMark): readonly VendorEvent[] {
  const vendorId = pickText(push.fields, 'revokeMsgId');
  if (vendorId === undefined) return [];
  return [{ kind: 'recalled', vendorId, ...baseOf(push, mark), keys: [`recalled:${vendorId}`] }];
}

/** Lines that the vendor's own apps show as the agent's. */
const shownLines: ReadonlySet<number | undefined> = new Set([1, 2, 5]);

function eventsOfSystemLine(push: Push, mark: PushMark, settings: ZhichiSettings): readonly VendorEvent[] {
  const text = pickText(push.fields, 'content') ?? '';
  const base = baseOf(push, mark);
  const parts = readText(text, keyOf(push, mark), settings);
  if (!shownLines.has(pickNumber(push.fields, 'sysType')) || parts.length === 0) return [];
  const from = { role: 'agent', ...push.agent } as const;
  return [{ kind: 'message', from, parts: nameFirst(parts, push.agent, settings), automatic: true, ...base }];
}

/** The third sibling of this callback, for shop lists, says nothing of a message that is new. */
function isShopList({ type, fields }: Push): boolean {
  return type === undefined && pick(fields, 'lastCid') !== undefined;
}

function eventOfUnknown(push: Push, mark: PushMark): VendorEvent {
  return { kind: 'unsupported', vendorKind: String(push.type ?? 'no type'), ...baseOf(push, mark) };
}
