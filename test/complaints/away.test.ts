import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BridgeScene, openScene } from '../bridge/scene.ts';
import { lineOf, unhurried } from './scenes.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene({
    qiyu: { ...unhurried.qiyu, greeting: '' },
    helpdeskSettings: unhurried.helpdeskSettings,
    wechatSettings: { onUnknown: 'ask' },
  });
});
afterAll(() => scene.close());

const forwarded = () => scene.qiyu.messages.all.map(({ text }) => text);
const sent = () => scene.wechat.sends.all.map(({ text }) => text);

// While the bridge was away, messages were gone: WeChat repeats for about fifteen seconds only.
test('what is written while the bridge restarts arrives once: it is back before WeChat’s last repeat', async () => {
  await scene.wechat.pushText(scene.pushUrl, visitor, '之前');
  await scene.qiyu.nextMessage(({ text }) => text === '之前');
  await scene.bridge.stop();
  const pushed = scene.wechat.pushText(scene.pushUrl, visitor, '重启时');
  await scene.restart();
  expect((await pushed).verdict).toEqual({ kind: 'accepted', answer: 'success' });
  await scene.qiyu.nextMessage(({ text }) => text === '重启时');
  expect(forwarded().filter((text) => text === '重启时')).toHaveLength(1);
}, 20_000);

/** And its configuration. In PostgreSQL, the bridge keeps nothing in its folder. */
function removeAllButTheStore(): void {
  const { folder, configFile } = scene.home;
  const data = join(folder, 'data');
  const kept = [configFile, data, join(data, 'bridge.db'), join(data, 'bridge.db-wal')];
  for (const name of globSync('{*,data/*}', { cwd: folder })) {
    const path = join(folder, name);
    if (!kept.includes(path)) rmSync(path, { recursive: true });
  }
}

// Retries lay in the cache whose loss they should have mended.
test('all that waits is in the store: with nothing else left, it arrives in order', async () => {
  await scene.qiyu.switchOff();
  for (const text of ['一', '二', '三']) await scene.wechat.pushText(scene.pushUrl, visitor, text);
  await lineOf(scene.bridge, ({ msg, outcome }) => msg === 'forward.attempted' && outcome === 'later');
  await scene.bridge.kill();
  removeAllButTheStore();
  await scene.qiyu.switchOn();
  await scene.restart();
  await scene.qiyu.nextMessage(({ text }) => text === '三');
  expect(forwarded().slice(-3)).toEqual(['一', '二', '三']);
}, 20_000);

// A time-out was repeated, and the visitor read everything twice.
test('an answer of WeChat’s that is cut off is known as lost: the send is not repeated, and an alarm asks', async () => {
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  scene.wechat.fail({ path: '/cgi-bin/message/custom/send', lose: true });
  await scene.qiyu.agentSays(visitor, '只此一次');
  await lineOf(scene.bridge, ({ msg, alarm }) => {
    return msg === 'alarm.raised' && String(alarm).startsWith('nobody knows whether a message arrived');
  });
  await scene.qiyu.agentSays(visitor, '下一句');
  await scene.wechat.nextSend(({ text }) => text === '下一句');
  expect(sent()).toEqual(['只此一次', '下一句']);
});
