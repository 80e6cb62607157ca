import { describe, expect, test } from 'vitest';
import { isSecret, sha256Of, signLog, signTokenCall } from '../../../adapters/zhichi/signature.ts';
import { readEntries, readForwarded } from '../../../adapters/zhichi/wire.ts';
import { readFields } from '../../../src/formats/fields.ts';
import {
  APP_ID,
  APP_KEY,
  attemptOf,
  CID,
  COMPANY,
  callback,
  callsOf,
  conversation,
  example,
  FORWARD_KEY,
  items,
  openDesk,
  PARTNER,
  paths,
  SECRET,
  sent,
  sentOf,
} from './desk.ts';

describe('the sign of the token call', () => {
  test('of the vendor’s sample is the sample’s', () => {
    expect(signTokenCall('1', '1569397773', '2')).toBe('258eec3118705112b2c53dc8043d4d34');
  });

  test('covers appid, seconds and key, in this order, in lower case', () => {
    const right = '64e6548c977df39f7665a5f4f313d6c0';
    expect(`${APP_ID}1700000000${APP_KEY}`).toHaveLength(56);
    expect(signTokenCall(APP_ID, '1700000000', APP_KEY)).toBe(right);
    expect(signTokenCall(APP_ID, '1700000000000', APP_KEY)).toBe('1967757f9c8d8292b1d5694d6b7bde86');
    expect(signTokenCall(APP_ID, APP_KEY, '1700000000')).toBe('855ed1487665c9595fea4c4bd7dc66e7');
    expect(right.toUpperCase()).toBe('64E6548C977DF39F7665A5F4F313D6C0');
  });

  test('is made when the call leaves', async () => {
    const desk = openDesk();
    await desk.say('你好');
    const [call] = callsOf(desk, 'token');
    expect(call).toMatchObject({ method: 'GET', name: '/api/get_token' });
    expect(call?.url).toBe(
      `https://www.sobot.com/api/get_token?appid=${APP_ID}&create_time=1700000000&sign=64e6548c977df39f7665a5f4f313d6c0`,
    );
  });
});

describe('the sign of the forwarding', () => {
  const right = { companyId: COMPANY, time: '1700000123456', random: '635' };

  test('covers company, milliseconds, random number and key', () => {
    expect(`${COMPANY}1700000123456635${FORWARD_KEY}`).toHaveLength(64);
    expect(signLog(right, FORWARD_KEY)).toBe('211fc91bfb57e339209f102572511806');
    expect(signLog({ ...right, time: '1700000123' }, FORWARD_KEY)).toBe('0dd451aaa658daa25685f5945c8bcbef');
    const swapped = { companyId: COMPANY, time: '635', random: '1700000123456' };
    expect(signLog(swapped, FORWARD_KEY)).toBe('e639e9678a027472bb76cc694c76cf65');
  });

  test('proves a forwarding, and a push that carries one', () => {
    const desk = openDesk({}, { replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY });
    desk.clock.now = 1_700_000_123_456;
    const headers = {
      'x-log-sign': '211fc91bfb57e339209f102572511806',
      'x-log-timestamp': '1700000123456',
      'x-log-randomcode': '635',
    };
    for (const part of [`forward-${SECRET}`, `push-${SECRET}`]) {
      expect(desk.push(callback({ type: 'msg', content: [] }, { part, headers })).kind).toBe('events');
      const wrong = { ...headers, 'x-log-sign': '0dd451aaa658daa25685f5945c8bcbef' };
      const refused = desk.push(callback({ type: 'msg', content: [] }, { part, headers: wrong }));
      expect(refused).toMatchObject({ kind: 'refused', reason: 'signature', answer: { status: 401 } });
    }
  });
});

describe('the secret in the address', () => {
  test('is compared by its hash', () => {
    expect(sha256Of(SECRET)).toBe('532a4d747784988a1ffebe7526b80c699f139353b857f1feb75f5de2470c6582');
    expect(isSecret(SECRET, SECRET)).toBe(true);
    expect(isSecret(SECRET.toLowerCase(), SECRET)).toBe(false);
    expect(isSecret('', SECRET)).toBe(false);
  });
});

describe('keys', () => {
  test('of a push with an id are its type and id', () => {
    const [event] = read(example);
    expect(event?.keys).toEqual(['202:5f3c0b7e9a2d4c61']);
  });

  test('of a push without one are the hash of its bytes', () => {
    const bytes = JSON.stringify(example);
    expect(Buffer.byteLength(bytes)).toBe(273);
    expect(sha256Of(bytes)).toBe('7a113eb0343d6d28b81acf1bb84961bb1686c95ae843cc4256bff39fdb627d87');
    const { msgId: _, ...rest } = example;
    const [event] = read(rest);
    expect(event?.keys).toEqual([sha256Of(JSON.stringify(rest))]);
    expect(event).not.toHaveProperty('vendorId');
  });

  test('of an entry of the record are made of all that it says', () => {
    const [, second] = readEntries(record.map((entry) => readFields(JSON.stringify(entry))!));
    expect(second?.key).toBe('ce1e8e76acca0a0e54d8631ea0bdaa17e4a03bb52564e42e1d6f8a5dfde3318d');
  });

  test('of a forwarded message are made of all that it says', () => {
    const forwarded = readForwarded(
      readFields(
        JSON.stringify({
          type: 'msg',
          content: [
            {
              cid: CID,
              companyid: COMPANY,
              timems: '1700000123456',
              senderid: 'ag01',
              sender_name: '小李',
              receiverid: 'v01',
              receiver_name: '微信用户',
              msg: '您好，请问有什么可以帮您？',
              sender_type: '2',
              receiver_type: '0',
              msg_offline: '0',
            },
          ],
        }),
      )!,
    );
    expect(forwarded).toMatchObject({
      kind: 'messages',
      entries: [{ key: 'b6dea17139adb47ab73791bf0308e97dfef763855f4e494ed7a3fd962c553e83', by: 'agent' }],
    });
  });

  function read(body: object) {
    const reading = openDesk().push(callback(body));
    return reading.kind === 'events' ? reading.events : [];
  }
});

/** The record of the example. */
const record = [
  {
    cid: CID,
    sender_type: 0,
    sender_name: '微信用户7f3a',
    receiver_type: 2,
    receiver_name: '小李',
    msg: '你好，智齿',
    msg_type: 0,
    t: '1700000100000',
    ts: '2023-11-15 06:15:00',
  },
  {
    cid: CID,
    sender_type: 2,
    sender_name: '小李',
    sender_face: 'https://img.example/a.png',
    receiver_type: 0,
    msg: '您好，请问有什么可以帮您？',
    msg_type: 0,
    t: '1700000123456',
    ts: '2023-11-15 06:15:23',
  },
];

describe('the bodies of calls', () => {
  test('that ask for an agent, and send a text, are those of the examples', async () => {
    const desk = openDesk({}, { groupId: 'b7d1' });
    await desk.forward([{ kind: 'text', text: '你好，智齿' }], {
      conversation: { ...conversation, context: 'pages/order/detail?id=9' },
    });
    const [connect] = callsOf(desk, 'connect');
    expect(sent(connect)).toEqual({
      partnerid: PARTNER,
      source: 10,
      groupid: 'b7d1',
      user_nick: '微信用户BC_1',
      params: '{"来源":"小程序 wx1a2b3c4d5e6f7a8b","页面":"pages/order/detail?id=9"}',
    });
    expect(connect).toMatchObject({
      method: 'POST',
      url: `https://www.sobot.com${paths.connect}`,
      headers: { token: 'token-1', 'content-type': 'application/json;charset=UTF-8' },
    });
    expect(connect?.headers).not.toHaveProperty('authorization');
    expect(callsOf(desk, 'send').map(({ body }) => body)).toEqual([
      `{"partnerid":"${PARTNER}","content":"你好，智齿","msg_type":"text"}`,
    ]);
  });

  test('that rate are those of the example', async () => {
    const desk = openDesk();
    const choice = { session: CID, option: { id: '5', label: '非常满意' } };
    await desk.adapter.rate!(choice, attemptOf(undefined));
    expect(sentOf(desk, 'rate')).toEqual([{ partnerid: PARTNER, type: 1, score: 5, comment_type: 0 }]);
  });

  test('that read the record name the visitor, and the session once it is known', async () => {
    const desk = openDesk({ record: items(record) }, { replies: 'record' });
    await desk.pull('record');
    await desk.say('你好');
    await desk.pull('record');
    expect(sentOf(desk, 'record')).toEqual([{ partnerid: PARTNER, from: 0 }, { cid: CID }]);
  });
});

test('the example of a push is read', () => {
  const reading = openDesk().push(callback(example));
  expect(reading).toMatchObject({
    kind: 'events',
    answer: {
      status: 200,
      type: 'application/json',
      body: '{"ret_code":"000000","ret_msg":"success"}',
    },
    events: [
      {
        kind: 'message',
        from: { role: 'agent', name: '小李', avatar: 'https://img.example/a.png' },
        parts: [{ kind: 'text', text: '您好，请问有什么可以帮您？' }],
        vendorId: '5f3c0b7e9a2d4c61',
        visitor: PARTNER,
        at: 1_700_000_123_456,
      },
    ],
  });
});
