import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import type { WebhookSettings } from './settings.ts';
import { proveCall } from './signature.ts';
import { eventsOf } from './translate.ts';
import { readJson, readTheirEvent } from './wire.ts';

/** Whoever sends by Standard Webhooks repeats what is answered so. */
export const busy: RawAnswer = answer(503, { error: 'busy' });

const done: RawAnswer = { status: 204, body: '' };

/** Proves and reads a callback: one event. What cannot be read is answered with the place of its fault. */
export function createCallbackReader(
  settings: WebhookSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const secrets = [settings.secret, ...settings.previousSecrets];
  const toleranceSec = settings.callbackToleranceSec;
  return (request, now) => {
    if (request.method !== 'POST') return refused('method');
    const proof = proveCall(request, { secrets, toleranceSec, now });
    if (proof.kind === 'unproved') return refused(proof.reason);
    const reading = readTheirEvent(readJson(proof.text));
    if (reading.kind === 'failed') return unreadable(reading.reason);
    const { event } = reading;
    const isKnown = event.type !== 'unknown' && event.type !== 'own';
    if (isKnown && event.visitor === undefined)
      return unreadable('data.visitor: expected the id of a visitor');
    return { kind: 'events', answer: done, events: eventsOf(event, proof) };
  };
}

function refused(reason: string): CallbackReading {
  return { kind: 'refused', reason, answer: answer(401, { error: reason }) };
}

function unreadable(reason: string): CallbackReading {
  return { kind: 'unreadable', reason, answer: answer(400, { error: reason }) };
}

function answer(status: number, body: object): RawAnswer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
