import { describe, expect, test } from 'vitest';
import { faultLines, good, read } from './made-up.ts';

const bell = '      bell: { adapter: bell, room: hall }\n';
const withRouting = (routing: string) => `${good}${bell}    routing: ${routing}\n`;
const withRule = (rule: string) => withRouting(`{ rules: [${rule}] }`);
const place = 'tenants.shop.routing';

describe('the routing of a tenant', () => {
  test('has its defaults', () => {
    expect(read(good)).toMatchObject({
      config: {
        tenants: [
          { routing: { timeZone: 'Asia/Shanghai', idleMs: 7_200_000, vipAttribute: 'vip', rules: [] } },
        ],
      },
    });
  });

  test('has rules with words in lower case, minutes, and ids as texts', () => {
    const when = "{ keyword: [' Refund'], time: [{ from: '09:30', to: '24:00', days: [sat] }] }";
    const loaded = read(
      withRule(`{ when: ${when}, helpdesk: bell, group: 5678, agent: a, priority: 3, moves: true }`),
    );
    expect(loaded).toMatchObject({
      config: {
        tenants: [
          {
            routing: {
              rules: [
                {
                  when: { keyword: ['refund'], time: [{ days: ['sat'], from: 570, to: 1440 }] },
                  helpdesk: 'bell',
                  routing: { group: '5678', agent: 'a', priority: 3 },
                  moves: true,
                },
              ],
            },
          },
        ],
      },
    });
  });
});

describe('a fail-over', () => {
  test('is off unless a time says after which', () => {
    expect(read(good)).not.toHaveProperty('config.tenants.0.routing.failoverAfterMs');
    expect(read(withRouting('{ failoverAfterSec: 300 }'))).toMatchObject({
      config: { tenants: [{ routing: { failoverAfterMs: 300_000 } }] },
    });
  });
});

describe('each fault of the routing says where it stands and what would be right', () => {
  test.each<[string, string, string]>([
    [
      'an unknown default',
      withRouting('{ default: mian }'),
      `${place}.default: expected one of the helpdesks main, bell; did you mean main?`,
    ],
    [
      'a rule for an unknown helpdesk',
      withRule('{ when: {}, helpdesk: sales }'),
      `${place}.rules[0].helpdesk: expected one of the helpdesks main, bell`,
    ],
    [
      'no time zone',
      withRouting('{ timeZone: Beijing }'),
      `${place}.timeZone: expected a time zone such as Asia/Shanghai`,
    ],
    [
      'too short a time',
      withRouting('{ idleSec: 1 }'),
      `${place}.idleSec: expected a whole number from 60 to 2592000, got 1`,
    ],
    [
      'a rule without conditions',
      withRule('{ helpdesk: bell }'),
      `${place}.rules[0].when: expected conditions such as { keyword: [退款] }, or {} for all (all of these must hold), got nothing`,
    ],
    [
      'an unknown condition',
      withRule('{ when: { keywords: [a] } }'),
      `${place}.rules[0].when.keywords: unknown setting; did you mean keyword?`,
    ],
    [
      'an unknown type',
      withRule('{ when: { type: [pictures] } }'),
      `${place}.rules[0].when.type[0]: expected one of text, image, voice, video, file, link, miniProgramPage, location, choice, unsupported, got pictures`,
    ],
    [
      'no word',
      withRule('{ when: { keyword: [] } }'),
      `${place}.rules[0].when.keyword: expected at least one entry, got an empty list`,
    ],
    [
      'a blank word',
      withRule("{ when: { keyword: [' '] } }"),
      `${place}.rules[0].when.keyword[0]: expected a text, got a blank one`,
    ],
    [
      'a word that is no list',
      withRule('{ when: { keyword: refund } }'),
      `${place}.rules[0].when.keyword: expected a list such as [a, b], got a text`,
    ],
    [
      'a time that is no list',
      withRule("{ when: { time: { from: '09:00' } } }"),
      `${place}.rules[0].when.time: expected a list such as [{ from: "18:00", to: "09:00" }], got named settings`,
    ],
    [
      'a helpdesk for a rule',
      withRouting('{ rules: [bell] }'),
      `${place}.rules[0]: expected a rule such as { when: { keyword: [退款] }, helpdesk: main }, got a text`,
    ],
    [
      'one rule that is no list',
      withRouting('{ rules: { when: {} } }'),
      `${place}.rules: expected a list such as [{ when: { keyword: [退款] }, helpdesk: main }], got named settings`,
    ],
    [
      'no time of day',
      withRule("{ when: { time: [{ from: '9:00' }] } }"),
      `${place}.rules[0].when.time[0].from: expected a time such as 09:30, got 9:00`,
    ],
    [
      'no length of time',
      withRule("{ when: { time: [{ from: '09:00', to: '09:00' }] } }"),
      `${place}.rules[0].when.time[0].to: expected another time than that of from`,
    ],
    [
      'no weekday',
      withRule('{ when: { time: [{ days: [monday] }] } }'),
      `${place}.rules[0].when.time[0].days[0]: expected one of mon, tue, wed, thu, fri, sat, sun, got monday`,
    ],
    [
      'a group that is no id',
      withRule('{ when: {}, group: [1] }'),
      `${place}.rules[0].group: expected the id of the group, a text or a whole number`,
    ],
    [
      'no priority',
      withRule('{ when: {}, priority: 11 }'),
      `${place}.rules[0].priority: expected a whole number from 0 to 10, got 11`,
    ],
  ])('%s', (_what, text, line) => {
    const lines = faultLines(text);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^c\.yaml:\d+: /);
    expect(lines[0]?.replace(/^c\.yaml:\d+: /, '')).toContain(line);
  });
});
