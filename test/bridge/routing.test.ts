import { afterEach, expect, test } from 'vitest';
import { type PretendedQiyu, startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { type BridgeScene, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const keys = { appKey: 'qiyu-other-key', appSecret: 'F0E1D2C3B4A5968778695A4B3C2D1E0F' };

let scene: BridgeScene;
let other: PretendedQiyu;
afterEach(() => Promise.all([scene.close(), other.close()]));

async function open(routing: object) {
  other = await startQiyu(keys);
  scene = await openScene({
    wechatSettings: unjoined,
    helpdesks: (main) => ({ main, service: { adapter: 'qiyu', ...keys, baseUrl: other.url } }),
    tenant: { routing },
  });
  other.changeSettings({
    callbackUrl: `${scene.bridge.publicUrl}/callback/shop/service`,
    groups: [{ id: 5678, name: '售后', agentIds: other.agents.map(({ id }) => id) }],
  });
}

const write = (text: string) => scene.wechat.pushText(scene.pushUrl, visitor, text);

test('a rule leads a visitor to another helpdesk and its group, whose agent answers him', async () => {
  await open({ rules: [{ when: { keyword: ['退款'] }, helpdesk: 'service', group: 5678, moves: true }] });
  await write('你好');
  await scene.qiyu.nextMessage(({ text }) => text === '你好');
  await write('我要退款');
  await other.nextMessage(({ text }) => text === '我要退款');
  await write('订单一');
  await other.nextMessage(({ text }) => text === '订单一');
  expect(scene.qiyu.messages.all.map(({ text }) => text)).toEqual(['你好']);
  expect(other.applications.all.map(({ payload }) => payload)).toMatchObject([{ groupId: 5678 }]);
  const called = await other.agentSays(visitor, '马上处理');
  expect(called.verdict).toMatchObject({ kind: 'accepted' });
  await scene.wechat.nextSend(({ text }) => text === '马上处理');
});
