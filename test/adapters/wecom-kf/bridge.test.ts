import { expect, onTestFinished, test } from 'vitest';
import { type PretendedWecom, startWecomKf } from '../../../sandbox/vendors/wecom-kf.ts';
import { openDialogueScene } from '../../dialogues/scene.ts';
import { CUSTOMER, SECRET, settings } from './desk.ts';

const visitor = 'oSim0000000000000000000user1';

/** The whole bridge between the pretended WeChat and the pretended WeCom, in mode handoff. */
async function open() {
  let wecom: PretendedWecom | undefined;
  const scene = await openDialogueScene(
    {
      adapter: 'wecom-kf',
      async open(now) {
        const server = await startWecomKf({ secret: SECRET, now, callbackPauseMs: 0 });
        wecom = server;
        return {
          server,
          settings: { ...settings, baseUrl: server.url, handoff: { card: 'text' } },
          callbackTries: Number.POSITIVE_INFINITY,
          connect: (callbackUrl) => server.changeSettings({ callbackUrl }),
          agentSays: async () => undefined,
          received: () => [],
          close: server.close,
        };
      },
    },
    { seed: 1, faultShare: 0 },
  );
  onTestFinished(scene.close);
  await scene.calmDown();
  if (wecom === undefined) throw new Error('expected the company to be open');
  const writes = async (text: string) => {
    await scene.wechat.pushText(`${scene.bridge.url}/wechat/shop`, visitor, text);
    await scene.pass(60_000);
  };
  const sent = () => scene.wechat.sends.all.map(({ text }) => text ?? '');
  return { scene, wecom, people: wecom.people, writes, sent };
}

test('a hand-off goes through the whole bridge, and survives restarts between its steps', {
  timeout: 60_000,
}, async () => {
  const { scene, wecom, people, writes, sent } = await open();
  await writes('在吗');
  const link = sent().at(-1)?.split('\n')[1] ?? '';
  expect(link).toContain('scene_param=h1');
  await scene.bridge.restart();
  await people.enter(CUSTOMER, link);
  await scene.pass(60_000);
  expect(wecom.said.all).toMatchObject([{ by: 'code', text: expect.stringContaining('我：在吗') }]);
  await scene.bridge.restart();
  await people.customerSays(CUSTOMER, '你好');
  await scene.pass(60_000);
  expect(wecom.customer(CUSTOMER).state).toBe(2);
  await people.servicerSays('zhangsan', CUSTOMER, '您好');
  await scene.pass(60_000);
  expect(sent().join()).not.toContain('您好');
  await writes('人呢');
  await people.servicerSays('zhangsan', CUSTOMER, '来了');
  await scene.pass(60_000);
  expect(sent().at(-1)).toBe('来了');
  expect(await scene.bridge.leftOver()).toEqual([]);
});

test('words whose notification was lost are found by asking', { timeout: 60_000 }, async () => {
  const { scene, people, writes, sent } = await open();
  await writes('在吗');
  await people.enter(CUSTOMER, sent().at(-1)?.split('\n')[1] ?? '');
  await scene.pass(60_000);
  await writes('人呢');
  people.isSilent = true;
  await people.servicerSays('zhangsan', CUSTOMER, '来了');
  await scene.pass(60_000);
  expect(sent().join()).not.toContain('来了');
  await scene.pass(300_000);
  expect(sent().at(-1)).toBe('来了');
});

test('a reference leads the page of the mini-program to the chat', { timeout: 60_000 }, async () => {
  const { scene, writes, sent } = await open();
  await writes('在吗');
  const link = sent().at(-1)?.split('\n')[1] ?? '';
  const answer = await fetch(`${scene.bridge.url}/handoff/${link.split('scene_param=')[1]}`);
  expect(await answer.json()).toEqual({ corpId: settings.corpid, url: link });
  expect((await fetch(`${scene.bridge.url}/handoff/h1AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
});
