import { type Fields, readFields } from '../../src/formats/fields.ts';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { topics } from './record-topic.ts';
import type { ZhichiSettings } from './settings.ts';
import { isSecret, sha256Of, signLog } from './signature.ts';
import { eventsOfPush } from './translate.ts';
import { eventsOfForwarded } from './translate-entry.ts';
import { readForwarded, readPush } from './wire.ts';

/** The forwarding brings up to twenty messages at once. In bytes. */
export const longestCallback = 2_097_152;

/** Nothing says how often a push is repeated, so none is lost for a polite answer. */
export const busy: RawAnswer = json('{"ret_code":"999999","ret_msg":"retry"}', 503);

/**
 * Proves and reads a call to one of the two addresses. Pushes are not signed as far as anybody knows: what proves them
 * is the secret in their address. The forwarding is signed, but not its body (Zhichi, 在线消息转发).
 */
export function createCallbackReader(
  settings: ZhichiSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const { callbackToken, previousCallbackTokens } = settings;
  const secrets = callbackToken === undefined ? [] : [callbackToken, ...previousCallbackTokens];
  return (request, now) => {
    if (request.method !== 'POST') return refused('method', 404);
    const [, address, given] = /^(push|forward)-(.+)$/.exec(request.part ?? '') ?? [];
    // All are compared, so that time does not tell which one it is.
    const proved = secrets.map((secret) => isSecret(given ?? '', secret));
    if (address === undefined || !proved.includes(true)) return refused('address', 404);
    const call = { settings, request, now };
    return address === 'push' ? readPushCall(call) : readForwardCall(call);
  };
}

interface Call {
  readonly settings: ZhichiSettings;
  readonly request: RawRequest;
  readonly now: number;
}

const longestPush = 262_144;

function readPushCall(call: Call): CallbackReading {
  const { settings, request, now } = call;
  if (request.body.length > longestPush) return refused('length', 413);
  const isSigned = request.headers['x-log-sign'] !== undefined && settings.forwardAppKey !== undefined;
  const fault = isSigned ? faultOfSign(call) : undefined;
  if (fault !== undefined) return refused(fault, 401);
  const fields = readBody(request.body);
  if (fields === undefined) {
    return { kind: 'unreadable', reason: 'the body is no JSON object', answer: { status: 400, body: '' } };
  }
  const push = readPush(fields);
  const answer = json(settings.callbackAnswer, 200);
  if (settings.replies === 'record' && push.type === 202) {
    // Its words are not used: the record has them in order, with all that was not pushed.
    return push.visitor === null
      ? { kind: 'events', answer, events: [] }
      : { kind: 'bell', answer, topic: topics.record, visitor: push.visitor, note: 'push' };
  }
  const mark = { now, bodyHash: sha256Of(request.body) };
  return { kind: 'events', answer, events: eventsOfPush(push, mark, settings) };
}

function readForwardCall(call: Call): CallbackReading {
  const { settings, request } = call;
  if (request.body.length > longestCallback) return refused('length', 413);
  const fault = settings.forwardSigned ? faultOfSign(call) : undefined;
  if (fault !== undefined) {
    return { kind: 'refused', reason: fault, answer: json('{"ret_code":"999999"}', 401) };
  }
  const answer = json('{"ret_code":"000000"}', 200);
  const fields = readBody(request.body);
  const forwarded = fields && readForwarded(fields);
  if (forwarded === undefined) {
    const alarm = 'the forwarding cannot be read: if it is encrypted, that is not supported';
    return { kind: 'events', answer, events: [], alarm };
  }
  return { kind: 'events', answer, events: eventsOfForwarded(forwarded, call) };
}

/** What is wrong with `X-Log-Sign`; `undefined`: it is right, and fresh. */
function faultOfSign({ settings, request, now }: Call): string | undefined {
  const { forwardCompanyId = '', forwardAppKey, forwardMaxSkewSec } = settings;
  const [sign, time, random] = ['x-log-sign', 'x-log-timestamp', 'x-log-randomcode'].map(
    (name) => request.headers[name],
  );
  if (sign === undefined || time === undefined || random === undefined) return 'headers';
  if (forwardAppKey === undefined) return 'key';
  const right = signLog({ companyId: forwardCompanyId, time, random }, forwardAppKey);
  if (!isSameText(sign, right)) return 'signature';
  const isFresh = /^\d{1,15}$/.test(time) && Math.abs(now - Number(time)) <= forwardMaxSkewSec * 1000;
  return isFresh ? undefined : 'time';
}

/** A JSON object, also one that came as the only field of a form. */
function readBody(body: Buffer): Fields | undefined {
  const text = body
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text.startsWith('{')) return readFields(text);
  const [first] = new URLSearchParams(text);
  return first === undefined ? undefined : (readFields(first[1]) ?? readFields(first[0]));
}

function json(body: string, status: number): RawAnswer {
  return { status, type: 'application/json', body };
}

function refused(reason: string, status: number): CallbackReading {
  return { kind: 'refused', reason, answer: { status, body: '' } };
}
