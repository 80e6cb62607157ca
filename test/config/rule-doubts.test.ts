import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFaults } from '../../src/config/faults.ts';
import { findRuleDoubts } from '../../src/config/rule-doubts.ts';
import type { Part } from '../../src/model/message.ts';
import type { Condition, Rule } from '../../src/model/routing.ts';
import { findRule } from '../../src/relay/rules.ts';
import { good, read } from './made-up.ts';

const bell = '      bell: { adapter: bell, room: hall }\n';

function warningsOf(routing: string): readonly string[] {
  const result = read(`${good}${bell}    routing: ${routing}\n`);
  return result.kind === 'config' ? formatFaults(result.warnings).split('\n').filter(Boolean) : ['faults'];
}

const rulesOf = (...rules: readonly string[]) =>
  warningsOf(`{ failoverAfterSec: 60, rules: [${rules.join(', ')}] }`);
const place = 'c.yaml:12: tenants.shop.routing.rules';

describe('check says of rules', () => {
  test.each<[string, readonly string[]]>([
    ['the same word', ['{ when: { keyword: [a] } }', '{ when: { keyword: [A] } }']],
    ['a longer word', ['{ when: { keyword: [ab] } }', '{ when: { keyword: [xaby] } }']],
    ['a narrower pattern', ["{ when: { page: ['pages/*'] } }", "{ when: { page: ['pages/a*'] } }"]],
    ['a further condition', ['{ when: { type: [image] } }', '{ when: { type: [image], keyword: [a] } }']],
    ['nothing asked', ['{ when: {} }', '{ when: { vip: 1 } }']],
    ['a higher level', ['{ when: { vip: 1 } }', '{ when: { vip: 2 } }']],
    [
      'a shorter time',
      [
        "{ when: { time: [{ from: '18:00', to: '09:00' }] } }",
        "{ when: { time: [{ from: '20:00', to: '24:00', days: [mon] }] } }",
      ],
    ],
    [
      'an attribute',
      ["{ when: { attributes: { a: ['x*'] } } }", '{ when: { attributes: { a: [xy], b: [z] } } }'],
    ],
  ])('that one is unreachable behind another: %s', (_what, rules) => {
    expect(rulesOf(...rules)).toEqual([`${place}[1]: unreachable: rules[0] holds whenever this one does`]);
  });

  test('by which name an earlier one goes', () => {
    expect(rulesOf('{ name: all, when: {} }', '{ when: { vip: 1 } }')[0]).toContain('rules[0] (all) holds');
  });

  test('that two have one word', () => {
    expect(rulesOf('{ when: { keyword: [a] } }', '{ when: { keyword: [b, a] } }')).toEqual([
      `${place}[1].when.keyword[1]: two rules for one word: rules[0] has it already`,
    ]);
  });

  test.each<[string, readonly string[]]>([
    ['another word', ['{ when: { keyword: [ab] } }', '{ when: { keyword: [a] } }']],
    ['a wider pattern', ["{ when: { page: ['a*'] } }", "{ when: { page: ['*'] } }"]],
    [
      'the time between',
      ["{ when: { time: [{ to: '12:00' }] } }", "{ when: { time: [{ from: '11:00' }] } }"],
    ],
    ['another day', ['{ when: { time: [{ days: [mon] }] } }', '{ when: { time: [{ days: [mon, tue] }] } }']],
    ['a session that goes on', ['{ when: { vip: 1 } }', '{ when: { vip: 1, keyword: [a] }, moves: true }']],
  ])('nothing, where the later one comes to its turn: %s', (_what, rules) => {
    expect(rulesOf(...rules)).toEqual([]);
  });

  test('that none leads to a helpdesk', () => {
    const text =
      'no rule leads here, it is not the default, and nothing fails over: it will have no conversation';
    expect(warningsOf('{}')).toEqual([`c.yaml:11: tenants.shop.helpdesks.bell: ${text}`]);
    expect(warningsOf('{ default: bell }')).toEqual([`c.yaml:8: tenants.shop.helpdesks.main: ${text}`]);
    expect(warningsOf('{ failoverAfterSec: 60 }')).toEqual([]);
  });
});

const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 3 });
const listOf = <Entry>(entry: fc.Arbitrary<Entry>) => fc.array(entry, { minLength: 1, maxLength: 2 });
const time = fc.record({
  days: listOf(fc.constantFrom('mon', 'tue', 'sun')),
  from: fc.constantFrom(0, 600, 1200),
  to: fc.constantFrom(300, 900, 1440),
});
const condition = fc.record(
  {
    keyword: listOf(letters),
    sessionFrom: listOf(fc.oneof(pattern, fc.constant('*vip=*'))),
    type: listOf(fc.constantFrom('text', 'image')),
    event: listOf(fc.constantFrom('SCAN', 'message')),
    vip: fc.nat({ max: 2 }),
    attributes: fc.record({ x: listOf(pattern) }),
    time: listOf(time),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Condition>; // constants forget that they are words
const ruleOf: fc.Arbitrary<Rule> = fc.record({
  when: condition,
  routing: fc.constant({}),
  moves: fc.boolean(),
});
const facts = fc.record({
  now: fc.integer({ min: 1_700_000_000_000, max: 1_700_604_800_000 }),
  timeZone: fc.constant('UTC'),
  brings: fc.constantFrom('message' as const, 'event' as const),
  parts: fc.oneof(
    letters.map((text): readonly Part[] => [{ kind: 'text', text }]),
    fc.constant<readonly Part[]>([{ kind: 'image', media: { id: 'x', from: {} } }]),
  ),
  event: fc.constantFrom(undefined, 'SCAN'),
  sessionFrom: fc.oneof(
    fc.constant(undefined),
    letters,
    fc.tuple(fc.nat({ max: 3 }), letters).map(([vip, x]) => `vip=${vip}&x=${x}`),
  ),
  vipAttribute: fc.constant('vip'),
});

test('a rule that is said to be unreachable never comes to its turn', () => {
  const property = fc.property(
    fc.array(ruleOf, { minLength: 2, maxLength: 4 }),
    facts,
    fc.boolean(),
    (rules, given, isHeld) => {
      const routing = { timeZone: 'UTC', idleMs: 1, vipAttribute: 'vip', rules };
      const profile = { signingKeys: [], tokenMaxMs: 1, rulesUse: 'all', labels: {} } as const;
      const tenant = { name: 'shop', wechat: null, helpdesks: [], notices: {}, routing, profile };
      const unreachable = findRuleDoubts(tenant)
        .filter(({ text }) => text.startsWith('unreachable'))
        .map(({ path }) => rules[Number(path.at(-1))]);
      const found = findRule(rules, given, isHeld);
      // While a session goes on, only what moves does anything.
      expect(unreachable.filter((rule) => rule === found && (!isHeld || rule?.moves))).toEqual([]);
    },
  );
  fc.assert(property, { numRuns: 2000 });
});
