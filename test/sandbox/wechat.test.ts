import { describe, expect, test } from 'vitest';
import type { Answer, Call } from '../../sandbox/vendors/server.ts';
import { decryptMessage, encryptMessage, signParts } from '../../sandbox/vendors/wechat/cipher.ts';
import { empty } from './bridge-double.ts';
import { account, KEY, NOW, OPENID, openBench } from './wechat-bench.ts';

const echo = (call: Call): Answer => ({ ...empty, body: call.query.get('echostr') ?? '' });
const says =
  (body: string, status = 200) =>
  () => ({ ...empty, status, body });

describe('the worked examples', () => {
  const message =
    '{"ToUserName":"gh_0a1b2c3d4e5f","FromUserName":"oSim0000000000000000000user1","CreateTime":1700000000,"MsgType":"text","Content":"你好","MsgId":23637352235060881}';
  const encrypted =
    '1cdl0P8/syfHVd4zHv2lXWPxO+GXokt/5DyWuDDp9BklA044+wmoW97YDL8KUMSYrVqkW99sqp60uansDO/Bb3hzWyhULRI8MjkPwS8x0VwEukcZRj/iXLHoMyyfQosKaf234Y2E07BdfpvP3zUOblhk+EilWeOioY8Rfp+a0tT2KSj3tVgkY3T6+8YQTWPM5Sm4Culg/N3OdPL8ulSybJ1pdBYrjSyLVLSj5bpVTGllelVKJHjEQ51xeFCIf4zGGTbtokWcsBfQrBjPrUj30eZUw/Ck22BO8ujtwObK7L8=';

  test('are encrypted, decrypted and signed to the byte', () => {
    expect(encryptMessage(account, message, Buffer.from('aaaabbbbccccdddd'))).toBe(encrypted);
    expect(decryptMessage(account, encrypted)).toBe(message);
    expect(signParts([account.token, '1700000000', '1597212914', encrypted])).toBe(
      '9173d68b688e2078e6abab6d230e7381c3a54628',
    );
  });

  test.each([
    ['another key', { ...account, encodingAESKey: KEY.replace('M', 'N') }, encrypted],
    ['another appid', { ...account, appid: 'wx0000000000000000' }, encrypted],
    ['a byte less', account, encrypted.slice(0, -4)],
    ['nothing', account, ''],
  ])('are not decrypted with %s', (_name, key, text) => {
    expect(decryptMessage(key, text)).toBeUndefined();
  });
});

describe('the verification of an address', () => {
  test('is a GET whose echo comes back to the byte', async () => {
    await using bench = await openBench({ mode: 'safe' });
    bench.bridge.answer = echo;
    expect(await bench.wechat.verify(bench.bridge.url)).toMatchObject({ isPassed: true });
    const [call] = bench.bridge.calls;
    const { signature, timestamp, nonce } = Object.fromEntries(call!.query);
    expect(call!.method).toBe('GET');
    expect(signature).toBe(signParts([account.token, timestamp!, nonce!]));
  });

  test.each([
    ['quotes', (call: Call) => ({ ...echo(call), body: `"${call.query.get('echostr')}"` })],
    ['a newline', (call: Call) => ({ ...echo(call), body: `${call.query.get('echostr')}\n` })],
    ['success', says('success')],
    ['status 201', (call: Call) => ({ ...echo(call), status: 201 })],
  ])('is not passed with %s', async (_name, answer) => {
    await using bench = await openBench();
    bench.bridge.answer = answer;
    expect(await bench.wechat.verify(bench.bridge.url)).toMatchObject({ isPassed: false });
  });

  test('has the signature of the example', async () => {
    await using bench = await openBench();
    await bench.wechat.verify(bench.bridge.url, { nonce: '1597212914' });
    expect(bench.bridge.calls[0]!.query.get('signature')).toBe('591a16c718401d25f9a6332d92d201d5e8ec4a4d');
  });
});

describe('a push', () => {
  test('in JSON has a bare MsgId that no JavaScript number can hold', async () => {
    await using bench = await openBench();
    await bench.wechat.pushText(bench.bridge.url, OPENID, '你好');
    const [call] = bench.bridge.calls;
    const body = call!.body.toString();
    expect(body).toMatch(
      /^{"ToUserName":"gh_0a1b2c3d4e5f","FromUserName":"oSim0{19}user1","CreateTime":1700000000,"MsgType":"text","MsgId":\d{17},"Content":"你好"}$/,
    );
    expect(call!.headers['content-type']).toBe('text/xml');
    expect(call!.query.has('msg_signature')).toBe(false);
  });

  test('in XML splits what would end a CDATA section', async () => {
    await using bench = await openBench({ format: 'xml' });
    await bench.wechat.pushText(bench.bridge.url, OPENID, 'a]]>b');
    expect(bench.bridge.calls[0]!.body.toString()).toContain(
      '<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>',
    );
  });

  test('in safe mode shows nothing, in compatible mode everything twice', async () => {
    await using bench = await openBench({ mode: 'safe' });
    await bench.wechat.pushText(bench.bridge.url, OPENID, '你好');
    bench.wechat.change({ mode: 'compatible' });
    await bench.wechat.pushText(bench.bridge.url, OPENID, '你好');
    const [safe, compatible] = bench.bridge.calls.map(({ body }) => JSON.parse(body.toString()));
    expect(Object.keys(safe)).toEqual(['ToUserName', 'Encrypt']);
    expect(compatible).toMatchObject({ Content: '你好', FromUserName: OPENID });
    for (const { query } of bench.bridge.calls) expect(query.get('encrypt_type')).toBe('aes');
    expect(decryptMessage(account, safe.Encrypt)).toContain('"Content":"你好"');
    const { timestamp, nonce, msg_signature } = Object.fromEntries(bench.bridge.calls[0]!.query);
    expect(msg_signature).toBe(signParts([account.token, timestamp!, nonce!, safe.Encrypt]));
  });

  test('that fails is the same request, three times in all', async () => {
    await using bench = await openBench();
    bench.bridge.answer = says('', 503);
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'a')).toMatchObject({
      tries: 3,
      isNoticed: true,
      verdict: { kind: 'refused', status: 503 },
    });
    const [first, ...again] = bench.bridge.calls;
    expect(again).toMatchObject([1, 2].map(() => ({ query: first!.query, body: first!.body })));
  });

  test('that nobody answers is tried again when the time is over', async () => {
    await using bench = await openBench({ answerTimeoutMs: 30 });
    bench.bridge.answer = () => (bench.bridge.calls.length < 3 ? undefined : empty);
    const pushed = await bench.wechat.pushText(bench.bridge.url, OPENID, 'a');
    expect(pushed.attempts.map(({ verdict }) => verdict.kind)).toEqual(['noAnswer', 'noAnswer', 'accepted']);
  });

  test('is of the time when its first try began', async () => {
    await using bench = await openBench();
    const startedAt = bench.clock.now;
    bench.bridge.answer = () => {
      bench.clock.now += 700;
      return empty;
    };
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'a')).toMatchObject({ at: startedAt });
  });

  test('does not come while an agent of the official tool serves', async () => {
    await using bench = await openBench();
    bench.wechat.official.serve(OPENID, true);
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'a')).toMatchObject({ tries: 0 });
    bench.clock.now += 30 * 60_000;
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'b')).toMatchObject({ tries: 1 });
  });

  test('can be forged, which grants nothing and is tried once', async () => {
    await using bench = await openBench({ mode: 'safe' });
    bench.bridge.answer = says('', 403);
    const message = { FromUserName: OPENID, MsgType: 'text', Content: 'a' };
    const forge = async (forgery: Parameters<typeof bench.wechat.forge>[2]) => {
      expect(await bench.wechat.forge(bench.bridge.url, message, forgery)).toMatchObject({ tries: 1 });
      return bench.bridge.calls.at(-1)!;
    };
    expect(JSON.parse((await forge({ account: { mode: 'plain' } })).body.toString())).toMatchObject(message);
    expect((await forge({ query: { nonce: ['1', '2'] } })).query.getAll('nonce')).toEqual(['1', '2']);
    expect((await forge({ query: { msg_signature: null } })).query.has('msg_signature')).toBe(false);
    expect((await forge({ timestamp: 1 })).query.get('timestamp')).toBe('1');
    expect((await forge({ body: '<!DOCTYPE x>' })).body.toString()).toBe('<!DOCTYPE x>');
    expect(bench.wechat.visitor(OPENID)).toBeUndefined();
  });
});

describe('an answer to a push', () => {
  const swap = `<ToUserName>${OPENID}</ToUserName><FromUserName>${account.originalId}</FromUserName>`;
  const transfer = `<xml>${swap}<CreateTime>1700000000</CreateTime><MsgType>transfer_customer_service</MsgType></xml>`;
  const reply = transfer
    .replace('transfer_customer_service', 'text')
    .replace('</xml>', '<Content>hi</Content></xml>');

  test.each([
    ['nothing', '', { kind: 'accepted', answer: 'empty' }],
    ['success', 'success', { kind: 'accepted', answer: 'success' }],
    ['success in quotes', '"success"', { kind: 'illegal' }],
    ['SUCCESS', 'SUCCESS', { kind: 'illegal' }],
    ['success and a newline', 'success\n', { kind: 'illegal' }],
    ['JSON', '{"code":0}', { kind: 'illegal' }],
    ['a page', '<html></html>', { kind: 'illegal' }],
    ['a transfer', transfer, { kind: 'transfer' }],
    [
      'a transfer with the ids of the push',
      transfer.replace(OPENID, account.originalId),
      { kind: 'illegal' },
    ],
    ['a transfer in milliseconds', transfer.replace('1700000000', '1700000000000'), { kind: 'illegal' }],
    ['a reply in a mini-program', reply, { kind: 'illegal' }],
    ['an envelope in plain mode', '{"Encrypt":"","MsgSignature":""}', { kind: 'illegal' }],
  ])('of %s', async (_name, body, verdict) => {
    await using bench = await openBench();
    bench.bridge.answer = says(body);
    const pushed = await bench.wechat.pushText(bench.bridge.url, OPENID, 'a');
    expect(pushed).toMatchObject({ tries: 1, verdict, isNoticed: verdict.kind === 'illegal' });
  });

  test('may be a reply in an official account, and a transfer never answers an event', async () => {
    await using bench = await openBench({ kind: 'service', format: 'xml' });
    bench.bridge.answer = says(reply);
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'a')).toMatchObject({
      verdict: { kind: 'reply', message: { Content: 'hi' } },
    });
    bench.bridge.answer = says(transfer);
    const event = { FromUserName: OPENID, MsgType: 'event', Event: 'CLICK' };
    expect(await bench.wechat.push(bench.bridge.url, event)).toMatchObject({ verdict: { kind: 'illegal' } });
  });

  test.each([201, 204, 302, 403, 500])('with status %i is a failure', async (status) => {
    await using bench = await openBench({ maxPushTries: 1 });
    bench.bridge.answer = says(status === 204 ? '' : 'success', status);
    expect(await bench.wechat.pushText(bench.bridge.url, OPENID, 'a')).toMatchObject({
      verdict: { kind: 'refused', status },
    });
  });

  describe('in safe mode', () => {
    const seal = (call: Call, change: Record<string, unknown> = {}, message = transfer) => {
      const nonce = String(change.Nonce ?? call.query.get('nonce'));
      const Encrypt = encryptMessage(account, message);
      const TimeStamp = change.TimeStamp ?? NOW / 1000;
      const MsgSignature = signParts([account.token, String(TimeStamp), nonce, Encrypt]);
      return {
        ...empty,
        body: JSON.stringify({ Encrypt, MsgSignature, TimeStamp, Nonce: nonce, ...change }),
      };
    };

    test.each([
      ['sealed', seal, 'transfer'],
      ['success', says('success'), 'accepted'],
      ['not encrypted', says(transfer), 'illegal'],
      ['with a wrong signature', (call: Call) => seal(call, { MsgSignature: 'f'.repeat(40) }), 'illegal'],
      ['with a nonce of its own', (call: Call) => seal(call, { Nonce: '1' }), 'illegal'],
      ['of yesterday', (call: Call) => seal(call, { TimeStamp: NOW / 1000 - 86_400 }), 'illegal'],
      ['for somebody else', (call: Call) => seal(call, {}, transfer.replace(OPENID, 'oElse')), 'illegal'],
    ])('%s', async (_name, answer, kind) => {
      await using bench = await openBench({ mode: 'safe' });
      bench.bridge.answer = answer;
      const pushed = await bench.wechat.pushText(bench.bridge.url, OPENID, 'a');
      expect(pushed.verdict.kind).toBe(kind);
    });
  });
});
