import { readFields } from '../../src/formats/fields.ts';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { eventsOfImMessage } from './im-events.ts';
import { refused } from './refused.ts';
import type { EasemobSettings } from './settings.ts';
import { signCallback } from './signature.ts';
import { mostEvents, unsupported } from './translate.ts';
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
  const fields = request.body.length > maxBytes ? undefined : readFields(request.body.toString('utf8'));
  if (fields === undefined) return refused('body', 400);
  const callback = readImCallback(fields);
  if (callback === undefined) return refused('proof');
  const secret = findSecret(callback, settings);
  if (secret === undefined) return refused('security');
  const at = Number(callback.timestamp);
  if (at < now - settings.maxAgeSec * 1000 || at > now + aheadMs) return refused('time');
  if (!isOurApp(callback, settings)) return refused('appkey');
  const answer = answerOf(callback, secret, settings);
  // A message that is called back a second time, as its receiver is offline, has come already.
  const events = callback.eventType === 'chat' ? eventsOfImMessage(callback, settings) : [];
  // What lacks fields is kept for people as an event, which uses up its callId.
  return { kind: 'events', answer, events: countOnce(callback, events ?? [incomplete(callback)]) };
}

function incomplete({ chatType, timestamp, to }: ImCallback): VendorEvent {
  return { ...unsupported(`${chatType} without its fields`, Number(timestamp)), visitor: to };
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
 * Gives events keys by which a callback counts once. Each event has one of its own, and the last one those of all that might
 * follow: what comes under the same `callId` with more in it brings nothing.
 */
function countOnce(
  { callId, timestamp }: ImCallback,
  events: readonly VendorEvent[],
): readonly VendorEvent[] {
  const nothing: VendorEvent = { kind: 'noted', keys: [], visitor: null, at: Number(timestamp) };
  const guarded = events.length > 0 ? events : [nothing];
  return guarded.map((event, place) => {
    const isLast = place === guarded.length - 1;
    const places = [...Array(mostEvents).keys()].filter((each) => each === place || (each > place && isLast));
    return { ...event, keys: [...places.map((each) => `call:${callId}:${each}`), ...event.keys] };
  });
}
