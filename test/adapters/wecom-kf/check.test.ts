import { describe, expect, test } from 'vitest';
import { CallFailed } from '../../../src/ports/errors.ts';
import { appSettings, CORP, KF, openCompany } from './desk.ts';

const bound = async () => ({ errcode: 0, corpid: CORP });

async function check(
  company: Awaited<ReturnType<typeof openCompany>>,
): Promise<readonly (readonly [string, string])[]> {
  const findings = (await company.lent.adapter.check?.(new AbortController().signal)) ?? [];
  return findings.map(({ level, text }) => [level, text] as const);
}

const guess = ['warn', expect.stringMatching(/^to settle with a real company: /)];

describe('check', () => {
  test('finds what the hand-off needs, asks for nothing that anybody sees, and names the guesses', async () => {
    const company = await openCompany({}, {}, bound);
    const [accepted, binding, ...others] = await check(company);
    expect(accepted).toEqual(['ok', 'WeCom accepts corpid, secret and openKfid']);
    expect(binding).toEqual(['ok', 'the mini-program is bound to the company']);
    expect(others).toEqual([guess, guess, guess, guess, guess]);
    expect(company.lent.calls.map(({ name }) => name)).toEqual([
      '/cgi-bin/gettoken',
      '/cgi-bin/kf/account/list',
      '/cgi-bin/kf/servicer/list',
    ]);
  });

  test('says that the kf account is not managed by API', async () => {
    expect(await check(await openCompany({}, { isManaged: false }, bound))).toEqual([
      ['fatal', expect.stringContaining('not managed by API')],
    ]);
  });

  test('says that there is no such kf account', async () => {
    expect(await check(await openCompany({ openKfid: 'wkAnother' }, {}, bound))).toEqual([
      ['fatal', expect.stringContaining('no kf account wkAnother')],
    ]);
  });

  test.each([
    [
      [{ userid: 'zhangsan', name: '张三', status: 1 as const }],
      `no servicer of kf account ${KF} receives now`,
    ],
    [[], `kf account ${KF} has no servicers: nobody would take a chat`],
  ])('says that nobody would take a chat (%#)', async (members, text) => {
    expect(await check(await openCompany({}, { members }, bound))).toContainEqual(['warn', text]);
  });

  test('says that the mini-program is not bound, or that WeChat did not say', async () => {
    const unbound = await check(await openCompany({}, {}, async () => ({ errcode: 0 })));
    expect(unbound).toContainEqual(['warn', expect.stringContaining('not bound to this company')]);
    const unsaid = await openCompany({}, {}, async (path) => {
      throw new CallFailed(path, '48001');
    });
    expect(await check(unsaid)).toContainEqual(['warn', expect.stringContaining('(48001)')]);
  });

  test.each([
    ['a wrong secret', { secret: 'wrong' }, 'compare secret with the console'],
    ['a wrong company', { corpid: 'ww0000000000000000' }, 'compare corpid with the console'],
  ])('says %s', async (_name, given, text) => {
    const company = await openCompany(given);
    expect(await check(company)).toEqual([['fatal', expect.stringContaining(text)]]);
  });

  test('says that WeCom cannot be reached', async () => {
    const company = await openCompany();
    await company.wecom.switchOff();
    expect(await check(company)).toEqual([['fatal', expect.stringContaining('cannot be reached')]]);
  });

  test('finds the members who are to answer, in mode app', async () => {
    const company = await openCompany({ ...appSettings, app: { agents: ['zhangsan', 'nobody'] } });
    expect(await check(company)).toEqual([
      ['ok', 'WeCom accepts corpid and secret'],
      ['warn', 'member nobody is not in the visible range of the application (60111)'],
      guess,
      guess,
    ]);
  });
});
