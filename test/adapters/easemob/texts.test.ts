import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readChoice, readMenu, readRelated } from '../../../adapters/easemob/choice.ts';
import { toUnicodeEmoji } from '../../../adapters/easemob/emoji.ts';
import { keyOfMessageId, messageIdOf, messageUuidOf } from '../../../adapters/easemob/message-id.ts';
import { decodeBase32, encodeBase32, imNameOf } from '../../../adapters/easemob/names.ts';
import { readDegrees, readGrade } from '../../../adapters/easemob/rating.ts';
import { splitText } from '../../../adapters/easemob/split.ts';
import { completeUrl } from '../../../adapters/easemob/url.ts';
import { readFields } from '../../../src/formats/fields.ts';
import { KEY, UUID } from './desk.ts';

describe('an IM name', () => {
  test('tells openids apart although it has no capitals, and gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encodeBase32(bytes);
        expect(text).toMatch(/^[a-z2-7]*$/);
        expect(decodeBase32(text)).toEqual(Buffer.from(bytes));
      }),
    );
    for (const spoilt of ['A', '1', 'a', 'n5aueq27g1', 'n5aueq27gf'])
      expect(decodeBase32(spoilt)).toBeUndefined();
  });

  test('has at most 64 characters of those that are allowed', () => {
    const given = fc.record({
      visitor: fc.string({ unit: fc.constantFrom(...'oABCxyz019_-'), minLength: 1, maxLength: 64 }),
      imNames: fc.constantFrom('base32' as const, 'hash' as const),
      namePrefix: fc.constantFrom('wx-', 'wx12345678901234'),
    });
    fc.assert(
      fc.property(given, ({ visitor, ...settings }) => {
        const name = imNameOf(settings, { visitor, appid: 'wx1a2b3c4d5e6f7a8b' });
        expect(name).toMatch(/^[a-z0-9_.-]{1,64}$/);
        expect(name.startsWith(settings.namePrefix)).toBe(true);
      }),
    );
  });

  test('by hash depends on the account too', () => {
    const by = { imNames: 'hash', namePrefix: 'wx-' } as const;
    const [one, other] = ['wx1', 'wx2'].map((appid) => imNameOf(by, { visitor: 'oABC_1', appid }));
    expect(one).not.toBe(other);
    expect(one).toHaveLength(35);
  });
});

describe('the id of a message', () => {
  test('is its own, as a UUID, for the last piece, and leads back', () => {
    expect(messageIdOf(KEY, 2, true)).toBe(UUID);
    expect(keyOfMessageId(UUID)).toBe(KEY);
    expect(messageIdOf('m_1', 0, true)).toBe('m_1');
    expect(keyOfMessageId('m_1')).toBe('m_1');
  });

  test('is another for pieces before it, always the same, and leads nowhere', () => {
    const ids = [0, 1].map((piece) => messageIdOf(KEY, piece, false));
    expect(ids).toEqual([0, 1].map((piece) => messageIdOf(KEY, piece, false)));
    expect(new Set([...ids, UUID]).size).toBe(3);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(keyOfMessageId(id)).toBeUndefined();
    }
  });

  test('is a UUID whatever the key, where one is wanted', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(9), fc.boolean(), (key, piece, isLast) => {
        expect(messageUuidOf(key, piece, isLast)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      }),
    );
  });
});

describe('a text that is split', () => {
  test('is the text again when joined, in pieces that fit, with every character whole', () => {
    const limits = fc.record({
      maxBytes: fc.integer({ min: 12, max: 60 }),
      maxChars: fc.integer({ min: 2, max: 30 }),
    });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), limits, (whole, limit) => {
        const pieces = splitText(whole, limit);
        expect(pieces.join('')).toBe(whole);
        for (const piece of pieces) {
          expect(piece).not.toBe('');
          expect(piece.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(JSON.stringify(piece)) - 2).toBeLessThanOrEqual(limit.maxBytes);
          expect(piece.length).toBeLessThanOrEqual(limit.maxChars);
        }
      }),
    );
  });

  test('of 2401 bytes is two, and so is one of 1501 characters', () => {
    const limit = { maxBytes: 2400, maxChars: 1500 };
    const sizes = (text: string) => splitText(text, limit).map((piece) => Buffer.byteLength(piece));
    expect(sizes('好'.repeat(800))).toEqual([2400]);
    expect(sizes(`${'好'.repeat(800)}a`)).toEqual([2400, 1]);
    expect(sizes('a'.repeat(1501))).toEqual([1500, 1]);
    expect(sizes('👨‍👩‍👧'.repeat(200))).toEqual([2394, 1206]);
  });
});

describe('the helpdesk’s emoji', () => {
  test.each([
    ['[):]', '😊'],
    ['[:-o]', '😮'],
    ["a[:'(]b", 'a😭b'],
    ['[8o|][8-|]', '😬😆'],
    ['[(D)][(W)]', '👍🍂'],
    ['[不存在] [:] :)', '[不存在] [:] :)'],
  ])('%j is %j', (codes, emoji) => expect(toUnicodeEmoji(codes)).toBe(emoji));
});

describe('an address', () => {
  test.each([
    ['https://a.example/1', 'https://a.example/1'],
    ['http://a.example/1', 'http://a.example/1'],
    ['//a.example/1', 'https://a.example/1'],
    ['/files/1', 'https://kefu.easemob.com/files/1'],
    ['files/1', 'https://kefu.easemob.com/files/1'],
    ['javascript:alert(1)', undefined],
    ['data:image/png;base64,AAAA', undefined],
    ['ftp://a.example', undefined],
    ['https://a.example/a b', undefined],
    [undefined, undefined],
  ])('%j is %j', (url, whole) => expect(completeUrl(url, 'https://kefu.easemob.com')).toBe(whole));
});

describe('what a visitor may pick', () => {
  test('of a menu is answered by the item’s id', () => {
    const menu = readMenu(
      readFields(
        '{"title":"请选择","items":[{"id":"i:1","name":"退货"},{"id":7,"name":"换货"},{"name":"无"}]}',
      )!,
      undefined,
    );
    expect(menu).toMatchObject({ text: '请选择', options: [{ label: '退货' }, { label: '换货' }] });
    expect(menu?.options.map(({ id }) => readChoice(id))).toEqual([
      { msgtype: { choice: { menuid: 'i:1' } } },
      { msgtype: { choice: { menuid: '7' } } },
    ]);
  });

  test('of a guide is a skill group for texts', () => {
    const items = [
      { id: '1', name: '售后', queueId: 21, queueType: 'txt' },
      { id: '2', name: '视频', queueId: 22, queueType: 'video' },
    ];
    const choice = readFields(JSON.stringify({ title: '找谁', items }))!;
    const guide = readMenu(choice, 'transferManualGuide');
    expect(guide?.options.map(({ label }) => label)).toEqual(['售后']);
    expect(readChoice(guide?.options[0]?.id ?? '')).toEqual({
      msgtype: { mode: 'transferManualGuide', choice: { menuid: '1', queueId: '21', queueType: 'txt' } },
    });
  });

  test('of related questions is answered by all three ids', () => {
    const related = { ruleId: 'r', answerId: 'a', relatedRuleIds: ['x', 'y'], questions: ['一', '二', '三'] };
    const options = readRelated(readFields(JSON.stringify(related))!);
    expect(options.map(({ label }) => label)).toEqual(['一', '二']);
    expect(readChoice(options[1]?.id ?? '')).toEqual({
      msgtype: {
        choice: { relatedRuleClickActionData: '{"ruleId":"r","answerId":"a","relatedRuleId":"y"}' },
      },
    });
  });

  test('of another list leads nowhere', () => {
    for (const id of ['', '1', 'x:1', '%', 'm%']) expect(readChoice(id)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (id) => void readChoice(id)));
  });
});

describe('a rating', () => {
  const settings = {
    defaultDegrees: [
      { name: '好', level: 5 },
      { name: '差', level: 1 },
    ],
  };

  test('has the invitation’s degrees, best first, and all that an answer needs in each', () => {
    const args = readFields(
      JSON.stringify({
        inviteId: 4711,
        evaluationDegree: [
          { id: 105, level: 1, name: '差', score: 1 },
          { id: 101, level: 5, name: '好', score: 100 },
        ],
      }),
    )!;
    const degrees = readDegrees(args, settings);
    expect(degrees.map(({ label }) => label)).toEqual(['好', '差']);
    expect(readGrade(degrees[0]?.id ?? '')).toEqual({
      inviteId: 4711,
      degreeId: 101,
      level: 5,
      score: '100',
    });
  });

  test('has those of the settings where it brings none', () => {
    const degrees = readDegrees(readFields('{"inviteId":3}')!, settings);
    expect(degrees.map(({ id }) => readGrade(id))).toEqual([
      { inviteId: 3, level: 5, score: '5' },
      { inviteId: 3, level: 1, score: '1' },
    ]);
  });

  test('has no degree that could not be handed in', () => {
    const degrees = [0, 6, 4].map((level) => ({ id: level, level, name: `${level}`, score: level }));
    const args = readFields(JSON.stringify({ inviteId: 3, evaluationDegree: degrees }))!;
    expect(readDegrees(args, settings).map(({ label }) => label)).toEqual(['4']);
  });

  test('of another list is none', () => {
    for (const id of ['', '5', '1:2:6:5', 'a:1:5:5', '1:2:5:']) expect(readGrade(id)).toBeUndefined();
  });
});
