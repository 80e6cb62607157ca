import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { isRecord, type JsonRecord, readJsonRecord } from '../json.ts';
import { pushKeysOf } from './account.ts';
import { decryptMessage, signParts } from './cipher.ts';
import type { PreparedPush } from './prepared-push.ts';

/**
 * What WeChat makes of an answer to a push. `illegal`: the visitor reads at once that the service is out of order.
 * `refused`: a status other than 200. `noAnswer`: none within the time, or no connection. `notPushed`: an agent of the
 * official tool serves the visitor, so nothing was pushed.
 */
export type Verdict =
  | { readonly kind: 'accepted'; readonly answer: 'empty' | 'success' }
  | { readonly kind: 'transfer'; readonly account?: string }
  | { readonly kind: 'reply'; readonly message: JsonRecord }
  | { readonly kind: 'illegal'; readonly reason: string }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'noAnswer'; readonly reason: string }
  | { readonly kind: 'notPushed' };

/** Judges an answer to the byte: empty, `success`, or a message that is legal for this push and account. */
export function judgeAnswer(
  push: PreparedPush,
  answer: { status: number; body: string },
  now: number,
): Verdict {
  if (answer.status !== 200) return { kind: 'refused', status: answer.status };
  if (answer.body === '') return { kind: 'accepted', answer: 'empty' };
  if (answer.body === 'success') return { kind: 'accepted', answer: 'success' };
  const outer = readMessage(answer.body);
  if (outer === undefined) return illegal('neither empty, nor success, nor a message');
  if (outer.fields.Encrypt === undefined) {
    return push.account.mode === 'safe' ? illegal('not encrypted in safe mode') : judgeMessage(push, outer);
  }
  return judgeEncrypted(push, outer, now);
}

function judgeEncrypted(push: PreparedPush, outer: ReadMessage, now: number): Verdict {
  const { account } = push;
  const keys = pushKeysOf(account);
  const { Encrypt, MsgSignature, TimeStamp, Nonce } = outer.fields;
  if (account.mode === 'plain') return illegal('encrypted in plain mode');
  if (outer.format !== account.format) return illegal(`the envelope is not ${account.format}`);
  if (typeof Encrypt !== 'string' || typeof MsgSignature !== 'string')
    return illegal('a field of the envelope is missing');
  const signed = [keys.token, String(TimeStamp), String(Nonce), Encrypt];
  if (MsgSignature !== signParts(signed)) return illegal('MsgSignature is wrong');
  if (Nonce !== push.nonce) return illegal("Nonce is not the push's");
  if (!/^\d{10}$/.test(String(TimeStamp)) || Math.abs(Number(TimeStamp) - now / 1000) > 60) {
    return illegal('TimeStamp is not now');
  }
  const inner = decryptMessage(keys, Encrypt);
  if (inner === undefined)
    return illegal('Encrypt cannot be decrypted with the key and appid of the account');
  const message = readMessage(inner);
  return message === undefined ? illegal('the decrypted text is no message') : judgeMessage(push, message);
}

function judgeMessage(push: PreparedPush, { format, fields }: ReadMessage): Verdict {
  if (fields.ToUserName !== push.openid) return illegal("ToUserName is not the visitor's openid");
  if (fields.FromUserName !== push.account.originalId)
    return illegal("FromUserName is not the account's original id");
  if (!/^\d{10}$/.test(String(fields.CreateTime))) return illegal('CreateTime is not in seconds');
  if (fields.MsgType === 'transfer_customer_service') {
    if (push.isEvent) return illegal('a transfer answers an event');
    if (!mayBe(format, push.account)) return illegal(`a transfer is not written in ${format}`);
    const info = fields.TransInfo;
    if (info !== undefined && push.account.kind === 'miniprogram')
      return illegal('TransInfo of a mini-program');
    const account = isRecord(info) ? info.KfAccount : undefined;
    if (info !== undefined && typeof account !== 'string') return illegal('TransInfo without KfAccount');
    return { kind: 'transfer', ...(typeof account === 'string' && { account }) };
  }
  if (push.account.kind === 'miniprogram') return illegal('a mini-program takes no passive reply');
  const isKnown = passiveTypes.has(String(fields.MsgType));
  return isKnown ? { kind: 'reply', message: fields } : illegal('unknown MsgType');
}

/** XML always is, but where the account is known to want JSON; JSON only in an account whose data format it is. */
function mayBe(format: 'xml' | 'json', { format: own, transferInner }: PreparedPush['account']): boolean {
  if (format === 'json') return own === 'json' && transferInner !== 'xml';
  return transferInner !== 'json';
}

const passiveTypes: ReadonlySet<string> = new Set(['text', 'image', 'voice', 'video', 'music', 'news']);

interface ReadMessage {
  readonly format: 'xml' | 'json';
  readonly fields: JsonRecord;
}

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, trimValues: false });

function readMessage(text: string): ReadMessage | undefined {
  if (text.startsWith('{')) {
    const fields = readJsonRecord(text);
    return fields && { format: 'json', fields };
  }
  if (!text.startsWith('<xml>') || XMLValidator.validate(text) !== true) return undefined;
  const document: unknown = parser.parse(text);
  const fields = isRecord(document) ? document.xml : undefined;
  return isRecord(fields) ? { format: 'xml', fields } : undefined;
}

function illegal(reason: string): Verdict {
  return { kind: 'illegal', reason };
}
