import { afterEach, describe, expect, test } from 'vitest';
import { startRedis } from '../redis/pretended-redis.ts';
import { type BridgeScene, linesOf, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

async function openWith(cache: string): Promise<BridgeScene> {
  const scene = await openScene({ config: { cache }, wechatSettings: unjoined });
  open.push(scene);
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  return scene;
}

async function answer({ wechat, qiyu }: BridgeScene, text: string): Promise<void> {
  await qiyu.agentSays(visitor, text);
  await wechat.nextSend((send) => linesOf(send).includes(text), 60_000);
}

const tokenCalls = ({ wechat }: BridgeScene) =>
  wechat.requests.all.filter(({ path }) => path === '/cgi-bin/stable_token').length;

describe('a token that is kept', () => {
  test('in the store is there after a restart', async () => {
    const scene = await openWith('store');
    await answer(scene, '在');
    await scene.bridge.kill();
    await scene.restart();
    await answer(scene, '还在');
    expect(tokenCalls(scene)).toBe(1);
  }, 90_000);

  test('in Redis is there after a restart, and good while Redis is away', async () => {
    const redis = await startRedis({ password: 'sesame' });
    open.push(redis);
    const scene = await openWith(`redis://:sesame@127.0.0.1:${redis.port}`);
    await answer(scene, '在');
    await scene.bridge.kill();
    await scene.restart();
    await answer(scene, '还在');
    expect(tokenCalls(scene)).toBe(1);
    await redis.goAway();
    await answer(scene, '一直在');
    expect(tokenCalls(scene)).toBe(1);
  }, 90_000);
});
