import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, linesRead, openScene } from '../bridge/scene.ts';
import { lineOf, unhurried } from './scenes.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene({
    ...unhurried,
    // Nothing is called back twice, and no answer is too late for it.
    qiyu: { ...unhurried.qiyu, maxCallbackTries: 1, greeting: '' },
    config: { network: { allowPrivate: [] } },
  });
});
afterAll(() => scene.close());

const timesSent = (words: string) => linesRead(scene.wechat).filter((line) => line === words).length;

/** What was called back before has been dealt with when this has arrived. */
async function sayLast(words: string): Promise<void> {
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  await scene.qiyu.agentSays(visitor, words);
  await scene.wechat.nextSend(({ text = '' }) => text.endsWith(words));
}

// The helpdesk calls once; whoever is slow then, or not there a moment later, has lost it.
describe('a callback that comes only once', () => {
  test('is answered at once without a byte while WeChat is away, and outlives the process', async () => {
    await sayLast('认识了');
    await scene.wechat.switchOff('unavailable');
    const called = await scene.qiyu.agentSays(visitor, '只说一遍');
    expect(called).toMatchObject({ tries: 1, status: 200, answer: '', verdict: { kind: 'accepted' } });
    await scene.bridge.kill();
    await scene.wechat.switchOn();
    await scene.restart();
    await scene.wechat.nextSend(({ text }) => text === '只说一遍');
    await sayLast('然后');
    expect(timesSent('只说一遍')).toBe(1);
  });

  test('is one message, however often the helpdesk repeats it under load', async () => {
    await scene.wechat.switchOff('unavailable');
    const called = await scene.qiyu.agentSays(visitor, '别重复');
    const repeats = await Promise.all(Array.from({ length: 20 }, () => scene.qiyu.repeat(called)));
    expect(new Set(repeats.map(({ verdict }) => verdict.kind))).toEqual(new Set(['accepted']));
    await scene.wechat.switchOn();
    await sayLast('好了');
    expect(timesSent('别重复')).toBe(1);
  });
});

// Callbacks that nobody proved: whoever knew the address could speak to visitors in the agents' name.
describe('a callback that is not proved', () => {
  const body = (content: string) => ({ uid: visitor, content, msgType: 'TEXT', msgId: content, staffId: 1 });

  test.each([
    ['has no checksum', { query: { checksum: null } }, 'query'],
    ['is signed with another secret', { appSecret: 'another-secret' }, 'checksum'],
    ['was changed on the way', { body: JSON.stringify(body('改过了')) }, 'checksum'],
    ['was recorded an hour ago', { time: Math.floor(Date.now() / 1000) - 3600 }, 'time'],
  ])('because it %s is refused, and the log says why', async (_why, forgery, reason) => {
    const forged = await scene.qiyu.forge('MSG', body('冒充的'), forgery);
    expect(forged).toMatchObject({ status: 401, answer: '' });
    await lineOf(scene.bridge, (line) => line.msg === 'callback.refused' && line.reason === reason);
    await sayLast(`真的（${reason}）`);
    expect([timesSent('冒充的'), timesSent('改过了')]).toEqual([0, 0]);
  });

  test('is the only kind that is refused: the same words signed with the documented secret pass', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
    expect((await scene.qiyu.forge('MSG', body('真的'), {})).verdict).toEqual({ kind: 'accepted' });
    await scene.wechat.nextSend(({ text }) => text === '真的');
  });
});

test('a callback without end is refused, and the next one is read', async () => {
  await scene.qiyu.forge('MSG', 'x'.repeat(3 * 1024 * 1024), {});
  await lineOf(scene.bridge, ({ msg, reason }) => msg === 'callback.refused' && reason === 'too long');
  await sayLast('还活着');
});

// Whoever may name a picture's address could make the server fetch what only it can reach.
test('a picture at an internal address is not fetched: the visitor gets a line in its place', async () => {
  let visits = 0;
  const secrets = createServer((_request, response) => {
    visits += 1;
    response.end('credentials');
  }).listen(0, '127.0.0.1');
  await once(secrets, 'listening');
  const { port } = secrets.address() as AddressInfo; // it listens on a port
  await scene.wechat.pushText(scene.pushUrl, visitor, '有图吗');
  await scene.qiyu.agentSends(visitor, 'PICTURE', {
    url: `http://127.0.0.1:${port}/latest/meta-data`,
    size: 1,
  });
  await scene.wechat.nextSend(({ text = '' }) => text.startsWith('[图片]'));
  secrets.close();
  expect(visits).toBe(0);
});

// The bridge's own writes came back as an agent's message, or were told from one by their words.
describe('an echo', () => {
  test('of what the visitor wrote is not sent back to him', async () => {
    await scene.qiyu.push('CLIENT_MESSAGE', { uid: visitor, content: '回声', msgType: 'TEXT', msgId: 'e1' });
    await sayLast('没有回声');
    expect(timesSent('回声')).toBe(0);
  });

  test('is not told by its words: an agent may write what the visitor wrote', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '好的');
    await scene.qiyu.nextMessage(({ text }) => text === '好的');
    await scene.qiyu.agentSays(visitor, '好的');
    await scene.qiyu.agentSays(visitor, '好的');
    await sayLast('再见');
    expect(timesSent('好的')).toBe(2);
  });
});
