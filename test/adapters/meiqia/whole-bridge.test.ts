import { afterEach, describe, expect, test } from 'vitest';
import { type MeiqiaOptions, type PretendedMeiqia, startMeiqia } from '../../../sandbox/vendors/meiqia.ts';
import { linesRead } from '../../bridge/scene.ts';
import { openDialogueScene } from '../../dialogues/scene.ts';
import { APP_KEY, SECRET_KEY, WEBHOOK_SECRET } from './desk.ts';

const VISITOR = 'oSim0000000000000000000user1';
const agent = { token: 'a1', nickname: '小李', isOnline: true, capacity: 9 };
const minute = 60_000;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The whole bridge between the pretended WeChat and the pretended Meiqia, on one clock, without faults. */
async function openWhole(options: Partial<MeiqiaOptions> = {}, settings: Record<string, unknown> = {}) {
  let meiqia: PretendedMeiqia | undefined;
  const scene = await openDialogueScene(
    {
      adapter: 'meiqia',
      async open(now) {
        const keys = { appKey: APP_KEY, secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET };
        const server = await startMeiqia({ ...keys, now, greeting: '', agents: [agent], ...options });
        meiqia = server;
        return {
          server,
          settings: { ...keys, baseUrls: [server.url], ...settings },
          callbackTries: Number.POSITIVE_INFINITY,
          connect: (url) => server.changeSettings({ pushUrl: `${url}/push`, webhookUrl: `${url}/webhook` }),
          agentSays: (visitor, text) => server.agentSays(visitor, text),
          received: () => [],
          close: server.close,
        };
      },
    },
    { seed: 1, faultShare: 0, slowShare: 0 },
  );
  open.push(scene.close);
  if (meiqia === undefined) throw new Error('expected the server to be open');
  await scene.calmDown();
  const server = meiqia;
  return {
    scene,
    meiqia: server,
    /** Time passes until what comes of it is done. */
    async write(text: string) {
      await scene.wechat.pushText(`${scene.bridge.url}/wechat/shop`, VISITOR, text);
      await scene.pass(8000);
    },
    /** What the visitor has read. */
    read: () => linesRead(scene.wechat),
    /** What agents have of the visitor. */
    arrived: () => server.messages.all.map(({ text = '' }) => text),
    left: () => server.tickets.flatMap(({ words }) => words.map(({ content }) => content)),
  };
}

describe('the whole bridge', () => {
  test('brings what agents write when a push rings, and tells Meiqia that WeChat has it', async () => {
    const { scene, meiqia, write, read } = await openWhole();
    await write('你好');
    const { id } = await meiqia.agentSays(VISITOR, '稍等');
    await scene.pass(15_000);
    expect(read()).toEqual(['稍等']);
    expect(meiqia.delivered).toEqual([id]);
    expect(meiqia.refusals.all).toEqual([]);
  });

  test('finds what agents write where no push comes', async () => {
    const { scene, meiqia, write, read } = await openWhole();
    meiqia.changeSettings({ pushUrl: undefined });
    await write('你好');
    await meiqia.agentSays(VISITOR, '稍等');
    await scene.pass(2 * minute);
    expect(read()).toEqual(['稍等']);
    await scene.pass(5 * minute);
    await meiqia.agentSays(VISITOR, '好了');
    await scene.pass(3 * minute);
    expect(read()).toEqual(['稍等', '好了']);
  });

  test('leaves messages while nobody is online, and brings the answer to them', async () => {
    const { scene, meiqia, write, read, arrived, left } = await openWhole({
      agents: [{ ...agent, isOnline: false }],
    });
    for (const text of ['有人吗', '请回电']) await write(text);
    expect(left()).toEqual(['有人吗', '请回电']);
    expect(read()).toEqual(['当前没有客服在线，您可以直接留言。']);
    await meiqia.answerTicket(VISITOR, '已为您处理');
    await scene.pass(15_000);
    expect(read().at(-1)).toBe('已为您处理');
    meiqia.setOnline('a1', true);
    await scene.pass(2 * minute);
    await write('谢谢');
    expect(arrived()).toEqual(['谢谢']);
  });

  test('tells a visitor his place in the queue, and forwards what was not stored once an agent takes him', async () => {
    const { scene, meiqia, write, read, arrived } = await openWhole({
      agents: [{ ...agent, capacity: 0 }],
      storesQueued: false,
    });
    for (const text of ['一', '二']) await write(text);
    expect(read()).toEqual(['客服正忙，您当前排在第 1 位，请稍候。']);
    expect(arrived()).toEqual([]);
    meiqia.putAgent({ ...agent });
    await scene.pass(minute);
    expect(arrived()).toEqual(['一', '二']);
  });

  test('lets a robot give way to a human when the visitor asks for one', async () => {
    const robot = { token: 'b1', nickname: '小助手', reply: () => '请问您要什么？' };
    const { scene, meiqia, write, read, arrived } = await openWhole({ robot });
    await write('退货');
    await scene.pass(15_000);
    expect(read()).toEqual(['请问您要什么？']);
    await write('转人工');
    expect(meiqia.conversationOf(VISITOR)).toMatchObject({ isRobot: false, agent: 'a1' });
    await write('我要退货');
    expect(arrived()).toEqual(['退货', '我要退货']);
  });

  test('asks for a rating, and hands in the number that the visitor answers', async () => {
    const { scene, meiqia, write, read } = await openWhole();
    await write('你好');
    meiqia.inviteRating(VISITOR);
    await scene.pass(minute);
    expect(read().join('\n')).toContain('1. 满意\n2. 一般\n3. 不满意');
    await write('3');
    expect(meiqia.ratings.all).toMatchObject([{ ownId: VISITOR, level: 0 }]);
    await scene.pass(minute); // the thanks wait for their turn
    expect(read().at(-1)).toBe('感谢您的评价！');
  });

  test('says once that the service has ended, and opens another conversation with the next message', async () => {
    const { scene, meiqia, write, read, arrived } = await openWhole();
    await write('你好');
    meiqia.endConversation(VISITOR);
    await scene.pass(2 * minute);
    expect(read()).toEqual(['本次服务已结束，感谢您的咨询。']);
    await write('还有一件事');
    expect(arrived()).toEqual(['你好', '还有一件事']);
    expect(meiqia.conversations).toHaveLength(2);
  });

  test('gives a visitor who is on the block list no hope', async () => {
    const { meiqia, write, arrived } = await openWhole();
    await write('你好');
    meiqia.block(VISITOR, true);
    await write('在吗');
    expect(arrived()).toEqual(['你好']);
  });
});
