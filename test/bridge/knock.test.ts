import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const template = 'template-1';
const subscribe = {
  templateId: template,
  page: 'pages/service/index',
  data: { thing1: '{agent}已回复您', time2: '{time}', number3: '{count}' },
};
let scene: BridgeScene;

beforeEach(async () => {
  scene = await openScene({
    wechat: {
      templates: { [template]: ['thing1', 'time2', 'number3'] },
      pages: [subscribe.page],
      format: 'json',
    },
    wechatSettings: { ...unjoined, subscribe, format: 'json' },
  });
  await push('在吗');
  await scene.qiyu.nextMessage();
  await scene.wechat.nextSend(); // the greeting
});
afterEach(() => scene.close());

const push = (text: string) => scene.wechat.pushText(scene.pushUrl, visitor, text);
const accept = () =>
  scene.wechat.subscriptions.answer(scene.pushUrl, visitor, [{ template, status: 'accept' }]);
const knocks = () =>
  scene.wechat.requests.all.filter(({ path }) => path === '/cgi-bin/message/subscribe/send').length;

/** The agent writes when WeChat takes nothing for this visitor any more. */
async function writeTooLate(text: string) {
  scene.wechat.fail({ path: '/cgi-bin/message/custom/send', errcode: 45015 });
  await scene.qiyu.agentSays(visitor, text);
}

describe('a reply that comes too late for WeChat', () => {
  test('knocks at the visitor, and arrives when he writes', async () => {
    expect((await accept()).verdict).toEqual({ kind: 'accepted', answer: 'success' });
    await writeTooLate('已为您办好');
    const notice = await scene.wechat.subscriptions.notices.next();
    expect(notice).toMatchObject({
      openid: visitor,
      template,
      page: subscribe.page,
      data: {
        thing1: expect.stringMatching(/已回复您$/),
        time2: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d$/),
        number3: '1',
      },
    });
    await scene.bridge.lineOf('knock.attempted');
    const read = scene.wechat.sends.count;
    await push('我来了');
    expect(await scene.wechat.nextSend()).toMatchObject({ text: '已为您办好' });
    expect({ knocks: knocks(), sends: scene.wechat.sends.count }).toEqual({ knocks: 1, sends: read + 1 });
    expect(scene.wechat.subscriptions.refusedNotices.all).toEqual([]);
  });

  test('makes no call where the visitor has accepted none, until he does', async () => {
    await writeTooLate('已为您办好');
    await scene.bridge.lineOf('knock.waiting');
    expect(knocks()).toBe(0);
    await accept();
    await scene.wechat.subscriptions.notices.next();
    expect(knocks()).toBe(1);
  });

  test('knocks by what was accepted before a restart, once for a push that WeChat repeats', async () => {
    const pushed = await accept();
    await scene.wechat.repeat(pushed);
    await scene.bridge.kill();
    await scene.restart();
    await writeTooLate('已为您办好');
    const notice = await scene.wechat.subscriptions.notices.next();
    await push('我来了');
    await scene.wechat.nextSend(({ text }) => text === '已为您办好');
    await writeTooLate('还有一件事');
    await scene.bridge.lineOf('knock.waiting');
    expect(knocks()).toBe(1);
    await scene.wechat.subscriptions.report(scene.pushUrl, notice, '1003');
    expect(await scene.bridge.lineOf('alarm.raised')).toMatchObject({
      alarm: 'WeChat could not deliver a subscription message (1003)',
    });
  }, 30_000);
});
