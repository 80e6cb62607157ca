import { describe, expect, test } from 'vitest';
import type { Delivery, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { openCore } from './core.ts';
import { CUSTOMER, conversation, KF, openCompany } from './desk.ts';

const paths = {
  get: '/cgi-bin/kf/service_state/get',
  trans: '/cgi-bin/kf/service_state/trans',
  send: '/cgi-bin/kf/send_msg',
} as const;

/** The reaction to a customer's first words, up to its end, where one call meets an error again and again. */
async function routeWith(errcode: number, at: keyof typeof paths): Promise<Delivery | undefined> {
  const { wecom, core, lent } = await open();
  await wecom.people.customerSays(CUSTOMER, '你好');
  const event: VendorEvent = {
    kind: 'recorded',
    from: { role: 'visitor' },
    parts: [],
    keys: ['m1'],
    at: 0,
    react: {},
    extra: { deed: { kind: 'route', openKfid: KF, external: CUSTOMER } },
  };
  // `send_msg` begins `send_msg_on_event` too.
  wecom.fail({ errcode, path: paths[at], times: Number.POSITIVE_INFINITY });
  const memory = { conversation: core.memory(), helpdesk: undefined };
  const base = { key: 'r_1', signal: new AbortController().signal, conversation, memory };
  let progress = null;
  for (let number = 1; number < 20; number += 1) {
    const delivery = await lent.adapter.react?.(event, { ...base, number, progress });
    if (delivery?.outcome !== 'more') return delivery;
    progress = JSON.parse(JSON.stringify(delivery.progress));
  }
  throw new Error('expected a reaction that ends');
}

/** The visitor has come, and was not welcomed yet. */
async function open() {
  const company = await openCompany({ handoff: { transcriptVia: ['chat'] } });
  company.wecom.people.isSilent = true;
  const core = openCore(company);
  await core.visitorSays('在吗');
  await company.wecom.people.enter(CUSTOMER, core.cardLink());
  await core.pull();
  return { ...company, core };
}

const patient = { outcome: 'later', because: 'vendor' } as const;
const alarming = { ...patient, alarm: expect.any(String) };

describe('a customer’s first words', () => {
  test.each([
    [-1, 'get', patient],
    [-1, 'trans', patient],
    [-1, 'send', patient],
    [45009, 'trans', patient],
    [45033, 'send', patient],
    [40001, 'trans', alarming],
    [48002, 'get', alarming],
    [60011, 'trans', alarming],
    [60020, 'get', alarming],
    [95000, 'get', alarming],
    [95003, 'send', alarming],
    [95004, 'send', alarming],
    [95011, 'trans', alarming],
    [95012, 'trans', alarming],
    [95017, 'send', alarming],
    [40096, 'get', { outcome: 'refused' }],
    [84061, 'trans', { outcome: 'refused' }],
    // Rather no transcript than no agent.
    [40201, 'send', { outcome: 'accepted' }],
    [45002, 'send', { outcome: 'accepted' }],
    // The chat moved, again and again: it is not asked for ever.
    [95013, 'trans', { outcome: 'refused', code: 'state' }],
    [95016, 'trans', { outcome: 'refused', code: 'state' }],
    [95018, 'send', { outcome: 'refused', code: 'state' }],
    [95002, 'send', { outcome: 'refused', code: 'state' }],
    // The five messages are used up; the chat goes to the pool all the same.
    [95001, 'send', { outcome: 'accepted' }],
  ] as const)('that meet %i at %s end as they should', async (errcode, at, delivery) => {
    expect(await routeWith(errcode, at)).toMatchObject(delivery);
  });
});

test.each([
  [41050, 'refused'],
  [41051, 'refused'],
  [95018, 'refused'],
  [-1, 'later'],
])('a welcome that meets %i is %s', async (errcode, outcome) => {
  const { wecom, lent, core, clock } = await open();
  wecom.fail({ errcode, path: '/cgi-bin/kf/send_msg_on_event' });
  const event: VendorEvent = {
    kind: 'noted',
    keys: ['w1'],
    at: clock.now,
    extra: {
      deed: {
        kind: 'enter',
        openKfid: KF,
        external: CUSTOMER,
        ref: 'h1',
        code: 'CODE',
        until: clock.now + 20_000,
      },
    },
  };
  const company = await openCompany({ baseUrl: wecom.url });
  company.lent.past.push(...lent.past);
  const memory = { conversation: core.memory(), helpdesk: undefined };
  const context = {
    key: 'r_1',
    number: 1,
    signal: new AbortController().signal,
    conversation,
    memory,
    progress: 'bound',
  };
  const delivery = await company.lent.adapter.react?.(event, context);
  expect(delivery?.outcome).toBe(outcome);
  expect(lent.lines.join()).not.toContain('在吗');
});
