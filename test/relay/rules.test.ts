import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClaims } from '../../src/formats/session-from.ts';
import type { Part } from '../../src/model/message.ts';
import { type Condition, fits, type Rule } from '../../src/model/routing.ts';
import { type Facts, findRule } from '../../src/relay/rules.ts';

const ruleOf = (when: Condition, name = ''): Rule => ({ name, when, routing: {}, moves: false });

const text = (words: string): Part => ({ kind: 'text', text: words });
/** A Tuesday, 22:13 UTC: in Shanghai it is Wednesday, 06:13. */
const now = 1_700_000_000_000;

function factsOf(change: Partial<Facts> = {}): Facts {
  return {
    now,
    timeZone: 'Asia/Shanghai',
    brings: 'message',
    parts: [text('hello')],
    vipAttribute: 'vip',
    ...change,
  };
}

const holds = (when: Condition, change: Partial<Facts> = {}, isHeld = false) =>
  findRule([ruleOf(when)], factsOf(change), isHeld) !== undefined;

const card: Part = { kind: 'miniProgramPage', title: 't', path: 'pages/order?id=1' };
const all = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

describe('a condition holds', () => {
  test.each<[string, Condition, Partial<Facts>]>([
    ['that asks for nothing', {}, {}],
    [
      'by a word in the text, whatever its case',
      { keyword: ['refund'] },
      { parts: [text('My REFUND please')] },
    ],
    ['by any of several words', { keyword: ['退款', '退货'] }, { parts: [text('我要退货')] }],
    [
      'by what was clicked on',
      { keyword: ['refund'] },
      { parts: [{ kind: 'choice', of: 'menu', option: { id: '1', label: 'Refund' } }] },
    ],
    ['by the type', { type: ['image', 'text'] }, {}],
    ['by the page of a card', { page: ['pages/order*'] }, { parts: [card] }],
    ['by the session-from', { sessionFrom: ['shop-*'] }, { sessionFrom: 'shop-1' }],
    ['by the event that opened the conversation', { event: ['SCAN'] }, { event: 'SCAN' }],
    ['by a message that opened it', { event: ['message'] }, {}],
    ['by the time of day', { time: [{ days: all, from: 6 * 60, to: 7 * 60 }] }, {}],
    ['by the weekday where the merchant is', { time: [{ days: ['wed'], from: 0, to: 1440 }] }, {}],
    ['in a night that began the day before', { time: [{ days: ['tue'], from: 1200, to: 400 }] }, {}],
    [
      'by the weekday of another time zone',
      { time: [{ days: ['tue'], from: 1320, to: 1440 }] },
      { timeZone: 'UTC' },
    ],
    ['by an attribute', { attributes: { city: ['上*'] } }, { sessionFrom: 'city=上海&x=1' }],
    ['by the VIP level', { vip: 3 }, { sessionFrom: '{"vip":3}' }],
    ['by a level above', { vip: 3 }, { sessionFrom: 'pages/a?vip=12' }],
    ['by a level of another name', { vip: 1 }, { sessionFrom: 'grade=2', vipAttribute: 'grade' }],
  ])('%s', (_what, when, change) => {
    expect(holds(when, change)).toBe(true);
  });
});

describe('a condition does not hold', () => {
  test.each<[string, Condition, Partial<Facts>]>([
    ['without the word', { keyword: ['refund'] }, {}],
    ['by a word in a card', { keyword: ['order'] }, { parts: [card] }],
    ['by another type', { type: ['image'] }, {}],
    ['by another page', { page: ['pages/order'] }, { parts: [card] }],
    ['without a session-from', { sessionFrom: ['*'] }, {}],
    ['by another event', { event: ['SCAN'] }, { event: 'session-enter' }],
    ['at another time', { time: [{ days: all, from: 7 * 60, to: 1440 }] }, {}],
    ['in a night that begins today', { time: [{ days: ['wed'], from: 1200, to: 400 }] }, {}],
    ['without the attribute', { attributes: { city: ['*'] } }, { sessionFrom: 'x=1' }],
    ['by an attribute of every object', { attributes: { constructor: ['*'] } }, { sessionFrom: '{"a":"1"}' }],
    ['without a VIP level', { vip: 0 }, { sessionFrom: 'vip=gold' }],
    ['where one of two does not', { keyword: ['hello'], type: ['image'] }, {}],
  ])('%s', (_what, when, change) => {
    expect(holds(when, change)).toBe(false);
  });
});

describe('of several rules', () => {
  test('the first that holds wins', () => {
    const rules = [ruleOf({ keyword: ['x'] }, 'x'), ruleOf({}, 'first'), ruleOf({}, 'second')];
    expect(findRule(rules, factsOf(), false)?.name).toBe('first');
  });
});

describe('while a session goes on', () => {
  const sessionFrom = 'vip=3';
  test.each<[string, Condition, Partial<Facts>, boolean]>([
    ['a word counts', { keyword: ['hello'] }, {}, true],
    ['what he came with before does not', { sessionFrom: ['*'] }, { sessionFrom }, false],
    ['nor does his level', { vip: 1 }, { sessionFrom }, false],
    ['but beside a word it does', { keyword: ['hello'], vip: 1 }, { sessionFrom }, true],
    ['what he comes with now counts', { vip: 1 }, { brings: 'event', parts: [], sessionFrom }, true],
    ['the time counts', { time: [{ days: all, from: 0, to: 1440 }] }, {}, true],
  ])('%s', (_what, when, change, expected) => {
    expect(holds(when, change, true)).toBe(expected);
  });
});

describe('the claims in a session-from', () => {
  test.each([
    ['', []],
    ['order', []],
    [
      '{"vip":3,"name":"李","list":[1],"none":null}',
      [
        ['vip', '3'],
        ['name', '李'],
        ['list', '1'],
      ],
    ],
    [
      'vip=3&city=%E4%B8%8A%E6%B5%B7',
      [
        ['vip', '3'],
        ['city', '上海'],
      ],
    ],
    ['pages/a?vip=3', [['vip', '3']]],
    ['{"vip":3', []],
  ])('%j', (sessionFrom, expected) => {
    expect([...readClaims(sessionFrom)]).toEqual(expected);
  });

  test('are read from any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (sessionFrom) => [...readClaims(sessionFrom)].length >= 0));
  });
});

describe('a pattern', () => {
  /** The same, in the words of a regular expression. */
  const likeRegExp = (pattern: string, of: string) => {
    const escaped = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${escaped.join('[^]*')}$`).test(of);
  };
  test('fits what a regular expression with .* for its stars fits', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    const of = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(short, of, (pattern, given) => fits(pattern, given) === likeRegExp(pattern, given)),
    );
  });
});
