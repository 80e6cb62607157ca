import { expect, onTestFinished, test } from 'vitest';
import { openChannel } from './open-channel.ts';

const { signal } = new AbortController();

async function findingsOf(given: Parameters<typeof openChannel>[0] = {}) {
  const { channel, close } = await openChannel(given);
  onTestFinished(close);
  return channel.check(signal);
}

const resting = [{ userid: 'zhangsan', name: '张三', status: 1 }] as const;

test('an account that the API manages, and nobody else, is fine', async () => {
  const findings = await findingsOf({ options: { members: resting } });
  expect(findings[0]).toEqual({ level: 'ok', text: 'WeCom accepts corpid, secret and openKfid' });
  expect(findings.slice(1).every(({ text }) => text.startsWith('to settle with a real company'))).toBe(true);
});

test('servicers who receive are warned of, as they would be given the visitors', async () => {
  const findings = await findingsOf();
  expect(findings).toContainEqual({ level: 'warn', text: expect.stringContaining('95018') });
});

test.each<[string, Parameters<typeof openChannel>[0], string]>([
  ['an account that the API does not manage', { options: { isManaged: false } }, '95018'],
  ['an account of somebody else', { settings: { openKfid: 'wkSomebodyElse' } }, '通过API管理微信客服账号'],
  ['a wrong secret', { settings: { secret: 'guessed' } }, '40001'],
  ['a wrong company', { settings: { corpid: 'wwffffffffffffffff' } }, '40013'],
])('%s is fatal', async (_what, given, told) => {
  expect(await findingsOf(given)).toEqual([{ level: 'fatal', text: expect.stringContaining(told) }]);
});
