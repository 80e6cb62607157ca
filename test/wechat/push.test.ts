import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../../src/ports/request.ts';
import { createPushReader } from '../../src/wechat/push.ts';
import {
  ACCOUNT,
  getWith,
  jsonBody,
  KEY,
  NONCE,
  NOW,
  OTHER_KEY,
  payload,
  plainPush,
  postWith,
  safePush,
  settingsWith,
  TIMESTAMP,
  TOKEN,
  VISITOR,
} from './account.ts';

const TEXT = payload('text.xml');
const plain = createPushReader(settingsWith({ mode: 'plain' }));
const safe = createPushReader(settingsWith());

function refused(step: string) {
  return { kind: 'refused', status: 403, step };
}

function withQuery(request: RawRequest, change: (query: URLSearchParams) => void): RawRequest {
  const query = new URLSearchParams(request.query);
  change(query);
  return { ...request, query };
}

describe('verification of the address', () => {
  const query = {
    signature: '591a16c718401d25f9a6332d92d201d5e8ec4a4d',
    timestamp: TIMESTAMP,
    nonce: NONCE,
    echostr: 'echo123',
  };

  test('is the same in every mode', () => {
    for (const read of [plain, safe]) expect(read(getWith(query), NOW)).toMatchObject({ kind: 'challenge' });
  });

  test.each(['signature', 'timestamp', 'nonce'])('is refused without %s', (name) => {
    const request = withQuery(getWith(query), (parameters) => parameters.delete(name));
    expect(safe(request, NOW)).toEqual(refused('signature'));
  });

  test.each(['', '<script>', 'a'.repeat(65)])('does not echo %j', (echostr) => {
    expect(safe(getWith({ ...query, echostr }), NOW)).toEqual(refused('echostr'));
  });

  test('is refused with another signature', () => {
    expect(safe(getWith({ ...query, signature: 'f'.repeat(40) }), NOW)).toEqual(refused('signature'));
  });
});

describe('a plain push', () => {
  test('is read', () => {
    expect(plain(plainPush(TEXT), NOW)).toMatchObject({ kind: 'visitor', visitor: VISITOR, writtenAt: NOW });
  });

  test('is refused in the modes compatible and safe, though its signature is good', () => {
    for (const mode of ['compatible', 'safe']) {
      const read = createPushReader(settingsWith({ mode }));
      expect(read(plainPush(TEXT), NOW)).toEqual(refused('encrypted body'));
      expect(read(safePush(TEXT), NOW)).toMatchObject({ kind: 'visitor' });
    }
  });

  test.each(['signature', 'timestamp', 'nonce'])('is refused without %s', (name) => {
    expect(
      plain(
        withQuery(plainPush(TEXT), (query) => query.delete(name)),
        NOW,
      ),
    ).toEqual(refused('signature'));
  });

  test('is refused if a parameter appears twice', () => {
    const request = withQuery(plainPush(TEXT), (query) => query.append('nonce', NONCE));
    expect(plain(request, NOW)).toEqual(refused('query'));
  });

  test('is refused with a foreign token', () => {
    expect(plain(plainPush(TEXT, { token: 'another1' }), NOW)).toEqual(refused('signature'));
  });

  test('is refused for another account', () => {
    expect(plain(plainPush(TEXT.replace(ACCOUNT, 'gh_ffffffffffff')), NOW)).toEqual(refused('account'));
  });

  test('is refused with a document type, but a visitor may write of one', () => {
    const declared = `<!DOCTYPE xml [<!ENTITY a "b">]>${TEXT}`;
    expect(plain(plainPush(declared), NOW)).toEqual(refused('document type'));
    expect(plain(plainPush(TEXT.replace('你好', '<!DOCTYPE html>')), NOW)).toMatchObject({ kind: 'visitor' });
  });

  test('that cannot be parsed is kept as unreadable, with one key for its repeat', () => {
    const first = plain(plainPush('<xml><Content>'), NOW);
    expect(first).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining('XML') });
    expect(plain(plainPush('<xml><Content>'), NOW)).toEqual(first);
    expect(plain(plainPush('{"a":'), NOW)).toMatchObject({ kind: 'unreadable' });
    expect(plain(plainPush(''), NOW)).toMatchObject({ kind: 'unreadable' });
  });

  test('needs its time to be near, on both sides', () => {
    const at = (seconds: number) => plain(plainPush(TEXT), NOW + seconds * 1000).kind;
    expect([at(-301), at(-300), at(300), at(301)]).toEqual(['refused', 'visitor', 'visitor', 'refused']);
    const anyTime = createPushReader(settingsWith({ mode: 'plain', pushMaxSkewSec: 0 }));
    expect(anyTime(plainPush(TEXT), NOW * 2).kind).toBe('visitor');
  });

  test('is read the same when it is repeated', () => {
    expect(plain(plainPush(TEXT), NOW + 15_000)).toEqual(plain(plainPush(TEXT), NOW));
  });
});

describe('an encrypted push', () => {
  test('is read in plain mode only if a key is there', () => {
    expect(plain(safePush(TEXT), NOW)).toMatchObject({ kind: 'visitor', context: { encrypted: true } });
    const keyless = createPushReader(settingsWith({ mode: 'plain', encodingAESKey: undefined }));
    expect(keyless(safePush(TEXT), NOW)).toEqual(refused('no key'));
  });

  test('gives what is encrypted, never the plain fields beside it', () => {
    const request = safePush(TEXT);
    const body = request.body
      .toString()
      .replace('<xml>', '<xml><Content>forged</Content><MsgType>text</MsgType>');
    const compatible = createPushReader(settingsWith({ mode: 'compatible' }));
    const reading = compatible({ ...request, body: Buffer.from(body) }, NOW);
    expect(reading).toMatchObject({ parts: [{ kind: 'text', text: '你好 &amp; <b>' }] });
  });

  test('is refused without msg_signature, whatever signature says', () => {
    const request = withQuery(safePush(TEXT), (query) => query.delete('msg_signature'));
    expect(safe(request, NOW)).toEqual(refused('msg_signature'));
  });

  test('needs no signature beside msg_signature', () => {
    expect(
      safe(
        withQuery(safePush(TEXT), (query) => query.delete('signature')),
        NOW,
      ),
    ).toMatchObject({ kind: 'visitor' });
  });

  test('is refused for another appid, with another key, and for another account inside', () => {
    expect(safe(safePush(TEXT, { appid: 'wx0000000000000000' }), NOW)).toEqual(refused('receiver'));
    expect(safe(safePush(TEXT, { key: OTHER_KEY }), NOW)).toEqual(refused('padding'));
    expect(safe(safePush(TEXT.replace(ACCOUNT, 'gh_ffffffffffff')), NOW)).toEqual(refused('account'));
  });

  test('is refused if Encrypt is no text', () => {
    expect(safe(plainPush('{"Encrypt":["a"]}'), NOW)).toEqual(refused('encrypted body'));
    expect(safe(plainPush('<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>'), NOW)).toEqual(
      refused('encrypted body'),
    );
  });

  test('is refused with a document type inside', () => {
    expect(safe(safePush(`<!DOCTYPE xml>${TEXT}`), NOW)).toEqual(refused('document type'));
  });

  test('that holds nonsense is proved, so it is unreadable', () => {
    expect(safe(safePush('nonsense'), NOW)).toMatchObject({ kind: 'unreadable' });
  });

  test('with any byte of its body changed is refused or reads as itself', () => {
    const request = safePush(jsonBody('"MsgType":"text","Content":"在吗","MsgId":1'));
    const original = safe(request, NOW);
    expect(original.kind).toBe('visitor');
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const body = Buffer.from(request.body);
        body[at]! ^= flip;
        const reading = safe({ ...request, body }, NOW);
        if (reading.kind !== 'refused') expect(reading).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});

describe('while the console is being changed', () => {
  const read = createPushReader(
    settingsWith({
      token: 'newToken1',
      previousTokens: [TOKEN],
      encodingAESKey: OTHER_KEY,
      previousEncodingAESKeys: [KEY],
    }),
  );

  test.each([
    [TOKEN, KEY, 1, 1],
    ['newToken1', KEY, 0, 1],
    [TOKEN, OTHER_KEY, 1, 0],
    ['newToken1', OTHER_KEY, 0, 0],
  ])('a push with token %s and key %s is read', (token, key, tokenIndex, keyIndex) => {
    expect(read(safePush(TEXT, { token, key }), NOW)).toMatchObject({ context: { tokenIndex, keyIndex } });
  });

  test('without the previous ones it is refused', () => {
    const strict = createPushReader(settingsWith({ token: 'newToken1', encodingAESKey: OTHER_KEY }));
    expect(strict(safePush(TEXT), NOW)).toEqual(refused('msg_signature'));
    expect(strict(safePush(TEXT, { token: 'newToken1' }), NOW)).toEqual(refused('padding'));
  });
});

test('other methods are refused', () => {
  expect(safe({ ...safePush(TEXT), method: 'PUT' }, NOW)).toEqual(refused('method'));
});

test('the format is told by the first byte, not by the content type', () => {
  const request = safePush(payload('text.json'));
  const reading = safe({ ...request, headers: { 'content-type': 'text/xml' } }, NOW);
  expect(reading).toMatchObject({ kind: 'visitor', context: { format: 'json' } });
});

test('bytes of no kind make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const kind = plain(plainPush(Buffer.from(bytes)), NOW).kind;
      expect(['unreadable', 'refused']).toContain(kind);
      expect(safe(postWith(Buffer.from(bytes), {}), NOW).kind).toBe('refused');
    }),
  );
});
