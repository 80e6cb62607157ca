import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, readKey } from '../../src/formats/envelope-cipher.ts';
import { signParts } from '../../src/formats/sorted-signature.ts';
import { writeAnswer } from '../../src/wechat/answer.ts';
import { readJson } from '../../src/wechat/json.ts';
import { createPushReader } from '../../src/wechat/push.ts';
import {
  ACCOUNT,
  APPID,
  getWith,
  KEY,
  NONCE,
  NOW,
  postWith,
  settingsWith,
  TIMESTAMP,
  TOKEN,
  VISITOR,
} from './account.ts';

const SIGNATURE = '591a16c718401d25f9a6332d92d201d5e8ec4a4d';

const json = {
  message:
    '{"ToUserName":"gh_0a1b2c3d4e5f","FromUserName":"oSim0000000000000000000user1","CreateTime":1700000000,"MsgType":"text","Content":"你好","MsgId":23637352235060881}',
  random: 'aaaabbbbccccdddd',
  encrypted:
    '1cdl0P8/syfHVd4zHv2lXWPxO+GXokt/5DyWuDDp9BklA044+wmoW97YDL8KUMSYrVqkW99sqp60uansDO/Bb3hzWyhULRI8MjkPwS8x0VwEukcZRj/iXLHoMyyfQosKaf234Y2E07BdfpvP3zUOblhk+EilWeOioY8Rfp+a0tT2KSj3tVgkY3T6+8YQTWPM5Sm4Culg/N3OdPL8ulSybJ1pdBYrjSyLVLSj5bpVTGllelVKJHjEQ51xeFCIf4zGGTbtokWcsBfQrBjPrUj30eZUw/Ck22BO8ujtwObK7L8=',
  signature: '9173d68b688e2078e6abab6d230e7381c3a54628',
};
const xml = {
  message:
    '<xml><ToUserName><![CDATA[gh_0a1b2c3d4e5f]]></ToUserName><FromUserName><![CDATA[oSim0000000000000000000user1]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>23637352235060881</MsgId></xml>',
  random: '1111222233334444',
  encrypted:
    'M+aFSuArn8aeLSuOqSejVnqJebTW5GYY57LbXlxXBKfKko0M4BuutZWlczMJPieRpauSWgxW2F9TdBNkwt7Tw7+rlOWKKRlDN4q5M9b+xgfVfM6soJMbL8th6TZCxHK8sVb8U9EmPj9pC6wuO+t1QL9EyVKTwk/xZSM3oR0lb0aDlg1YXTCGPkWHWxq6NARTkuUbe3CguwRG7eP/Jycw0xU02XUwM5Rr1IVo8qJcwmNr+X3XNsY5YGT0KbjsabQuqxKDomB1cp3fVFR21V6C3SkJ+FzFHSTWGdwaneZ8PV0fk47Ge5oTRxzLx+3W/eRMgQWBYhifjfOCNgW8185AGPJlb24GZ6eHRsLDlwOIyhTsONNm6oIuJhQjtV3rxgJedC/NdAGTBAcuyzYcsjqXcKKfXUwkLfhkbdk2iUJbX6Y=',
  signature: 'e44fd6bb2a575d05a1b73d7e6d85ac840ca4cf1d',
};
const answer = {
  random: '5555666677778888',
  encrypted:
    'Q14S6Ss+air4fpl5BGSa3GqUqVw3O/O2KTDr4rnlKKMf6FqoiqSdpamTZk4URvZyBjfmv0bR57Ijf0mYt5+wHvljBluz8fjsOZGeZB4So5km65Pkgky7UbRQWa1xXDQtx3/kWDAkDocBcWkgkUnEuzInzqM7fXzvlmLhIFyr83ufzAkE7mWf7zZbCKLMxEvYskH7hyKrTXsSv7t4lrzb4/pYrYMSIIY0w/ibH8hbqrxpMC7tX+mLfB/DZiUggRh3W0QT/Ndt0btEgzzco7THUFmvfxrMootjRBrNn0A25IuudAVgAbVIADYUq1fkvplJi5y5pbAJgAsGfGJSkMKzDF59cbWVxwobkmwef0F2Lo8mSqYP9lAZgpQAEviv/OaT',
  signature: 'd76a0a5ad80d12afbb7abb3bda00c313ab2ab8c3',
};

test('the address is verified by the sorted parts, and echoed', () => {
  expect(signParts([TOKEN, TIMESTAMP, NONCE])).toBe(SIGNATURE);
  const query = { signature: SIGNATURE, timestamp: TIMESTAMP, nonce: NONCE, echostr: 'echo123' };
  expect(createPushReader(settingsWith())(getWith(query), NOW)).toEqual({
    kind: 'challenge',
    echo: 'echo123',
  });
});

describe.each([
  ['JSON', json],
  ['XML', xml],
])('the encrypted %s push', (_format, example) => {
  const key = readKey(KEY);

  test('is signed over its Encrypt', () => {
    expect(signParts([TOKEN, TIMESTAMP, NONCE, example.encrypted])).toBe(example.signature);
  });

  test('is decrypted and encrypted to the byte', () => {
    const read = decrypt(example.encrypted, key, APPID);
    expect(read).toEqual({ kind: 'message', message: Buffer.from(example.message) });
    const random = Buffer.from(example.random);
    expect(encrypt(example.message, { key, receiver: APPID, random })).toBe(example.encrypted);
  });

  test('is read to a message with its 64-bit id', () => {
    const body =
      example === json
        ? JSON.stringify({ ToUserName: ACCOUNT, Encrypt: example.encrypted })
        : `<xml><ToUserName>${ACCOUNT}</ToUserName><Encrypt>${example.encrypted}</Encrypt></xml>`;
    const request = postWith(body, { timestamp: TIMESTAMP, nonce: NONCE, msg_signature: example.signature });
    expect(createPushReader(settingsWith())(request, NOW)).toMatchObject({
      kind: 'visitor',
      visitor: VISITOR,
      platformId: '23637352235060881',
      parts: [{ kind: 'text', text: '你好' }],
    });
  });
});

test('an encrypted transfer is the bytes of the example', () => {
  const written = writeAnswer(
    { kind: 'transfer' },
    {
      settings: settingsWith(),
      context: {
        visitor: VISITOR,
        account: ACCOUNT,
        nonce: NONCE,
        encrypted: true,
        format: 'xml',
        keyIndex: 0,
      },
      now: 1_700_000_001_999,
      random: () => Buffer.from(answer.random),
    },
  );
  expect(written.body).toBe(
    `<xml><Encrypt><![CDATA[${answer.encrypted}]]></Encrypt><MsgSignature><![CDATA[${answer.signature}]]></MsgSignature>` +
      `<TimeStamp>1700000001</TimeStamp><Nonce><![CDATA[1597212914]]></Nonce></xml>`,
  );
});

test('a bare 64-bit number keeps its digits, and the same digits within a text stay words', () => {
  const text = '{"MsgId":23637352235060881,"Content":"\\"MsgId\\":23637352235060881"}';
  expect(readJson(text)).toEqual({
    kind: 'fields',
    fields: { MsgId: '23637352235060881', Content: '"MsgId":23637352235060881' },
  });
  expect(JSON.parse(text).MsgId).not.toBe(23637352235060881n);
});
