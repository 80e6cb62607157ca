import { createHash } from 'node:crypto';
import { fieldsOf, textOf } from '../../src/formats/fields.ts';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { refused } from './refused.ts';
import type { EasemobSettings } from './settings.ts';
import { signCallback } from './signature.ts';
import { eventsOfPayload, mostEvents, unsupported } from './translate.ts';
import { type ImCallback, readImCallback } from './wire.ts';

/** Longer ones are none of Easemob's. */
const maxBytes = 262_144;
/** How far Easemob's clock may be ahead of ours. */
const aheadMs = 600_000;

/**
 * Proves and reads a callback of the IM cloud (Easemob IM, callbacks after sending). The proof covers `callId` and the time,
 * and not a word of what was written; so a `callId` counts once, whatever comes under it, also if nothing is made of it.
 */
export function readImRequest(request: RawRequest, now: number, settings: EasemobSettings): CallbackReading {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return refused('content type', 400);
  const callback = request.body.length > maxBytes ? undefined : readImCallback(request.body.toString('utf8'));
  if (callback === undefined) return refused('body', 400);
  const secret = findSecret(callback, settings);
  if (secret === undefined) return refused('security');
  const at = Number(callback.timestamp);
  if (at < now - settings.maxAgeSec * 1000 || at > now + aheadMs) return refused('time');
  if (!isOurApp(callback, settings)) return refused('appkey');
  const answer = answerOf(callback, secret, settings);
  const reading = readEvents(callback, settings);
  if (reading === undefined) return { kind: 'unreadable', reason: 'fields are missing', answer };
  return { kind: 'events', answer, events: countOnce(callback, reading, visitorIn(callback, settings)) };
}

function findSecret(callback: ImCallback, settings: EasemobSettings): string | undefined {
  const { callId, timestamp, security } = callback;
  const secrets = [settings.callbackSecret ?? '', ...settings.previousCallbackSecrets];
  return secrets.find((secret) => isSameText(security, signCallback(callId, secret, timestamp)));
}

function isOurApp({ appkey, callId }: ImCallback, { orgName, appName }: EasemobSettings): boolean {
  const own = `${orgName}#${appName}`;
  return (appkey === undefined || appkey === own) && callId.startsWith(`${own}_`);
}

/** Nobody reads the answer today; old documents wanted it signed. */
function answerOf({ callId }: ImCallback, secret: string, { callbackAnswer }: EasemobSettings): RawAnswer {
  if (callbackAnswer === 'empty') return { status: 200, body: '' };
  const security = signCallback(callId, secret, 'true');
  const body = JSON.stringify({ callId, accept: 'true', reason: '', security });
  return { status: 200, type: 'application/json', body };
}

/**
 * What a callback tells; none of it where it is about others: only the service number may write to our visitors, and what
 * we sent ourselves is called back too. `undefined`: what it must have is missing.
 */
function readEvents(callback: ImCallback, settings: EasemobSettings): readonly VendorEvent[] | undefined {
  const { eventType, chatType, from, recallId, payload } = callback;
  const isHelpdesks = from === settings.imServiceNumber?.toLowerCase() && eventType === 'chat';
  if (!isHelpdesks || visitorIn(callback, settings) === undefined || ignoredTypes.has(chatType)) return [];
  const at = Number(callback.timestamp);
  if (chatType === 'recall') return recallId === undefined ? undefined : [recalled(recallId, at)];
  if (chatType !== 'chat') return [unsupported(chatType, at)];
  if (payload === undefined) return undefined;
  const hash = createHash('sha256').update(callback.callId).digest('hex');
  return eventsOfPayload(payload, { at, id: callback.id ?? hash, isIm: true }, settings);
}

/** Groups, receipts of reading, contacts. */
const ignoredTypes: ReadonlySet<string> = new Set([
  'groupchat',
  'chatroom',
  'read_ack',
  'delivery_ack',
  'notify',
  'roster',
  'muc',
]);

/** Whom it is for; `undefined`: none of ours, as the same service number may have visitors of the tenant's own app. */
function visitorIn(
  { to, payload }: ImCallback,
  { identity, sharedUser, namePrefix }: EasemobSettings,
): string | undefined {
  if (identity === 'per-visitor') return to.startsWith(namePrefix) ? to : undefined;
  const visitor = payload && fieldsOf(payload.weichat, 'visitor');
  return to === sharedUser?.toLowerCase() && visitor ? textOf(visitor, 'openid') : undefined;
}

/** Which reply it was stands in the memory, by the id that the IM cloud gave it. */
function recalled(recallId: string, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: { recalledIm: recallId }, react: {} };
}

/**
 * Gives events their visitor, and keys by which a callback and a message count once. Each event has keys of its own, and the
 * last one those of all that might follow: what comes under the same `callId` with more in it brings nothing.
 */
function countOnce(
  callback: ImCallback,
  events: readonly VendorEvent[],
  visitor: string | undefined,
): readonly VendorEvent[] {
  const { callId, id, chatType } = callback;
  const at = Number(callback.timestamp);
  const guarded: readonly VendorEvent[] =
    events.length > 0 ? events.slice(0, mostEvents) : [{ kind: 'noted', keys: [], visitor: null, at }];
  return guarded.map((event, place) => {
    const places = [...Array(mostEvents).keys()].filter(
      (each) => each === place || (each > place && place === guarded.length - 1),
    );
    const messageKeys = events.length > 0 && id !== undefined ? [`${chatType}:${id}:${place}`] : [];
    const callKeys = places.map((each) => `call:${callId}:${each}`);
    return {
      ...event,
      keys: [...callKeys, ...messageKeys, ...event.keys.map((key) => `${key}:${place}`)],
      visitor: event.visitor === undefined && visitor !== undefined ? visitor : null,
    };
  });
}
