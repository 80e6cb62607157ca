import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decryptAnswer, encryptBody } from '../../../adapters/meiqia/cipher.ts';
import { authorizationOf, signPush, signWebhook } from '../../../adapters/meiqia/signature.ts';
import { readTime, writeTime } from '../../../adapters/meiqia/time.ts';
import { examplePush, exampleWebhook, pushOf, webhookOf } from './callbacks.ts';
import { APP_KEY, NOW, OPENID, openAdapter, SECRET_KEY, WEBHOOK_SECRET } from './desk.ts';

const KEY = 'k3bR7mQ2pX9wZ5tL';
const zero = { requestIv: 'zero', wrapBase64: false } as const;
const nobody = () => Promise.reject(new Error('never called'));

/** A body of `client/send_msg`, and what becomes of it. */
const plain =
  '{"browser_id":"17675910000000042","track_id":"2Fq7mXr0aBcDeFgHiJkLmNoPqRs","ent_id":"100001","type":"text","content":"你好，美洽"}';
const sealed =
  'AAAAAAAAAAAAAAAAAAAAAB76ud633Yw1nQb3T2ogKUhX5DY/f9LYnZF5wy6tkrilcaWWckZyVU91dsSuxx6ZXn7ZekoEOfk2RxunW/0D+uCHLZYI/eZP7axNQcASuj' +
  'vBze3r7b1vSa8zVTQ8kfdYFivJH+8RQu4J6qKRKW5Aw6ERR+d2RZuk+Xkj3W2FH/Ltfo9UIVHeOShfMPScN2/yCQ==';

const ret =
  'EBESExQVFhcYGRobHB0eH34VM/YxCX/Uu2CWzDrp67v2I4FgmeZcMJ1F3ZC8DE1X93qsOp9jDkk/42LwIzV95nEegKAH12vZVvZhtuvNQLzLZVVGqJqyVd' +
  'h3kEUZBJmrRLVb5s99Gm66H/BADT2inqmCJNwMgkAVhMJWP9la+Ciz+psyxQ8Z+HU1B4gM/iPfEwbebSrbYOkOnEjZVz5Z0IGNoGeU4ckM6Hu047XNRQNFmqiyoCmjk' +
  '9jp8xZHo4m8wdczcj58+4S6tKXLHR59UFp1LnPh+/K62QnRp7TOgQA=';
const opened =
  '{"success":true,"msg":{"id":5836210911,"conversation_id":904512377,"created_on":"2026-01-05T08:29:58.004211",' +
  '"content":"你好，美洽","content_type":"text","from_type":"client","type":"message"}}';

describe('the proof of a call', () => {
  test('names the app, the visitor and a time that is a minute ahead', () => {
    expect(authorizationOf(APP_KEY, '2Fq7mXr0aBcDeFgHiJkLmNoPqRs', NOW)).toBe(
      '3c1f0e5a9b7d4c2e8f6a1b0c9d8e7f60:2Fq7mXr0aBcDeFgHiJkLmNoPqRs:1767601858',
    );
  });
});

describe('the cipher', () => {
  test('gives the body of the example, block by block', () => {
    expect(Buffer.byteLength(plain)).toBe(135);
    expect(encryptBody(plain, KEY, zero)).toBe(sealed);
    const bytes = Buffer.from(sealed, 'base64');
    expect(bytes).toHaveLength(160);
    expect(bytes.subarray(16, 32).toString('hex')).toBe('1efab9deb7dd8c359d06f74f6a202948');
    expect(bytes.subarray(-16).toString('hex')).toBe('7e8f542151de39285f30f49c376ff209');
  });

  test('opens the answer of the example', () => {
    expect(decryptAnswer(ret, KEY)).toBe(opened);
  });

  test('breaks lines every 76 characters where Meiqia wants it so', () => {
    const wrapped = encryptBody(plain, KEY, { ...zero, wrapBase64: true }) ?? '';
    expect(wrapped.replaceAll('\n', '')).toBe(sealed);
    expect(wrapped.split('\n').map(({ length }) => length)).toEqual([76, 76, 64]);
  });

  test.each([16, 24, 32])('with a key of %i characters opens what it has closed', (length) => {
    const key = 'k3bR7mQ2pX9wZ5tLk3bR7mQ2pX9wZ5tL'.slice(0, length);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('zero', 'random'), (text, requestIv) => {
        const body = encryptBody(text.toWellFormed(), key, { requestIv, wrapBase64: false }) ?? '';
        expect(decryptAnswer(body, key)).toBe(text.toWellFormed());
      }),
    );
  });

  test('never throws, and opens nothing under another key', () => {
    expect(decryptAnswer(ret, 'L'.repeat(16))).not.toBe(opened);
    expect(decryptAnswer(ret, 'short')).toBeUndefined();
    expect(encryptBody(plain, 'short', zero)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 33 }), (text, key) => void decryptAnswer(text, key)),
    );
  });
});

describe('a push', () => {
  const { adapter } = openAdapter({}, nobody);
  const authorization = 'meiqia_sign:MTk2NzBlM2QwY2QxZTU2OGJiOTRjYzYyNTM3ZDkxYmJjODZkOTNmOA==';
  const wrongOnes = {
    'base64 of the digest itself': 'meiqia_sign:GWcOPQzR5Wi7lMxiU32Ru8htk/g=',
    'the same data in other bytes': 'meiqia_sign:NDk4Mzc2OWRjN2ZiMjY2Yjk2ZWI4NTViYTI4MGJiZjdlNjk4NzMyYw==',
  };
  const read = (header: string, body = examplePush) =>
    adapter.readCallback?.(pushOf(body, { headers: { authorization: header } }), NOW);

  test('is signed by the hex text of an HMAC-SHA1, in base64', () => {
    expect(Buffer.byteLength(examplePush)).toBe(398);
    expect(`meiqia_sign:${signPush(SECRET_KEY, Buffer.from(examplePush))}`).toBe(authorization);
    expect(authorization).toHaveLength(68);
    expect(Buffer.from(authorization.slice(12), 'base64').toString()).toBe(
      '19670e3d0cd1e568bb94cc62537d91bbc86d93f8',
    );
  });

  test('rings for the visitor, with or without padding', () => {
    const bell = { kind: 'bell', topic: 'stream', visitor: OPENID, answer: { status: 200, body: '' } };
    expect(read(authorization)).toMatchObject(bell);
    expect(read(authorization.replaceAll('=', ''))).toMatchObject(bell);
  });

  test.each(Object.entries(wrongOnes))('signed by %s is refused', (_name, header) => {
    expect(read(header)).toMatchObject({ kind: 'refused', answer: { status: 401, body: '' } });
  });

  test('printed anew is another text, with another signature', () => {
    const printed = JSON.stringify(JSON.parse(examplePush), null, 1);
    expect(Buffer.byteLength(printed)).toBe(441);
    expect(`meiqia_sign:${signPush(SECRET_KEY, Buffer.from(printed))}`).toBe(
      wrongOnes['the same data in other bytes'],
    );
    expect(read(authorization, printed)?.kind).toBe('refused');
  });
});

describe('a webhook', () => {
  test('is signed by SHA-1 of its text and the secret, in this order and without HMAC', () => {
    const body = Buffer.from(exampleWebhook);
    expect(body).toHaveLength(270);
    expect(signWebhook(WEBHOOK_SECRET, body)).toBe('b11246df5517b2efb0a10f6ddb0095e637563d73');
  });

  test.each(['d7c998cc04a4c9ec59a86ace0c7efe05824e1a2b', '8eaed4cf86023d9ae9dd426ca35d4c483403c948'])(
    'with %s is refused',
    (signature) => {
      const { adapter } = openAdapter({}, nobody);
      const request = webhookOf(exampleWebhook, { headers: { 'meiqia-signature': signature } });
      expect(adapter.readCallback?.(request, NOW)).toMatchObject({
        kind: 'refused',
        answer: { status: 401 },
      });
    },
  );

  test('tells that a conversation ended', () => {
    const { adapter } = openAdapter({}, nobody);
    expect(adapter.readCallback?.(webhookOf(exampleWebhook), 1_767_602_400_000)).toMatchObject({
      kind: 'events',
      answer: { status: 200, body: '' },
      events: [
        { kind: 'sessionEnded', session: '904512377', visitor: OPENID, at: 1_767_602_400_000, react: {} },
      ],
    });
  });
});

describe('times', () => {
  test('have no zone and are UTC; the last three digits are nothing to rely on', () => {
    expect(readTime('2026-01-05T08:30:12.120394')).toBe(Date.UTC(2026, 0, 5, 8, 30, 12, 120));
    expect(readTime('2026-01-05T08:30:12')).toBe(Date.UTC(2026, 0, 5, 8, 30, 12));
    expect(readTime('2026-01-05 08:30:12.1')).toBe(Date.UTC(2026, 0, 5, 8, 30, 12, 100));
    expect(writeTime(NOW)).toBe('2026-01-05T08:29:58.123000');
    for (const spoilt of ['', 'yesterday', '2026-13-45T99:99:99', undefined])
      expect(readTime(spoilt)).toBeUndefined();
  });

  test('that were written are read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
        expect(readTime(writeTime(ms))).toBe(ms);
      }),
    );
  });
});
