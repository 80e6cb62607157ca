import { describe, expect, test } from 'vitest';
import { openDesk, type Said } from './desk.ts';

const agents = (...accounts: readonly string[]): Said => ({
  kf_list: accounts.map((kf_account) => ({ kf_account, kf_nick: 'a', kf_id: '1001' })),
});

async function check(said: Said, options: Parameters<typeof openDesk>[1] = {}) {
  const desk = openDesk(() => said, options);
  const findings = await desk.adapter.check!(new AbortController().signal);
  return { findings, calls: desk.calls };
}

describe('the check of an official account', () => {
  test('asks for its agents', async () => {
    const { findings, calls } = await check(agents('a@gh', 'b@gh'));
    expect(calls).toMatchObject([{ path: '/cgi-bin/customservice/getkflist' }]);
    expect(findings).toEqual([{ level: 'ok', text: expect.stringContaining('2 agent(s)') }]);
  });

  test.each([
    ['no agents', agents(), {}, 'fatal', /no agents/],
    ['not the agent who is set', agents('a@gh'), { kfAccount: 'b@gh' }, 'fatal', /no agent b@gh/],
    ['no customer-service function', { failed: '65400' }, {}, 'fatal', /not enabled/],
    ['no right to ask', { failed: '48001' }, {}, 'fatal', /48001/],
    ['no answer', { failed: 'lost' }, {}, 'warn', /lost/],
    ['an answer that nobody can read', { kf_list: 'x' }, {}, 'warn', /unreadable/],
  ] as const)('says that it has %s', async (_what, said, settings, level, text) => {
    const { findings } = await check(said, { settings });
    expect(findings).toEqual([{ level, text: expect.stringMatching(text) }]);
  });
});

describe('the check of a mini-program', () => {
  test('says what cannot be verified, and asks nothing', async () => {
    const { findings, calls } = await check({}, { kind: 'miniprogram' });
    expect(calls).toEqual([]);
    expect(findings.every(({ level }) => level === 'warn')).toBe(true);
    expect(findings.filter(({ text }) => text.includes('cannot be verified'))).toHaveLength(2);
  });

  test('says that nobody can be named', async () => {
    const { findings } = await check({}, { kind: 'miniprogram', settings: { kfAccount: 'a@gh' } });
    expect(findings.at(-1)?.text).toContain('kfAccount has no effect');
  });
});
