import { describe, expect, test } from 'vitest';
import { decrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { signParts } from '../../src/formats/sorted-signature.ts';
import { writeAnswer } from '../../src/wechat/answer.ts';
import { ACCOUNT, APPID, KEY, NONCE, NOW, OTHER_KEY, settingsWith, TOKEN, VISITOR } from './account.ts';

const context = {
  visitor: VISITOR,
  account: ACCOUNT,
  nonce: NONCE,
  encrypted: false,
  format: 'xml',
  keyIndex: 0,
} as const;
const random = () => Buffer.alloc(16, 3);
const transfer = { kind: 'transfer' } as const;
const INNER_XML =
  `<xml><ToUserName><![CDATA[${VISITOR}]]></ToUserName><FromUserName><![CDATA[${ACCOUNT}]]></FromUserName>` +
  '<CreateTime>1700000000</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>';
const INNER_JSON = `{"ToUserName":"${VISITOR}","FromUserName":"${ACCOUNT}","CreateTime":1700000000,"MsgType":"transfer_customer_service"}`;

describe('the answer success', () => {
  test.each([true, false])('is plain text (encrypted push: %s)', (encrypted) => {
    const given = { settings: settingsWith(), context: { ...context, encrypted }, now: NOW, random };
    expect(writeAnswer({ kind: 'success' }, given)).toEqual({ type: 'text/plain', body: 'success' });
  });
});

describe('a transfer', () => {
  test('of a plain push is a plain message with the names swapped', () => {
    const given = { settings: settingsWith({ mode: 'plain' }), context, now: NOW, random };
    expect(writeAnswer(transfer, given)).toEqual({ type: 'application/xml', body: INNER_XML });
  });

  test('names the agent for official accounts only', () => {
    const named = { kind: 'transfer', account: 'a]]>b' } as const;
    const given = { context, now: NOW, random };
    const service = writeAnswer(named, { ...given, settings: settingsWith({ kind: 'service' }) });
    expect(service.body).toContain(
      '<TransInfo><KfAccount><![CDATA[a]]]]><![CDATA[>b]]></KfAccount></TransInfo>',
    );
    expect(writeAnswer(named, { ...given, settings: settingsWith() }).body).toBe(INNER_XML);
  });

  test.each([
    ['xml', INNER_XML],
    ['json', INNER_JSON],
  ])('of a JSON account holds %s as transferInner says', (transferInner, inner) => {
    const settings = settingsWith({ transferInner, format: 'json' });
    const json = { ...context, format: 'json' } as const;
    const wrapped = writeAnswer(transfer, {
      settings,
      context: { ...json, encrypted: true },
      now: NOW,
      random,
    });
    const envelope = JSON.parse(wrapped.body);
    expect(wrapped.type).toBe('application/json');
    expect(decrypt(envelope.Encrypt, readKey(KEY), APPID)).toEqual({
      kind: 'message',
      message: Buffer.from(inner),
    });
    expect(envelope).toMatchObject({
      MsgSignature: signParts([TOKEN, '1700000000', NONCE, envelope.Encrypt]),
      TimeStamp: 1_700_000_000,
      Nonce: NONCE,
    });
    expect(writeAnswer(transfer, { settings, context: json, now: NOW, random }).body).toBe(inner);
  });

  test('is wrapped with the key and the token of its push', () => {
    const settings = settingsWith({
      token: 'newToken1',
      previousTokens: [TOKEN],
      encodingAESKey: OTHER_KEY,
      previousEncodingAESKeys: [KEY],
      format: 'json',
    });
    const old = { ...context, format: 'json', encrypted: true, keyIndex: 1, tokenIndex: 1 } as const;
    const envelope = JSON.parse(writeAnswer(transfer, { settings, context: old, now: NOW, random }).body);
    expect(decrypt(envelope.Encrypt, readKey(KEY), APPID).kind).toBe('message');
    expect(decrypt(envelope.Encrypt, readKey(OTHER_KEY), APPID).kind).toBe('refused');
    expect(envelope.MsgSignature).toBe(signParts([TOKEN, '1700000000', NONCE, envelope.Encrypt]));
  });
});
