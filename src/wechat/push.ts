import { hash } from 'node:crypto';
import type { PushContext, PushReading } from '../ports/channel.ts';
import type { RawRequest } from '../ports/request.ts';
import { type CipherKey, decrypt, readKey } from './cipher.ts';
import { decodePush } from './decode.ts';
import { type Fields, type FieldsReading, textOf } from './fields.ts';
import { readJson } from './json.ts';
import type { WeChatSettings } from './settings.ts';
import { findSigner } from './signature.ts';
import { readXml } from './xml.ts';

/**
 * Proves, decrypts and reads a push (WeChat, message push page). The configured mode is the least that is accepted and
 * never follows the request. Whatever is not proved is refused with 403 and the name of the check that failed.
 */
export function createPushReader(
  settings: WeChatSettings,
): (request: RawRequest, now: number) => PushReading {
  const account: Account = {
    settings,
    tokens: [settings.token, ...settings.previousTokens],
    keys: [
      ...(settings.encodingAESKey === undefined ? [] : [settings.encodingAESKey]),
      ...settings.previousEncodingAESKeys,
    ].map(readKey),
  };
  return (request, now) => {
    const query = readQuery(request.query);
    if (query === undefined) return refused('query');
    if (request.method === 'GET') return verifyAddress(account, query);
    return request.method === 'POST'
      ? readPost(account, { query, body: request.body, now })
      : refused('method');
  };
}

interface Account {
  readonly settings: WeChatSettings;
  /** The current one, then the previous ones; so are the keys. */
  readonly tokens: readonly string[];
  readonly keys: readonly CipherKey[];
}

type Query = ReadonlyMap<string, string>;

interface Post {
  readonly query: Query;
  readonly body: Buffer;
  readonly now: number;
}

/** How a body was proved; the message in it is still text. */
interface Proved {
  readonly kind: 'proved';
  readonly text: string;
  readonly encrypted: boolean;
  readonly tokenIndex: number;
  readonly keyIndex: number;
}

type Refused = Extract<PushReading, { kind: 'refused' }>;

/** A parameter that appears twice makes the whole query ambiguous. */
function readQuery(parameters: URLSearchParams): Query | undefined {
  const query = new Map(parameters);
  return query.size === parameters.size ? query : undefined;
}

/** The same in every mode: `echostr` is never encrypted. Only harmless texts are echoed. */
function verifyAddress({ tokens }: Account, query: Query): PushReading {
  const echo = query.get('echostr') ?? '';
  if (!/^[0-9A-Za-z]{1,64}$/.test(echo)) return refused('echostr');
  const parts = signedParts(query);
  if (parts === undefined || findSigner(query.get('signature') ?? '', tokens, parts) < 0)
    return refused('signature');
  return { kind: 'challenge', echo };
}

function readPost(account: Account, post: Post): PushReading {
  const text = post.body.toString('utf8').replace(/^\ufeff/, '');
  const envelope = readBody(text);
  if (envelope.kind === 'forbidden') return refused('document type');
  const proved = prove(account, post, { text, envelope });
  if (proved.kind === 'refused') return proved;
  if (!isInTime(account.settings, post)) return refused('timestamp');

  const inner = proved.encrypted ? readBody(proved.text) : envelope;
  if (inner.kind === 'forbidden') return refused('document type');
  const bodyHash = hash('sha256', proved.text, 'base64url');
  if (inner.kind === 'failed')
    return { kind: 'unreadable', key: `unreadable:${bodyHash}`, reason: inner.reason };
  if (textOf(inner.fields, 'ToUserName') !== account.settings.originalId) return refused('account');
  return decodePush(inner.fields, {
    settings: account.settings,
    bodyHash,
    context: contextOf(inner.fields, { post, proved, format: formatOf(text) }),
  });
}

function prove(
  account: Account,
  post: Post,
  body: { readonly text: string; readonly envelope: FieldsReading },
): Proved | Refused {
  const encrypted = body.envelope.kind === 'fields' ? body.envelope.fields.Encrypt : undefined;
  if (encrypted !== undefined) {
    return typeof encrypted === 'string'
      ? proveEncrypted(account, post, encrypted)
      : refused('encrypted body');
  }
  if (account.settings.mode !== 'plain') return refused('encrypted body');
  const parts = signedParts(post.query);
  if (parts === undefined) return refused('signature');
  const tokenIndex = findSigner(post.query.get('signature') ?? '', account.tokens, parts);
  if (tokenIndex < 0) return refused('signature');
  return { kind: 'proved', text: body.text, encrypted: false, tokenIndex, keyIndex: 0 };
}

/** Only `msg_signature` covers the body; `signature` is worth nothing here. */
function proveEncrypted(
  { settings, tokens, keys }: Account,
  post: Post,
  encrypted: string,
): Proved | Refused {
  const parts = signedParts(post.query);
  if (parts === undefined) return refused('msg_signature');
  const tokenIndex = findSigner(post.query.get('msg_signature') ?? '', tokens, [...parts, encrypted]);
  if (tokenIndex < 0) return refused('msg_signature');
  let step: string = 'no key';
  for (const [keyIndex, key] of keys.entries()) {
    const decrypted = decrypt(encrypted, key, settings.appid);
    if (decrypted.kind === 'message') {
      return {
        kind: 'proved',
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

function isInTime({ pushMaxSkewSec }: WeChatSettings, { query, now }: Post): boolean {
  return pushMaxSkewSec === 0 || Math.abs(now / 1000 - Number(query.get('timestamp'))) <= pushMaxSkewSec;
}

/** By the first byte: the content type says `text/xml` for JSON, too. */
function formatOf(text: string): 'xml' | 'json' {
  return text.trimStart().startsWith('{') ? 'json' : 'xml';
}

function readBody(text: string): FieldsReading {
  return formatOf(text) === 'json' ? readJson(text) : readXml(text);
}

function contextOf(
  fields: Fields,
  from: { readonly post: Post; readonly proved: Proved; readonly format: 'xml' | 'json' },
): PushContext {
  return {
    visitor: textOf(fields, 'FromUserName') ?? '',
    account: textOf(fields, 'ToUserName') ?? '',
    nonce: from.post.query.get('nonce') ?? '',
    encrypted: from.proved.encrypted,
    format: from.format,
    keyIndex: from.proved.keyIndex,
    tokenIndex: from.proved.tokenIndex,
  };
}

function refused(step: string): Refused {
  return { kind: 'refused', status: 403, step };
}
