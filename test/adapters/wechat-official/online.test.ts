import { describe, expect, test } from 'vitest';
import { NOW, openDesk, type Said } from './desk.ts';

const kfAccount = 'test1@gh';
const path = '/cgi-bin/customservice/getonlinekflist';
const list = (...accounts: readonly string[]): Said => ({
  kf_online_list: accounts.map((kf_account) => ({ kf_account, status: 1, kf_id: '1', accepted_case: 0 })),
});

async function look(said: Said, settings: object = { kfAccount }) {
  const desk = openDesk(() => said, { settings });
  const page = await desk.pull('online');
  const memory = desk.foldAll(page.outcome === 'page' ? page.events : []);
  const named = (ms = 0) => desk.adapter.handOver!.account!(memory, NOW + ms);
  return { ...desk, page, named };
}

describe('the agent who is to have all visitors', () => {
  test('is named while online', async () => {
    const { named, calls, page } = await look(list('other@gh', kfAccount));
    expect(calls).toEqual([{ path, body: undefined }]);
    expect(named()).toBe(kfAccount);
    expect(page).toMatchObject({ more: false, watch: [{ topic: 'online', afterMs: 60_000 }] });
  });

  test.each([
    ['offline', list('other@gh')],
    ['nobody knows who is online', { failed: '65400' }],
    ['the list cannot be read', { kf_list: 1 }],
  ])('is not named where %s', async (_what, said) => {
    expect((await look(said)).named()).toBeUndefined();
  });

  test('is not named once it was long ago that somebody looked', async () => {
    const { named } = await look(list(kfAccount));
    expect([named(119_999), named(120_000)]).toEqual([kfAccount, undefined]);
  });

  test('is looked for again after a failure, and what was known stands as long as it does', async () => {
    const { page } = await look({ failed: 'lost' });
    expect(page).toEqual({ outcome: 'later', code: 'lost', afterMs: 60_000 });
  });

  test('is nobody unless somebody is set, and in a mini-program', async () => {
    expect((await look(list(kfAccount), {})).calls).toEqual([]);
    const desk = openDesk(() => list(kfAccount), { settings: { kfAccount }, kind: 'miniprogram' });
    await desk.pull('online');
    expect(desk.calls).toEqual([]);
    expect(desk.adapter.handOver!.account!({ online: [kfAccount], at: NOW }, NOW)).toBeUndefined();
  });
});

describe('the start', () => {
  test.each([
    ['service', {}, ['records']],
    ['service', { kfAccount }, ['online', 'records']],
    ['subscription', { recordsPollSec: 0 }, []],
    ['miniprogram', { kfAccount }, []],
  ])('of a %s with %o looks at %o', async (kind, settings, topics) => {
    const { wake } = openDesk(undefined, { settings, kind });
    expect(await wake()).toEqual({
      outcome: 'accepted',
      watch: topics.map((topic) => ({ topic, afterMs: 0 })),
    });
  });
});
