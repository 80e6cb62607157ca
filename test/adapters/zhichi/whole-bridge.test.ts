import { afterEach, describe, expect, test } from 'vitest';
import { type PretendedZhichi, startZhichi, type ZhichiOptions } from '../../../sandbox/vendors/zhichi.ts';
import { linesRead } from '../../bridge/scene.ts';
import { openDialogueScene } from '../../dialogues/scene.ts';
import { APP_ID, APP_KEY, COMPANY, FORWARD_KEY, SECRET } from './desk.ts';

const VISITOR = 'oSim0000000000000000000user1';
const PARTNER = `wx1a2b3c4d5e6f7a8b_${VISITOR}`;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The whole bridge between the pretended WeChat and the pretended Zhichi, on one clock, without faults. */
async function openWhole(options: Partial<ZhichiOptions> = {}, settings: Record<string, unknown> = {}) {
  let zhichi: PretendedZhichi | undefined;
  const scene = await openDialogueScene(
    {
      adapter: 'zhichi',
      async open(now) {
        const server = await startZhichi({
          appId: APP_ID,
          appKey: APP_KEY,
          now,
          resendAfterMs: 0,
          forwardAfterMs: 0,
          ...options,
        });
        zhichi = server;
        return {
          server,
          settings: {
            appId: APP_ID,
            appKey: APP_KEY,
            baseUrl: server.url,
            callbackToken: SECRET,
            ...settings,
          },
          callbackTries: 1,
          connect: (url) =>
            server.changeSettings({
              pushUrl: `${url}/push-${SECRET}`,
              ...(settings.replies === 'forward' && { forwardUrl: `${url}/forward-${SECRET}` }),
            }),
          agentSays: (visitor, text) => server.agentSays(visitor, text),
          received: () => [],
          close: server.close,
        };
      },
    },
    { seed: 1, faultShare: 0, slowShare: 0 },
  );
  open.push(scene.close);
  if (zhichi === undefined) throw new Error('expected the server to be open');
  await scene.calmDown();
  const server = zhichi;
  return {
    scene,
    zhichi: server,
    /** Time passes until what comes of it is done. */
    async write(text: string) {
      await scene.wechat.pushText(`${scene.bridge.url}/wechat/shop`, VISITOR, text);
      await scene.pass(8000);
    },
    /** What the visitor has read. */
    read: () => linesRead(scene.wechat),
    /** What agents have of visitors. */
    arrived: () => server.messages.all.map(({ content }) => content),
    /** Messages that are under way, or were given up. */
    async left() {
      const rows = await scene.bridge.leftOver();
      return rows.map((row) => JSON.parse(row)).filter(({ lane }) => lane === 'forward');
    },
  };
}

const oneAgent = { agents: [{ id: 'ag01', name: '小李', isOnline: true, capacity: 1 }] };
const minute = 60_000;

describe('the whole bridge', () => {
  test('holds what a visitor writes in the queue, and lets it go, in order, when an agent takes him', async () => {
    const { scene, zhichi, write, read, arrived, left } = await openWhole(oneAgent);
    await zhichi.startSession('somebody-else', 'ag01');
    for (const text of ['一', '二', '三']) await write(text);
    await scene.pass(minute);
    expect(arrived()).toEqual([]);
    expect(read()).toContain('客服正忙，您当前排在第 1 位，请稍候。');
    await zhichi.endSession('somebody-else');
    await scene.pass(14_000);
    expect(arrived()).toEqual(['一', '二', '三']);
    expect(await left()).toEqual([]);
  });

  test('finds by asking that somebody came, where nobody tells', async () => {
    const { scene, zhichi, write, read, arrived } = await openWhole({
      agents: [{ id: 'ag01', name: '小李', isOnline: false, capacity: 9 }],
      pushesEvents: false,
    });
    await write('有人吗');
    expect(read()).toEqual(['当前没有客服在线，请在服务时间内再来咨询。']);
    await zhichi.setOnline('ag01', true);
    await scene.pass(minute);
    expect(arrived()).toEqual(['有人吗']);
  });

  test('makes one ticket of what was written while nobody was there', async () => {
    const { scene, zhichi, write, read, left } = await openWhole(
      { agents: [] },
      { whenNobody: 'ticket', companyId: COMPANY, ticketTypeId: 't1' },
    );
    for (const text of ['一', '二', '三']) await write(text);
    await scene.pass(2 * minute);
    expect(zhichi.tickets.all.map(({ payload }) => payload.ticket_content)).toEqual(['一\n二\n三']);
    expect(read()).toEqual(['当前没有客服在线，您可以直接留言。']);
    expect(await left()).toEqual([]);
    expect(zhichi.refusals.all).toEqual([]);
  });

  test('gives up what nobody took for two hours, and says so', async () => {
    const { scene, write, read, left } = await openWhole({ agents: [] });
    await write('有人吗');
    await scene.pass(119 * minute);
    expect(await left()).toMatchObject([{ state: 'waiting' }]);
    await scene.pass(2 * minute);
    expect(await left()).toMatchObject([{ state: 'dead', code: 'nobody' }]);
    expect(read()).toEqual([
      '当前没有客服在线，请在服务时间内再来咨询。',
      '抱歉，您刚才的消息未能送达客服，请稍后重试。',
    ]);
  });

  test('lets the robot answer and suggest, takes a number for a suggestion, and hands over', async () => {
    const reply = (question: string) => {
      if (question === '退货') return { answer: '七天内可退' };
      if (question === '找人') return { answer: '请稍候', transfer_type: 3 };
      return { answer: '您好', stripe: '您想问', suggestions: [{ question: '退货', docid: 'd1' }] };
    };
    const { scene, zhichi, write, read, arrived } = await openWhole(
      { robot: { flag: 1, reply } },
      { route: 'robot' },
    );
    await write('你好');
    await write('1');
    await write('找人');
    await write('在吗');
    await scene.pass(minute);
    expect(zhichi.questions.all.map(({ question }) => question)).toEqual(['你好', '退货', '找人']);
    expect(arrived()).toEqual(['在吗']);
    expect(read().slice(0, 4)).toEqual(['您好', '您想问', '1. 退货', '七天内可退']);
  });

  test('asks for a rating when the agent invites to it, and hands the number in', async () => {
    const { scene, zhichi, write, read } = await openWhole();
    await write('你好');
    await zhichi.inviteRating(PARTNER);
    await scene.pass(8000);
    await write('2');
    await scene.pass(8000);
    expect(zhichi.ratings.all).toMatchObject([{ payload: { partnerid: PARTNER, score: 4 }, status: 1 }]);
    expect(read().at(-1)).toBe('感谢您的评价！');
  });

  test('reads the record when a push rings, and without any push, too', async () => {
    const { scene, zhichi, write, read } = await openWhole({ pushesEvents: false }, { replies: 'record' });
    await write('你好');
    await zhichi.agentSays(PARTNER, '您好');
    await scene.pass(4000);
    expect(read()).toEqual(['您好']);
    zhichi.agentWritesUnseen(PARTNER, '没推送');
    await scene.pass(14_000);
    expect(read()).toEqual(['您好', '没推送']);
  });

  test('delivers what was not pushed, a minute later, once', async () => {
    const { scene, zhichi, write, read } = await openWhole({ pushesEvents: false }, { repair: 'deliver' });
    await write('你好');
    await zhichi.agentSays(PARTNER, '推送了');
    zhichi.agentWritesUnseen(PARTNER, '没推送');
    await scene.pass(10 * minute);
    expect(read()).toEqual(['推送了', '没推送']);
    expect(scene.bridge.lines.filter((line) => line.includes('did not push'))).toHaveLength(1);
  });

  test('takes a large batch of the forwarding, and none that is larger', async () => {
    const { zhichi } = await openWhole({}, { replies: 'forward', forwardSigned: false });
    const post = async (bytes: number) => {
      const frame = JSON.stringify({ type: 'userinfo', content: [''] });
      const body = frame.replace('""', `"${'a'.repeat(bytes - frame.length)}"`);
      const answer = await fetch(String(zhichi.settings.forwardUrl), { method: 'POST', body });
      return [answer.status, await answer.text()];
    };
    expect(await post(2_097_152)).toEqual([200, '{"ret_code":"000000"}']);
    expect(await post(2_097_153)).toEqual([413, '']);
  });

  test.each([1, 4] as const)(
    'finds whose words the forwarding brings (a request answered by status %i)',
    async (status) => {
      const settings = { replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY };
      const { scene, zhichi, write, read } = await openWhole(
        { saysServed: 4, pushesEvents: false },
        settings,
      );
      // An agent was quicker, and nobody told the bridge.
      if (status === 4) await zhichi.startSession(PARTNER, 'ag01');
      await write('你好');
      await zhichi.agentSays(PARTNER, '您好');
      for (let round = 0; round < 20 && read().length === 0; round++) await scene.pass(1000);
      expect(read()).toEqual(['您好']);
      expect(zhichi.refusals.all).toEqual([]);
    },
  );
});
