import { createHash } from 'node:crypto';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { refused } from './refused.ts';
import type { EasemobSettings } from './settings.ts';
import { signCall } from './signature.ts';
import { eventsOfPayload, mostEvents } from './translate.ts';
import { readRestCallback } from './wire.ts';

const done: RawAnswer = { status: 200, body: '' };

/**
 * Proves and reads a callback of the REST API channel. That it is signed like our calls is a guess; the signature covers
 * the raw bytes and is looked at before anything is parsed, whatever the content type says.
 */
export function readRestRequest(
  request: RawRequest,
  now: number,
  settings: EasemobSettings,
): CallbackReading {
  const fault = findProofFault(request, now, settings);
  if (fault !== undefined) return refused(fault);
  const callback = readRestCallback(request.body.toString('utf8').replace(/^\ufeff/, ''));
  if (callback === undefined) return { kind: 'unreadable', reason: 'the body is no message', answer: done };
  const { payload, at = now } = callback;
  const visitor = settings.restVisitorId === 'name' ? callback.visitor?.toLowerCase() : callback.visitor;
  if (visitor === undefined) return { kind: 'unreadable', reason: 'nobody is named', answer: done };
  const id = callback.id ?? createHash('sha256').update(request.body).digest('hex');
  const events = eventsOfPayload(payload, { at, id, isIm: false }, settings).slice(0, mostEvents);
  return {
    kind: 'events',
    answer: done,
    events: events.map((event, place) => ({
      ...event,
      keys: [`msg:${id}:${place}`, ...event.keys.map((key) => `${key}:${place}`)],
      visitor: event.visitor === undefined ? visitor : event.visitor,
    })),
  };
}

/** `undefined`: it is proved. A signature that is there has to be right, also where none is asked for. */
function findProofFault(request: RawRequest, now: number, settings: EasemobSettings): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    return settings.restCallbackAuth === 'url-token' ? undefined : 'authorization';
  }
  const expires = request.headers['x-auth-expires'] ?? '';
  if (!/^-?\d{1,15}$/.test(expires)) return 'expires';
  const signed = { method: request.method, path: request.path, expires, body: request.body };
  const secrets = [settings.restClientSecret ?? '', ...settings.previousRestClientSecrets];
  const isSigned = secrets.some((secret) =>
    isSameText(authorization, `hmac ${settings.restClientId}:${signCall(secret, signed, settings.restMd5)}`),
  );
  if (!isSigned) return 'signature';
  if (Number(expires) <= 0) return settings.restAllowNoExpiry ? undefined : 'no expiry';
  return Number(expires) < now ? 'time' : undefined;
}
