import { afterEach, describe, expect, test } from 'vitest';
import { queries, statement } from '../../src/store/statement.ts';
import type { MessageTable } from '../../src/store/tables.ts';
import { readBeside } from '../store/test-store.ts';
import { runToEnd } from './process.ts';
import { type BridgeScene, linesRead, openScene, unjoined } from './scene.ts';

const [anna, bert] = ['oSim0000000000000000000user1', 'oSim0000000000000000000user2'] as const;
const SEND = '/cgi-bin/message/custom/send';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let scene: BridgeScene;
afterEach(() => scene.close());

async function meet(visitor: string): Promise<void> {
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  await scene.wechat.nextSend(({ openid }) => openid === visitor); // the greeting
}

const sendsAsked = () => scene.wechat.requests.all.filter(({ path }) => path === SEND).length;

const openReplies = statement<Record<string, never>, MessageTable>('test.openReplies', () =>
  queries.selectFrom('message').selectAll().where('lane', '=', 'reply').where('finished_at', 'is', null),
);

/** Replies that wait, as the store has them. */
function waiting(): Promise<readonly MessageTable[]> {
  return readBeside(scene.store, openReplies({}));
}

async function waitingUntil(isSo: (rows: readonly MessageTable[]) => boolean) {
  await expect.poll(async () => isSo(await waiting()), { timeout: 10_000 }).toBe(true);
  return waiting();
}

describe('after WeChat has said that the day’s quota is used up', () => {
  test('no send is tried, after a restart neither; the quota that is back ends it at once', async () => {
    scene = await openScene({ wechatSettings: unjoined });
    await meet(anna);
    scene.wechat.fail({ path: SEND, errcode: 45009 });
    await scene.qiyu.agentSays(anna, '一');
    await scene.bridge.lineOf('alarm.raised');
    await waitingUntil(([row]) => row?.code === '45009');
    await scene.bridge.kill();
    await scene.restart();
    const asked = sendsAsked();
    await scene.qiyu.agentSays(anna, '二');
    await scene.wechat.pushText(scene.pushUrl, bert, '有人吗'); // the greeting does not come
    await scene.qiyu.nextMessage(({ text }) => text === '有人吗');
    await scene.qiyu.agentSays(bert, '三');
    const rows = await waitingUntil((open) => open.some(({ code }) => code === 'paced'));
    const midnight = (Math.floor((Date.now() + 28_800_000) / 86_400_000) + 1) * 86_400_000 - 28_800_000;
    expect(new Set(rows.flatMap(({ due }) => due ?? []))).toEqual(new Set([midnight]));
    expect(sendsAsked()).toBe(asked);

    const { status, stdout } = await runToEnd(['src/cli.ts', 'quota', '--config', scene.home.configFile]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^shop +\/cgi-bin\/message\/custom\/send +500000 +1 +499999 +600 in 60 s/m,
      ),
    });
    await scene.wechat.nextSend(({ text }) => text?.endsWith('三') === true, 10_000);
    await expect.poll(() => linesRead(scene.wechat).includes('二'), { timeout: 10_000 }).toBe(true);
    expect(linesRead(scene.wechat).filter((line) => ['一', '二'].includes(line))).toEqual(['一', '二']);
  }, 60_000);

  test('of uploads, texts go on, and a picture waits for tomorrow', async () => {
    scene = await openScene({ wechatSettings: unjoined });
    await Promise.all([anna, bert].map(meet));
    scene.wechat.fail({ path: '/cgi-bin/media/upload', errcode: 45009, times: Number.POSITIVE_INFINITY });
    await scene.qiyu.agentSendsPicture(anna, png);
    await waitingUntil(([row]) => row?.code === '45009');
    await scene.qiyu.agentSendsPicture(bert, png);
    await waitingUntil((rows) => rows.length === 2 && rows.every(({ code }) => code !== null));
    await meet('oSim0000000000000000000user3');
    await scene.qiyu.agentSays('oSim0000000000000000000user3', '三');
    await scene.wechat.nextSend(({ text }) => text === '三');
    const uploads = scene.wechat.requests.all.filter(({ path }) => path === '/cgi-bin/media/upload');
    expect(uploads).toHaveLength(1);
  }, 60_000);
});

test('GET /quota of the admin listener knows no other tenant, and the public one nothing of it', async () => {
  scene = await openScene();
  const { adminUrl, publicUrl } = scene.bridge;
  const statuses = [`${adminUrl}/quota/shop`, `${adminUrl}/quota/other`, `${publicUrl}/quota/shop`].map(
    async (url) => (await fetch(url)).status,
  );
  expect(await Promise.all(statuses)).toEqual([200, 404, 404]);
}, 60_000);
