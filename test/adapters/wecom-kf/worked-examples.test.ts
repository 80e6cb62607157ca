import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../../adapters/wecom-kf/answer.ts';
import { readContent } from '../../../adapters/wecom-kf/content.ts';
import { wecomKfSettings } from '../../../adapters/wecom-kf/settings.ts';
import { readEntry } from '../../../adapters/wecom-kf/wire.ts';
import { readWords } from '../../../adapters/wecom-kf/words.ts';
import { seal, signEnvelope } from '../../../sandbox/vendors/wecom-kf/envelope.ts';
import { decrypt, encrypt, readKey } from '../../../src/formats/envelope-cipher.ts';
import { readFields } from '../../../src/formats/fields.ts';
import { signParts } from '../../../src/formats/sorted-signature.ts';
import { readXml } from '../../../src/formats/xml.ts';
import { CORP, KF, NOW, openCompany, requestOf, settings } from './desk.ts';

const parsed = wecomKfSettings.parse(settings);
const { token, encodingAESKey } = settings.callback;
const timestamp = '1700000000';
const nonce = '1597212914';

const challenge = {
  message: '6415276321842175213',
  random: Buffer.from('aaaabbbbccccdddd'),
  echostr: '1cdl0P8/syfHVd4zHv2lXWdpEXX7ZXgkeOcDj4N8I3OZj1iMVbX2d78WsIM/pn3kLvej6sMHuAGJvFRNLxP7Bg==',
  signature: '7b912f7aca730f78f51fba54f9a10038babf02f6',
};

const notification = {
  message:
    '<xml><ToUserName><![CDATA[ww1a2b3c4d5e6f7a8b]]></ToUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[ENCsimToken0001]]></Token><OpenKfId><![CDATA[wkSimAAAAkf0000000000000000000001]]></OpenKfId></xml>',
  random: Buffer.from('1111222233334444'),
  encrypted:
    'M+aFSuArn8aeLSuOqSejViLJ99/bOXKRJAqfS1W2jW58MVtAEeZuTioF6Zl6/AYiVzmzBnY8700bNbd9ZqO3sGXnQfbo89ZU5OjSeXjovjFOJKVfRk3zn0nXQqAIFbK7/aZyHZnOmlbKY0KVKww4Q93rwxFakizg9wuDpbVyqboRHm353z3iW0uNZOufVE6YydHSSuVDWj5ljZV4LVglcVTnID/Qk49pWGGvLWSfg/hYJcadboLm/DymIb8+Da7JzcJoYNkxLvOnJEyaUrGqUUbQpOttY9RfWJLxdzBEUNNZosSAK+fCQxG6y2wDxjYcLOvgWqTJwM4lngD6+s6H/hhD9kW3xuPNaExQTAiDH/nSX0frw0iZMIVrzUG5LFnWGzvDqHAzVy9kKfi0qnm+L2IvRCb9p7pZnjiSpe5e71vkT4X5VAoouZAH6HkuXT7ESyYdY9Gg+F4emyPzuLXk1A==',
  signature: 'c9a82b31916f4af4d961fd6fd9b24bc7f1b579f5',
};

/** The example gives the signature alone: it is over the ciphertext. */
const passiveReply = {
  message:
    '<xml><ToUserName><![CDATA[zhangsan]]></ToUserName><FromUserName><![CDATA[ww1a2b3c4d5e6f7a8b]]></FromUserName><CreateTime>1700000001</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ok]]></Content></xml>',
  signature: '497f9655640651159b3e0fcbba8e60be20855167',
};

describe('the cipher', () => {
  test.each([
    ['the verification of the address', challenge.message, challenge.random, challenge.echostr],
    ['a notification', notification.message, notification.random, notification.encrypted],
  ])(
    'of %s is that of the example, in both directions and in both hands',
    (_name, message, random, encrypted) => {
      const key = readKey(encodingAESKey);
      expect(encrypt(message, { key, receiver: CORP, random })).toBe(encrypted);
      expect(seal({ encodingAESKey, corpid: CORP }, message, random)).toBe(encrypted);
      const decrypted = decrypt(encrypted, key, CORP);
      expect(decrypted.kind === 'message' && decrypted.message.toString()).toBe(message);
    },
  );

  test('has the lengths of the example: 57 bytes and 7 of padding, 325 and 27', () => {
    const lengths = [challenge, notification].map(
      ({ message }) => 16 + 4 + Buffer.byteLength(message) + CORP.length,
    );
    expect(lengths).toEqual([57, 325]);
    expect(Buffer.from(challenge.echostr, 'base64')).toHaveLength(57 + 7);
    expect(Buffer.from(notification.encrypted, 'base64')).toHaveLength(325 + 27);
  });
});

describe('the signature', () => {
  test.each([
    ['the verification of the address', timestamp, challenge.echostr, challenge.signature],
    ['a notification', timestamp, notification.encrypted, notification.signature],
    [
      'a passive reply',
      '1700000001',
      seal({ encodingAESKey, corpid: CORP }, passiveReply.message, Buffer.from('aaaabbbbccccdddd')),
      passiveReply.signature,
    ],
  ])('of %s is that of the example', (_name, time, encrypted, signature) => {
    expect(signParts([token, time, nonce, encrypted])).toBe(signature);
    expect(signEnvelope([token, time, nonce, encrypted])).toBe(signature);
  });
});

describe('the address', () => {
  const query = (echostr: string) =>
    new URLSearchParams({ msg_signature: challenge.signature, timestamp, nonce, echostr });
  const answered = {
    kind: 'challenge',
    answer: { status: 200, type: 'text/plain', body: '6415276321842175213' },
  };

  test('is verified by the bare text', async () => {
    const { lent } = await openCompany();
    const request = requestOf({ query: query(challenge.echostr), body: Buffer.alloc(0) }, 'GET');
    expect(lent.adapter.readCallback?.(request, NOW)).toEqual(answered);
  });

  test('is verified as it stands in the URL of the example', async () => {
    const { lent } = await openCompany();
    const url =
      'echostr=1cdl0P8%2FsyfHVd4zHv2lXWdpEXX7ZXgkeOcDj4N8I3OZj1iMVbX2d78WsIM%2Fpn3kLvej6sMHuAGJvFRNLxP7Bg%3D%3D';
    const parsed = new URLSearchParams(
      `msg_signature=${challenge.signature}&timestamp=${timestamp}&nonce=${nonce}&${url}`,
    );
    const request = requestOf({ query: parsed, body: Buffer.alloc(0) }, 'GET');
    expect(lent.adapter.readCallback?.(request, NOW)).toEqual(answered);
  });

  test('is verified where a plus came as a space', async () => {
    const { lent } = await openCompany();
    const sealed = seal({ encodingAESKey, corpid: CORP }, '42', Buffer.from('+>?~+>?~+>?~+>?~'));
    const signature = signParts([token, timestamp, nonce, sealed]);
    const spaced = new URLSearchParams({
      msg_signature: signature,
      timestamp,
      nonce,
      echostr: sealed.replaceAll('+', ' '),
    });
    const request = requestOf({ query: spaced, body: Buffer.alloc(0) }, 'GET');
    expect(lent.adapter.readCallback?.(request, NOW)).toMatchObject({ answer: { body: '42' } });
  });
});

test('the notification of the example rings for its kf account, with its token', async () => {
  const { lent } = await openCompany();
  const body = Buffer.from(
    `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><Encrypt><![CDATA[${notification.encrypted}]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>`,
  );
  const query = new URLSearchParams({ msg_signature: notification.signature, timestamp, nonce });
  expect(lent.adapter.readCallback?.(requestOf({ query, body }), NOW)).toMatchObject({
    kind: 'bell',
    topic: KF,
    note: 'ENCsimToken0001',
  });
});

test('the answer of gettoken is read, with or without its code', () => {
  const answer = (body: string) =>
    readAnswer(
      { kind: 'answer', status: 200, headers: {}, body: Buffer.from(body) },
      { now: NOW, mayOmitCode: true },
    );
  const full = '{"errcode":0,"errmsg":"ok","access_token":"accesstoken000001","expires_in":7200}';
  expect(answer(full)).toMatchObject({ kind: 'ok', fields: { access_token: 'accesstoken000001' } });
  expect(answer('{"access_token":"accesstoken000001","expires_in":7200}').kind).toBe('ok');
});

test('the message of the example of sync_msg is a customer’s, who clicked', () => {
  const fields = readFields(
    '{"msgid":"from_msgid_4622416642169452483","open_kfid":"wkSim","external_userid":"wmSimA","send_time":1700000001,"origin":3,"msgtype":"text","text":{"content":"hello","menu_id":"101"}}',
  );
  const entry = readEntry(fields ?? {});
  expect(entry).toMatchObject({
    id: 'from_msgid_4622416642169452483',
    at: 1_700_000_001_000,
    what: { kind: 'message', external: 'wmSimA', servicer: undefined, type: 'text' },
  });
});

test('the member’s message of the example is read, its id to the digit', () => {
  const reading = readXml(
    '<xml><ToUserName><![CDATA[ww]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1348831860</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[#K7 好的]]></Content><MsgId>1234567890123456</MsgId><AgentID>1000002</AgentID></xml>',
  );
  expect(reading.kind === 'fields' && readWords(reading.fields, NOW)).toEqual({
    id: '1234567890123456',
    agent: 'zhangsan',
    at: 1_348_831_860_000,
    said: { kind: 'text', text: '#K7 好的' },
  });
});

/** Fields of the table of message types. */
test.each([
  ['text', { content: '你好' }, [{ kind: 'text', text: '你好' }]],
  [
    'location',
    { latitude: '30.5', longitude: 120.25, name: '店', address: '路' },
    [{ kind: 'location', latitude: 30.5, longitude: 120.25, label: '店 路' }],
  ],
  [
    'link',
    { title: '商品', desc: '新', url: 'https://shop.example/1', pic_url: 'https://shop.example/1.png' },
    [
      {
        kind: 'link',
        title: '商品',
        description: '新',
        url: 'https://shop.example/1',
        pictureUrl: 'https://shop.example/1.png',
      },
    ],
  ],
  [
    'miniprogram',
    { title: '店铺', appid: 'wx1', pagepath: 'pages/shop.html', thumb_media_id: 'm' },
    [{ kind: 'miniProgramPage', title: '店铺', path: 'pages/shop.html', appid: 'wx1' }],
  ],
  [
    'msgmenu',
    {
      head_content: '请选择',
      list: [{ type: 'click', click: { id: '1', content: '退货' } }],
      tail_content: '谢谢',
    },
    [{ kind: 'text', text: '请选择\n退货\n谢谢' }],
  ],
  [
    'channels_shop_product',
    { product_id: '9', title: '杯子', sales_price: '1990', shop_nickname: '店' },
    [{ kind: 'unsupported', vendorKind: 'channels_shop_product', text: '[商品] 杯子\n¥19.90\n店\n9' }],
  ],
  [
    'merged_msg',
    {
      title: '记录',
      item: [
        {
          send_time: 1,
          msgtype: 'text',
          sender_name: '甲',
          msg_content: '{"msgtype":"text","text":{"content":"早"}}',
        },
      ],
    },
    [{ kind: 'unsupported', vendorKind: 'merged_msg', text: '[聊天记录] 记录\n甲：早' }],
  ],
  [
    'business_card',
    { userid: 'lisi' },
    [{ kind: 'unsupported', vendorKind: 'business_card', text: '[名片] lisi' }],
  ],
  ['meeting', {}, [{ kind: 'unsupported', vendorKind: 'meeting' }]],
  ['constructor', {}, [{ kind: 'unsupported', vendorKind: 'constructor' }]],
])('a message of type %s is read', (type, content, parts) => {
  expect(
    readContent(type, readFields(JSON.stringify(content)) ?? {}, { id: 'm1', settings: parsed }),
  ).toEqual(parts);
});
