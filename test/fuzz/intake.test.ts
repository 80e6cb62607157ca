import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../chaos/random.ts';
import { preparePush } from '../../sandbox/vendors/wechat/prepared-push.ts';
import { fire } from './fire.ts';
import { accounts, type OpenTarget, openTarget } from './target.ts';

let target: OpenTarget;

beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

describe('the public listener under broken, forged and strange requests', () => {
  test('answers every one of 3000, and none with a fault of its own', async () => {
    const { findings, statuses } = await fire(target, { cases: 3000, seed: 1 });
    expect(findings).toEqual([]);
    // Platform events that mean trouble raise an alarm: some of the cases are such events.
    expect(target.errors.filter((event) => event !== 'alarm.raised')).toEqual([]);
    // The cases go deep enough: many are proved and taken, and many are refused for what they are.
    expect(statuses[200]).toBeGreaterThan(300);
    expect(statuses[400]).toBeGreaterThan(50);
    expect(statuses[401]).toBeGreaterThan(50);
    expect(statuses[403]).toBeGreaterThan(300);
  }, 60_000);

  test.each([...accounts])('still takes a sound push of %s afterwards', async (tenant, account) => {
    const message = {
      ToUserName: account.originalId,
      FromUserName: 'oFuzz1',
      MsgType: 'text',
      Content: '在吗？',
    };
    const { url, method, headers, body } = preparePush(
      account,
      { url: `${target.url}/wechat/${tenant}`, now: Date.now() },
      { message: { ...message, CreateTime: Math.floor(Date.now() / 1000), MsgId: 4711 } },
    );
    const answer = await fetch(url, { method, headers, body });
    expect([answer.status, await answer.text()]).toEqual([200, 'success']);
  });

  test('is fired at with the same cases by the same seed', async () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });
});
