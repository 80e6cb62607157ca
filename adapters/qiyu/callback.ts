import { createDecipheriv, createHash } from 'node:crypto';
import { readFields } from '../../src/formats/fields.ts';
import { isSameText } from '../../src/formats/same-text.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import type { QiyuSettings } from './settings.ts';
import { md5Of, signChecksum } from './signature.ts';
import { eventsOfPush } from './translate.ts';
import { readPush } from './wire.ts';

/** Qiyu takes any word in the answer for a failure, sends again, and in the end sends nothing for an hour. */
export const busy: RawAnswer = { status: 503, body: '' };

/**
 * Proves and reads a push (Qiyu, message interface, section on pushed messages). The checksum covers the body's bytes
 * and the time, and both are looked at before anything is parsed.
 */
export function createCallbackReader(
  settings: QiyuSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const secrets = [settings.appSecret, ...settings.previousAppSecrets];
  return (request, now) => {
    const query = readQuery(request.query);
    if (request.method !== 'POST') return refused('method');
    if (query === undefined) return refused('query');
    const proof = proofOf(request, query, settings);
    if (proof === undefined) return refused('parameters');
    const secret = findSigner(query.checksum, secrets, { proof, query, settings });
    if (secret === undefined) return refused('checksum');
    const tolerance = settings.callbackToleranceSec;
    if (Math.abs(now / 1000 - Number(query.time)) > tolerance) return refused('time');
    if (query.eventType === undefined) return answerChallenge(query.echostr ?? '', secret);
    return readBody(request.body, { ...query, eventType: query.eventType }, settings);
  };
}

interface Query {
  readonly time: string;
  readonly checksum: string;
  readonly nonce?: string;
  /** Left out where Qiyu verifies the address: there is `echostr` then. */
  readonly eventType?: string;
  readonly echostr?: string;
}

const done: RawAnswer = { status: 200, body: '' };

/** A parameter that appears twice makes it ambiguous; others than these are ignored. */
function readQuery(parameters: URLSearchParams): Query | undefined {
  const named = ['time', 'checksum', 'eventType', 'nonce', 'echostr'];
  if (named.some((name) => parameters.getAll(name).length > 1)) return undefined;
  const [time = '', checksum = '', eventType, nonce, echostr] = named.map(
    (name) => parameters.get(name) || undefined,
  );
  const isWhole = /^\d{1,12}$/.test(time) && /^[0-9a-f]+$/.test(checksum);
  if (!isWhole || (eventType === undefined && echostr === undefined)) return undefined;
  return {
    time,
    checksum,
    ...(eventType !== undefined && { eventType }),
    ...(nonce !== undefined && { nonce }),
    ...(eventType === undefined && echostr !== undefined && { echostr }),
  };
}

function proofOf(request: RawRequest, query: Query, settings: QiyuSettings): string | undefined {
  return settings.callbackScheme === 'md5' ? md5Of(request.body) : query.nonce;
}

function findSigner(
  checksum: string,
  secrets: readonly string[],
  given: { readonly proof: string; readonly query: Query; readonly settings: QiyuSettings },
): string | undefined {
  const signed = { proof: given.proof, time: given.query.time };
  // Nothing says that callbacks follow the algorithm of our calls, so with SHA-256 either one proves.
  const algorithms = given.settings.checksumAlgorithm === 1 ? ([1, 0] as const) : ([0] as const);
  return secrets.find((secret) =>
    algorithms.some((algorithm) => isSameText(checksum, signChecksum(secret, signed, algorithm))),
  );
}

function readBody(
  body: Buffer,
  query: Query & { readonly eventType: string },
  settings: QiyuSettings,
): CallbackReading {
  const fields = readFields(body.toString('utf8').replace(/^\ufeff/, ''));
  if (fields === undefined) return unreadable('the body is no JSON object');
  const push = readPush(query.eventType, fields);
  if (push === undefined) return unreadable('fields are missing');
  const mark = {
    eventType: query.eventType,
    at: Number(query.time) * 1000,
    bodyHash: createHash('sha256').update(body).digest('base64url'),
  };
  return { kind: 'events', answer: done, events: eventsOfPush(push, mark, settings) };
}

/** The answer is the decrypted text alone. The cipher is the one Qiyu uses elsewhere: AES/ECB by the AppSecret. */
function answerChallenge(echostr: string, secret: string): CallbackReading {
  const text = decryptHex(echostr, Buffer.from(secret));
  if (text === undefined || !/^[\x21-\x7e]{1,256}$/.test(text)) return refused('echostr');
  return { kind: 'challenge', answer: { status: 200, type: 'text/plain', body: text } };
}

/** Decrypts what Qiyu wrote by AES/ECB/PKCS5 in hex; `undefined` if that is not what it is. */
export function decryptHex(hex: string, key: Buffer): string | undefined {
  if (![16, 24, 32].includes(key.length) || !/^(?:[0-9a-f]{32}){1,64}$/i.test(hex)) return undefined;
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null);
    return Buffer.concat([decipher.update(hex, 'hex'), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function refused(reason: string): CallbackReading {
  return { kind: 'refused', reason, answer: { status: 401, body: '' } };
}

function unreadable(reason: string): CallbackReading {
  return { kind: 'unreadable', reason, answer: { status: 400, body: '' } };
}
