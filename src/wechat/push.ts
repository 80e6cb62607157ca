import { hash } from 'node:crypto';
import { type CipherKey, decrypt, readKey } from '../formats/envelope-cipher.ts';
import { findSigner } from '../formats/sorted-signature.ts';
import { type Fields, type FieldsReading, textOf } from '../formats/text-fields.ts';
import { readXml } from '../formats/xml.ts';
import type { PushContext, PushReading } from '../ports/channel.ts';
import type { RawRequest } from '../ports/request.ts';
import { decodePush } from './decode.ts';
import { readJson } from './json.ts';
import { keysOfAccount, type PushKeys } from './push-keys.ts';
import type { WeChatSettings } from './settings.ts';

/**
 * Proves, decrypts and reads a push (WeChat, message push page). The configured mode is the least that is accepted and
 * never follows the request. Whatever is not proved is refused with 403 and the name of the check that failed. `keys`
 * are the account's own where nothing else is said.
 */
export function createPushReader(
  settings: WeChatSettings,
  keys: PushKeys = keysOfAccount(settings),
): (request: RawRequest, now: number) => PushReading {
  const account: Account = { settings, proof: prepareProof(keys, settings.pushMaxSkewSec) };
  return (request, now) => {
    const query = readQuery(request.query);
    if (query === undefined) return refused('query');
    if (request.method === 'GET') return verifyAddress(account.proof, query);
    return request.method === 'POST'
      ? readPost(account, { query, body: request.body, now })
      : refused('method');
  };
}

interface Account {
  readonly settings: WeChatSettings;
  readonly proof: Proof;
}

/** What a body is proved with, made ready once. */
export interface Proof {
  readonly appid: string;
  readonly mode: WeChatSettings['mode'];
  /** 0: any. */
  readonly maxSkewSec: number;
  /** The current one, then the previous ones; so are the keys. */
  readonly tokens: readonly string[];
  readonly keys: readonly CipherKey[];
}

export function prepareProof({ appid, mode, tokens, encodingAESKeys }: PushKeys, maxSkewSec: number): Proof {
  return { appid, mode, maxSkewSec, tokens, keys: encodingAESKeys.map(readKey) };
}

type Query = ReadonlyMap<string, string>;

export interface Post {
  readonly query: Query;
  readonly body: Buffer;
  readonly now: number;
}

/** How a body was proved; what it says is in `fields`, as far as it could be read. */
export interface Proved {
  readonly kind: 'proved';
  readonly text: string;
  readonly fields: Exclude<FieldsReading, { kind: 'forbidden' }>;
  readonly format: 'xml' | 'json';
  readonly encrypted: boolean;
  readonly tokenIndex: number;
  readonly keyIndex: number;
}

export type Refused = Extract<PushReading, { kind: 'refused' }>;

/** A parameter that appears twice makes the whole query ambiguous. */
export function readQuery(parameters: URLSearchParams): Query | undefined {
  const query = new Map(parameters);
  return query.size === parameters.size ? query : undefined;
}

/** The same in every mode: `echostr` is never encrypted. Only harmless texts are echoed. */
function verifyAddress({ tokens }: Proof, query: Query): PushReading {
  const echo = query.get('echostr') ?? '';
  if (!/^[0-9A-Za-z]{1,64}$/.test(echo)) return refused('echostr');
  const parts = signedParts(query);
  if (parts === undefined || findSigner(query.get('signature') ?? '', tokens, parts) < 0)
    return refused('signature');
  return { kind: 'challenge', echo };
}

function readPost({ settings, proof }: Account, post: Post): PushReading {
  const proved = proveBody(proof, post);
  if (proved.kind === 'refused') return proved;
  const { fields: inner } = proved;
  const bodyHash = hash('sha256', proved.text, 'base64url');
  if (inner.kind === 'failed')
    return { kind: 'unreadable', key: `unreadable:${bodyHash}`, reason: inner.reason };
  if (textOf(inner.fields, 'ToUserName') !== settings.originalId) return refused('account');
  return decodePush(inner.fields, {
    settings,
    bodyHash,
    context: contextOf(inner.fields, post, proved),
  });
}

/** Proves the body of a POST, decrypts it and reads its fields. Nothing that is not proved is given out. */
export function proveBody(proof: Proof, post: Post): Proved | Refused {
  const text = post.body.toString('utf8').replace(/^\ufeff/, '');
  const envelope = readBody(text);
  if (envelope.kind === 'forbidden') return refused('document type');
  const opened = openEnvelope(proof, post, { text, envelope });
  if (opened.kind === 'refused') return opened;
  if (!isInTime(proof, post)) return refused('timestamp');
  const fields = opened.encrypted ? readBody(opened.text) : envelope;
  if (fields.kind === 'forbidden') return refused('document type');
  return { ...opened, kind: 'proved', fields, format: formatOf(text) };
}

/** A message whose signature is right; what it says is not read yet. */
type Opened = { readonly kind: 'opened' } & Pick<Proved, 'text' | 'encrypted' | 'tokenIndex' | 'keyIndex'>;

function openEnvelope(
  proof: Proof,
  post: Post,
  body: { readonly text: string; readonly envelope: FieldsReading },
): Opened | Refused {
  const encrypted = body.envelope.kind === 'fields' ? body.envelope.fields.Encrypt : undefined;
  if (encrypted !== undefined) {
    return typeof encrypted === 'string' ? openEncrypted(proof, post, encrypted) : refused('encrypted body');
  }
  if (proof.mode !== 'plain') return refused('encrypted body');
  const parts = signedParts(post.query);
  if (parts === undefined) return refused('signature');
  const tokenIndex = findSigner(post.query.get('signature') ?? '', proof.tokens, parts);
  if (tokenIndex < 0) return refused('signature');
  return { kind: 'opened', text: body.text, encrypted: false, tokenIndex, keyIndex: 0 };
}

/** Only `msg_signature` covers the body; `signature` is worth nothing here. */
function openEncrypted({ appid, tokens, keys }: Proof, post: Post, encrypted: string): Opened | Refused {
  const parts = signedParts(post.query);
  if (parts === undefined) return refused('msg_signature');
  const tokenIndex = findSigner(post.query.get('msg_signature') ?? '', tokens, [...parts, encrypted]);
  if (tokenIndex < 0) return refused('msg_signature');
  let step: string = 'no key';
  for (const [keyIndex, key] of keys.entries()) {
    const decrypted = decrypt(encrypted, key, appid);
    if (decrypted.kind === 'message') {
      return {
        kind: 'opened',
        text: decrypted.message.toString('utf8'),
        encrypted: true,
        tokenIndex,
        keyIndex,
      };
    }
    // A wrong key fails at the padding nearly always; the later check tells more.
    if (step === 'no key' || step === 'padding') step = decrypted.step;
  }
  return refused(step);
}

function signedParts(query: Query): readonly string[] | undefined {
  const timestamp = query.get('timestamp') ?? '';
  const nonce = query.get('nonce') ?? '';
  return /^\d{1,12}$/.test(timestamp) && /^[\x21-\x7e]{1,128}$/.test(nonce) ? [timestamp, nonce] : undefined;
}

function isInTime({ maxSkewSec }: Proof, { query, now }: Post): boolean {
  return maxSkewSec === 0 || Math.abs(now / 1000 - Number(query.get('timestamp'))) <= maxSkewSec;
}

/** By the first byte: the content type says `text/xml` for JSON, too. */
function formatOf(text: string): 'xml' | 'json' {
  return text.trimStart().startsWith('{') ? 'json' : 'xml';
}

function readBody(text: string): FieldsReading {
  return formatOf(text) === 'json' ? readJson(text) : readXml(text);
}

/** What an answer to the push needs to know of it. */
export function contextOf(fields: Fields, { query }: Post, proved: Proved): PushContext {
  const { encrypted, format, keyIndex, tokenIndex } = proved;
  return {
    visitor: textOf(fields, 'FromUserName') ?? '',
    account: textOf(fields, 'ToUserName') ?? '',
    nonce: query.get('nonce') ?? '',
    encrypted,
    format,
    keyIndex,
    tokenIndex,
  };
}

export function refused(step: string): Refused {
  return { kind: 'refused', status: 403, step };
}
