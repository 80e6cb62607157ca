import { describe, expect, onTestFinished, test } from 'vitest';
import { writeXml } from '../../../sandbox/vendors/wecom-kf/envelope.ts';
import { type PretendedWecom, startWecomKf } from '../../../sandbox/vendors/wecom-kf.ts';
import { openDialogueScene } from '../../dialogues/scene.ts';
import { CUSTOMER, OTHER, SECRET, settings, NOW as start } from './desk.ts';

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
    { seed: 1, faultShare: 0, slowShare: 0 },
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

test('a card that nobody comes by lapses, and a session ends, without a word to the visitor', {
  timeout: 60_000,
}, async () => {
  const { scene, people, writes, sent } = await open();
  await writes('在吗');
  await scene.pass(1_800_000);
  const ended = () => scene.bridge.lines.filter((line) => line.includes('wake.attempted')).length;
  expect(ended()).toBeGreaterThan(0);
  expect(sent()).toHaveLength(1);
  await people.enter(CUSTOMER, sent().at(-1)?.split('\n')[1] ?? '');
  await people.customerSays(CUSTOMER, '你好');
  await scene.pass(60_000);
  await people.take('zhangsan', CUSTOMER);
  await people.end(CUSTOMER);
  await scene.pass(49 * 3_600_000);
  expect(sent()).toHaveLength(1);
  expect(await scene.bridge.leftOver()).toEqual([]);
});

test('a reference leads the page of the mini-program to the chat', { timeout: 60_000 }, async () => {
  const { scene, writes, sent } = await open();
  await writes('在吗');
  const link = sent().at(-1)?.split('\n')[1] ?? '';
  const answer = await fetch(`${scene.bridge.url}/handoff/${link.split('scene_param=')[1]}`);
  expect(await answer.json()).toEqual({ corpId: settings.corpid, url: link });
  expect((await fetch(`${scene.bridge.url}/handoff/h1AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
});

describe('bells at the whole bridge', () => {
  const bell = { MsgType: 'event', Event: 'kf_msg_or_event', Token: 'ENCold', OpenKfId: settings.openKfid };

  /** The visitor is in the kf chat, has written in the mini-program since, and bells are silent. */
  async function openHandedOff() {
    const opened = await open();
    const { scene, wecom, people, writes, sent } = opened;
    await writes('在吗');
    await people.enter(CUSTOMER, sent().at(-1)?.split('\n')[1] ?? '');
    await people.customerSays(CUSTOMER, '你好');
    await scene.pass(60_000);
    await writes('人呢');
    people.isSilent = true;
    const address = `${scene.bridge.url}/callback/shop/main`;
    const rings = async ({ query, body }: ReturnType<typeof wecom.prepare>) =>
      (await fetch(`${address}?${query}`, { method: 'POST', body: new Uint8Array(body) })).status;
    const pulls = () => wecom.requests.all.filter(({ path }) => path === '/cgi-bin/kf/sync_msg').length;
    const prepare = () => wecom.prepare(writeXml(bell));
    return { ...opened, rings, pulls, prepare };
  }

  test('that are forged fetch nothing', { timeout: 60_000 }, async () => {
    const { scene, wecom, rings, pulls } = await openHandedOff();
    const before = pulls();
    expect(await rings(wecom.prepare(writeXml(bell), { token: 'guessed' }))).toBe(403);
    expect(await rings(wecom.prepare(writeXml(bell), { corpid: 'ww0000000000000000' }))).toBe(403);
    expect(await rings({ ...wecom.prepare(writeXml(bell)), query: new URLSearchParams() })).toBe(403);
    await scene.pass(1000);
    expect(pulls()).toBe(before);
  });

  test('that ring again and again, at once and later, bring everything once', {
    timeout: 60_000,
  }, async () => {
    const { scene, people, sent, rings, prepare } = await openHandedOff();
    await people.servicerSays('zhangsan', CUSTOMER, '来了');
    const same = prepare();
    expect(await Promise.all([rings(same), rings(same), rings(prepare())])).toEqual([200, 200, 200]);
    await scene.pass(1000);
    expect(await rings(same)).toBe(200);
    await scene.pass(60_000);
    expect(sent().filter((text) => text === '来了')).toHaveLength(1);
  });

  test('that ring while a page is fetched never make two pulls at once', { timeout: 60_000 }, async () => {
    const { scene, wecom, people, sent, rings, prepare } = await openHandedOff();
    wecom.changeSettings({ pageSize: 1 });
    for (const text of ['一', '二', '三', '四']) await people.servicerSays('zhangsan', CUSTOMER, text);
    const before = wecom.requests.all.length;
    await Promise.all([
      rings(prepare()),
      scene.pass(100),
      rings(prepare()),
      scene.pass(300),
      rings(prepare()),
    ]);
    await scene.pass(60_000);
    const cursors = wecom.requests.all
      .slice(before)
      .filter(({ path, answer }) => path === '/cgi-bin/kf/sync_msg' && answer.includes('"errcode":0'))
      .map(({ body }) => Number(/"cursor":"cur_(\d+)"/.exec(body.toString())?.[1] ?? 0));
    // Behind the last page it may be asked again; every page before was asked for once, in order.
    const moving = cursors.filter((cursor) => cursor < Math.max(...cursors));
    expect(moving.length).toBeGreaterThan(2);
    expect(moving).toEqual([...new Set(moving)].toSorted((one, other) => one - other));
    // Lines that wait together are one send.
    const lines = sent().flatMap((text) => text.split('\n'));
    expect(lines.slice(-4)).toEqual(['一', '二', '三', '四']);
  });

  test('that were lost while the bridge was down bring, at its start, what is young, and answer nothing old', {
    timeout: 60_000,
  }, async () => {
    const { scene, wecom, people, sent } = await openHandedOff();
    const [said, replies] = [wecom.said.all.length, sent().length];
    const old = { msgtype: 'text', at: start - 3_600_000 };
    await people.customerSays(OTHER, { ...old, content: { content: '昨天的问题' } });
    await people.servicerSays('zhangsan', CUSTOMER, { ...old, content: { content: '昨天的回答' } });
    await people.servicerSays('zhangsan', CUSTOMER, '来了');
    await scene.bridge.restart();
    await scene.pass(1000);
    expect(sent().slice(replies)).toEqual(['来了']);
    expect(wecom.said.all).toHaveLength(said);
    expect(wecom.customer(OTHER).state).toBe(0);
  });
});
