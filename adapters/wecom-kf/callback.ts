import { type CipherKey, decrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { findSigner } from '../../src/formats/sorted-signature.ts';
import { type Fields, textOf } from '../../src/formats/text-fields.ts';
import { readXml } from '../../src/formats/xml.ts';
import type { CallbackReading } from '../../src/ports/helpdesk.ts';
import type { RawAnswer, RawRequest } from '../../src/ports/request.ts';
import { noteWords } from './app-memory.ts';
import type { WecomKfSettings } from './settings.ts';
import { readWords } from './words.ts';

/** WeCom repeats what is not answered by 200, three times in all. */
export const busy: RawAnswer = { status: 503, body: '' };

/**
 * Proves and reads callbacks, of the kf chat and of the application alike: both come to one address (WeCom, callback
 * configuration). What stands beside `Encrypt` in a body is not proved, and not read.
 */
export function createCallbackReader(
  settings: WecomKfSettings,
): (request: RawRequest, now: number) => CallbackReading {
  const { callback, corpid, callbackMaxSkewSec } = settings;
  const proof: Proof = {
    corpid,
    tokens: [callback.token, ...callback.previousTokens],
    keys: [callback.encodingAESKey, ...callback.previousEncodingAESKeys].map(readKey),
    maxSkewMs: callbackMaxSkewSec === 0 ? Number.POSITIVE_INFINITY : callbackMaxSkewSec * 1000,
  };
  return (request, now) => {
    if (request.part !== undefined) return refused('part');
    if (request.method === 'GET') return answerChallenge(proof, request.query, now);
    if (request.method !== 'POST') return refused('method');
    if (request.body.length > maxBodyBytes) return refused('body', 413);
    const encrypted = encryptedIn(request.body);
    if (encrypted === undefined) return refused('body');
    const proved = prove(proof, { query: request.query, encrypted, now });
    return proved.kind === 'message' ? readMessage(settings, proved.message, now) : refused(proved.step);
  };
}

const maxBodyBytes = 1_048_576;
/** Any text that is short and no fault; an empty one is as good. */
const done: RawAnswer = { status: 200, type: 'text/plain', body: 'success' };

interface Proof {
  readonly corpid: string;
  readonly tokens: readonly string[];
  readonly keys: readonly CipherKey[];
  readonly maxSkewMs: number;
}

/** Whoever turned a plus into a space on the way has it turned back. */
function answerChallenge(proof: Proof, query: URLSearchParams, now: number): CallbackReading {
  const encrypted = query.get('echostr')?.replaceAll(' ', '+');
  if (encrypted === undefined) return refused('echostr');
  const proved = prove(proof, { query, encrypted, now });
  if (proved.kind !== 'message') return refused(proved.step);
  const answer = { status: 200, type: 'text/plain', body: proved.message.toString('utf8') };
  return { kind: 'challenge', answer };
}

function prove(
  { corpid, tokens, keys, maxSkewMs }: Proof,
  given: { readonly query: URLSearchParams; readonly encrypted: string; readonly now: number },
):
  | { readonly kind: 'message'; readonly message: Buffer }
  | { readonly kind: 'refused'; readonly step: string } {
  const { query, encrypted, now } = given;
  const [signature, timestamp, nonce] = ['msg_signature', 'timestamp', 'nonce'].map((name) =>
    query.get(name),
  );
  if (!signature || !timestamp || !nonce) return { kind: 'refused', step: 'query' };
  if (findSigner(signature, tokens, [timestamp, nonce, encrypted]) < 0)
    return { kind: 'refused', step: 'signature' };
  const isTimely = /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1000) <= maxSkewMs;
  if (!isTimely) return { kind: 'refused', step: 'timestamp' };
  let step = 'keys';
  for (const key of keys) {
    const decrypted = decrypt(encrypted, key, corpid);
    if (decrypted.kind === 'message') return decrypted;
    step = decrypted.step;
  }
  return { kind: 'refused', step };
}

function encryptedIn(body: Buffer): string | undefined {
  const reading = readXml(body.toString('utf8'));
  return reading.kind === 'fields' ? textOf(reading.fields, 'Encrypt') : undefined;
}

function readMessage(settings: WecomKfSettings, message: Buffer, now: number): CallbackReading {
  const reading = readXml(message.toString('utf8'));
  if (reading.kind !== 'fields') return { kind: 'unreadable', reason: reading.reason, answer: done };
  const { fields } = reading;
  const event = textOf(fields, 'MsgType') === 'event' ? textOf(fields, 'Event') : undefined;
  if (event === 'kf_msg_or_event') return readBell(settings, fields);
  return settings.mode === 'app' ? readAgent(fields, now) : nothing;
}

const nothing: CallbackReading = { kind: 'events', answer: done, events: [] };

/** The notification holds no message: only where one is, and a token that lets it be fetched without much delay. */
function readBell({ mode, openKfid }: WecomKfSettings, fields: Fields): CallbackReading {
  const rung = textOf(fields, 'OpenKfId') ?? openKfid;
  if (mode !== 'handoff' || rung === undefined || rung !== openKfid) return nothing;
  const note = textOf(fields, 'Token');
  return { kind: 'bell', answer: done, topic: rung, ...(note !== undefined && { note }) };
}

/** Whose an agent's words are is known to the memory: they are put there, and looked at at once. */
function readAgent(fields: Fields, now: number): CallbackReading {
  const words = readWords(fields, now);
  if (words === undefined) return nothing;
  return { kind: 'events', answer: done, events: [noteWords(words)], wakes: [{ name: 'inbox', afterMs: 1 }] };
}

function refused(reason: string, status = 403): CallbackReading {
  return { kind: 'refused', reason, answer: { status, body: '' } };
}
