import { encrypt, readKey } from '../formats/envelope-cipher.ts';
import { signParts } from '../formats/sorted-signature.ts';
import type { PushAnswer, PushContext } from '../ports/channel.ts';
import { keysOfAccount, type PushKeys } from './push-keys.ts';
import type { WeChatSettings } from './settings.ts';
import type { Random } from './tools.ts';

export interface AnswerContext {
  readonly settings: WeChatSettings;
  /** Default: the account's own. */
  readonly keys?: PushKeys;
  readonly context: PushContext;
  readonly now: number;
  readonly random: Random;
}

/**
 * The bytes that answer a push (WeChat, message push page). A transfer is wrapped as the push was; `success` never is.
 */
export function writeAnswer(
  answer: PushAnswer,
  given: AnswerContext,
): { readonly type: string; readonly body: string } {
  if (answer.kind === 'success') return { type: 'text/plain', body: 'success' };
  const { context, settings } = given;
  const seconds = Math.floor(given.now / 1000);
  const isInnerJson = context.format === 'json' && settings.transferInner === 'json';
  const account = settings.kind === 'miniprogram' ? undefined : answer.account;
  const inner = (isInnerJson ? writeTransferJson : writeTransferXml)(context, seconds, account);
  if (context.encrypted) return wrapAnswer(inner, { ...given, keys: given.keys ?? keysOfAccount(settings) });
  return { type: isInnerJson ? JSON_TYPE : XML_TYPE, body: inner };
}

const XML_TYPE = 'application/xml';
const JSON_TYPE = 'application/json';

/** Sender and receiver change places. An account is named by official accounts only. */
function writeTransferXml(context: PushContext, seconds: number, account: string | undefined): string {
  const agent =
    account === undefined ? '' : `<TransInfo><KfAccount>${cdata(account)}</KfAccount></TransInfo>`;
  return (
    `<xml><ToUserName>${cdata(context.visitor)}</ToUserName><FromUserName>${cdata(context.account)}</FromUserName>` +
    `<CreateTime>${seconds}</CreateTime><MsgType>${cdata('transfer_customer_service')}</MsgType>${agent}</xml>`
  );
}

function writeTransferJson(context: PushContext, seconds: number): string {
  return JSON.stringify({
    ToUserName: context.visitor,
    FromUserName: context.account,
    CreateTime: seconds,
    MsgType: 'transfer_customer_service',
  });
}

/** Encrypts and signs the text of an answer, with the token and the key that its push came with. */
export function wrapAnswer(
  inner: string,
  {
    keys,
    context,
    now,
    random,
  }: Pick<AnswerContext, 'context' | 'now' | 'random'> & { readonly keys: PushKeys },
): { readonly type: string; readonly body: string } {
  const seconds = Math.floor(now / 1000);
  const token = keys.tokens[context.tokenIndex ?? 0] ?? keys.tokens[0] ?? '';
  const key = readKey(keys.encodingAESKeys[context.keyIndex] ?? '');
  const encrypted = encrypt(inner, { key, receiver: keys.appid, random: random(16) });
  const signature = signParts([token, String(seconds), context.nonce, encrypted]);
  if (context.format === 'json') {
    const body = { Encrypt: encrypted, MsgSignature: signature, TimeStamp: seconds, Nonce: context.nonce };
    return { type: JSON_TYPE, body: JSON.stringify(body) };
  }
  const body =
    `<xml><Encrypt>${cdata(encrypted)}</Encrypt><MsgSignature>${cdata(signature)}</MsgSignature>` +
    `<TimeStamp>${seconds}</TimeStamp><Nonce>${cdata(context.nonce)}</Nonce></xml>`;
  return { type: XML_TYPE, body };
}

export function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
