import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, readFields, textOf } from '../../src/formats/fields.ts';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { readPush } from './entry.ts';
import { endOf, secondsOf, startOf } from './happenings.ts';
import { note } from './memory.ts';
import { askRating } from './rating.ts';
import type { MeiqiaSettings } from './settings.ts';
import { signPush, signWebhook } from './signature.ts';
import { eventsOfPush } from './translate.ts';
import { idOf } from './wire.ts';

/** Whether Meiqia repeats what was not taken is not documented. */
export const busy: RawAnswer = { status: 503, body: '' };

/** Proves and reads pushes (`…/push`) and webhooks (`…/webhook`), each by its own secret, over the raw bytes. */
export function createCallbackReader(
  settings: MeiqiaSettings,
): (request: RawRequest, now: number) => CallbackReading {
  return (request, now) => {
    if (request.part === 'push' && settings.mode === 'sdk') return readPushCallback(settings, request, now);
    if (request.part === 'webhook' && settings.webhookSecret !== undefined) {
      return readWebhook(settings, request, { now, secret: settings.webhookSecret });
    }
    return { kind: 'refused', reason: 'part', answer: { status: 404, body: '' } };
  };
}

const maxBodyBytes = 262_144;
const done: RawAnswer = { status: 200, body: '' };

function readPushCallback(settings: MeiqiaSettings, request: RawRequest, now: number): CallbackReading {
  const fault = findFault(request);
  if (fault !== undefined) return refused(fault);
  const [, given = ''] = /^meiqia_sign:([A-Za-z0-9+/_-]+=*)$/.exec(request.headers.authorization ?? '') ?? [];
  const secrets = [settings.secretKey, settings.secretKeyPrevious].filter((key) => key !== undefined);
  // Meiqia's samples differ in padding alone.
  const isProved = secrets.some((key) => isSameText(unpad(given), unpad(signPush(key, request.body))));
  if (!isProved) return refused('signature');
  const push = readPush(readFields(request.body.toString('utf8')) ?? {});
  if (push === undefined) return unreadable('the visitor is not named');
  const answer: RawAnswer =
    settings.pushAnswer === 'json'
      ? { status: 200, type: 'application/json', body: '{"success":true}' }
      : done;
  if (!isFresh(push.at ?? now, now, settings)) return { kind: 'events', answer, events: [] };
  if (settings.receive === 'push') {
    const bodyHash = hashOf(request.body);
    return { kind: 'events', answer, events: eventsOfPush(push, { settings, now, bodyHash }) };
  }
  // What an answer to a left message is called is not documented, so what is unknown may be one.
  const topic = chatTypes.has(push.type) ? 'stream' : 'tickets';
  return { kind: 'bell', answer, topic, visitor: push.ownId ?? push.trackId, note: push.type };
}

const chatTypes = new Set(['message', 'mesage', 'welcome', 'ending', 'remark', 'promotion', 'auto_reply']);

function readWebhook(
  settings: MeiqiaSettings,
  request: RawRequest,
  { now, secret }: { readonly now: number; readonly secret: string },
): CallbackReading {
  const fault = findFault(request);
  if (fault !== undefined) return refused(fault);
  // The page names the header in two ways.
  const given = [request.headers['meiqia-signature'], request.headers['meiqia-sign']].filter(
    (header) => header !== undefined,
  );
  const expected = signWebhook(secret, request.body);
  if (given.length === 0 || !given.every((header) => isSameText(header, expected)))
    return refused('signature');
  const fields = readFields(request.body.toString('utf8'));
  const topic = fields && textOf(fields, 'event');
  if (fields === undefined || topic === undefined) return unreadable('no event is named');
  const at = secondsOf(fields, 'created_at') ?? now;
  if (!isFresh(at, now, settings)) return { kind: 'events', answer: done, events: [] };
  if (topic === 'new_ticket.comment') {
    const visitor = visitorOf(fields);
    return visitor === undefined
      ? { kind: 'events', answer: done, events: [] }
      : { kind: 'bell', answer: done, topic: 'tickets', visitor, note: 'reply' };
  }
  const key = `webhook:${hashOf(request.body)}`;
  return { kind: 'events', answer: done, events: eventsOfWebhook(topic, fields, { settings, at, key }) };
}

/** Webhooks tell of all channels of the enterprise: what names no visitor of ours is dropped. */
function eventsOfWebhook(
  topic: string,
  fields: Fields,
  given: { readonly settings: MeiqiaSettings; readonly at: number; readonly key: string },
): readonly VendorEvent[] {
  const { settings, at, key } = given;
  const conversation = fieldsOf(fields, 'conversation') ?? {};
  const visitor = textOf(conversation, 'dev_client_id');
  const conv = idOf(conversation, 'conv_id');
  if (!topic.startsWith('conversation.')) {
    return knownTopics.has(topic)
      ? []
      : [{ kind: 'unsupported', vendorKind: topic, keys: [key], visitor: null, at }];
  }
  if (visitor === undefined || conv === undefined) return [];
  const name = textOf(conversation, 'agent_nick_name') ?? textOf(conversation, 'agent_name');
  switch (topic) {
    case 'conversation.created':
      // Who serves is told by the answer that opened it, or by the next event.
      return [{ ...note({}, at, [key]), visitor }];
    case 'conversation.scheduled':
      return [{ ...startOf(conv, { isRobot: false, ...(name !== undefined && { name }) }, { at }), visitor }];
    case 'conversation.closed': {
      // The reaction looks once more for the last messages.
      const end: VendorEvent = {
        ...endOf(conv, { reason: 'other', at }),
        visitor,
        ...(settings.mode === 'sdk' && { react: {} }),
      };
      const asks = settings.askRatingAfterEnd;
      return asks ? [end, { ...askRating(conv, { settings, at, isEnd: true }), visitor }] : [end];
    }
    case 'conversation.updated':
      return [];
    default:
      return [{ kind: 'unsupported', vendorKind: topic, keys: [key], visitor, at }];
  }
}

const knownTopics = new Set([
  'client.created',
  'client.updated',
  'client.deleted',
  'cdr.hangup',
  'call_robot.hangup',
  'new_ticket.processing_first',
  'new_ticket.processing_every',
  'new_ticket.closed',
]);

/** Where the visitor stands in the data of a ticket is not documented. */
function visitorOf(fields: Fields): string | undefined {
  const named = ['ticket', 'new_ticket', 'client'].map((name) =>
    textOf(fieldsOf(fields, name) ?? {}, 'dev_client_id'),
  );
  return textOf(fields, 'dev_client_id') ?? named.find((id) => id !== undefined);
}

function findFault({ method, body }: RawRequest): string | undefined {
  if (method !== 'POST') return 'method';
  return body.length > maxBodyBytes ? 'size' : undefined;
}

/** A little of the future is a clock that is wrong. */
function isFresh(at: number, now: number, { pushMaxAgeSec }: MeiqiaSettings): boolean {
  return at >= now - pushMaxAgeSec * 1000 && at <= now + 600_000;
}

function unpad(base64: string): string {
  return base64.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function refused(reason: string): CallbackReading {
  return { kind: 'refused', reason, answer: { status: 401, body: '' } };
}

function unreadable(reason: string): CallbackReading {
  return { kind: 'unreadable', reason, answer: { status: 400, body: '' } };
}
