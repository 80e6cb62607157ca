import { expect, onTestFinished, test } from 'vitest';
import { startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { qiyuKeys } from '../bridge/account.ts';
import { openDialogueScene } from './scene.ts';

const visitors = ['oSim1', 'oSim2', 'oSim3', 'oSim4', 'oSim5'] as const;

/** The whole bridge between the pretended WeChat and the pretended Qiyu, on one clock, without faults. */
async function openCalm() {
  const scene = await openDialogueScene(
    {
      adapter: 'qiyu',
      async open(now) {
        const qiyu = await startQiyu({ ...qiyuKeys, now, resendAfterMs: 0 });
        return {
          server: qiyu,
          settings: { ...qiyuKeys, baseUrl: qiyu.url },
          callbackTries: 1,
          connect: (callbackUrl) => qiyu.changeSettings({ callbackUrl }),
          agentSays: (visitor, text) => qiyu.agentSays(visitor, text),
          received: () => [],
          close: qiyu.close,
        };
      },
    },
    { seed: 1, faultShare: 0, slowShare: 0 },
  );
  onTestFinished(scene.close);
  await scene.calmDown();
  return scene;
}

// Where anything goes by the machine's time, gaps are as long as this test happens to take.
test('replies to many at once leave at the pace of the bridge’s own clock', async () => {
  const { wechat, desk, bridge, pass } = await openCalm();
  for (const visitor of visitors) await wechat.pushText(`${bridge.url}/wechat/shop`, visitor, '在吗');
  await pass(8000);
  const before = wechat.sends.all.length;
  for (const visitor of visitors) await desk.agentSays(visitor, '您好');
  await pass(1000);
  const sentAt = wechat.sends.all.slice(before).map(({ at }) => at);
  expect(sentAt.map((at) => at - (sentAt[0] ?? 0))).toEqual([0, 50, 100, 150, 200]);
});
