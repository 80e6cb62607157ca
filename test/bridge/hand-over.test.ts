import { afterEach, describe, expect, test } from 'vitest';
import type { Account, WeChatOptions } from '../../sandbox/vendors/wechat.ts';
import { type BridgeScene, openScene } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const official = { adapter: 'wechat-official' };
const success = { kind: 'accepted', answer: 'success' };
const transfer = { kind: 'transfer' };

let scene: BridgeScene;
afterEach(() => scene.close());

type Console = Pick<Account, 'kind' | 'mode' | 'format' | 'transferInner'>;

/** The bridge with an account whose console and settings say the same. */
async function open(
  { transferInner, ...account }: Partial<Console>,
  helpdesks: (main: object) => object,
  wechat: Partial<WeChatOptions> = {},
) {
  const inner = transferInner === undefined ? {} : { transferInner };
  scene = await openScene({
    wechat: { ...account, ...inner, ...wechat },
    wechatSettings: { ...account, ...inner },
    helpdesks,
  });
}

const alone = () => ({ official });
const beside = (main: object) => ({ main, official: { ...official, handoverWords: ['官方客服'] } });
const write = async (text: string) => (await scene.wechat.pushText(scene.pushUrl, visitor, text)).verdict;

const consoles: readonly Partial<Console>[] = [
  { mode: 'safe', format: 'xml' },
  { mode: 'safe', format: 'json', transferInner: 'xml' },
  { mode: 'safe', format: 'json', transferInner: 'json' },
  { mode: 'plain', format: 'xml' },
  { kind: 'service', mode: 'safe', format: 'xml' },
];

describe.each(consoles)('an account with %o', (account) => {
  test('whose only helpdesk are the official agents hands over every message, and no event', async () => {
    await open(account, alone);
    expect(await write('在吗')).toEqual(transfer);
    const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '你好');
    expect(pushed.verdict).toEqual(transfer);
    expect(await scene.wechat.repeat(pushed)).toMatchObject({ verdict: transfer });
    expect((await scene.wechat.pushEnter(scene.pushUrl, visitor)).verdict).toEqual(success);
    expect(scene.wechat.official.lines.map(({ text }) => text)).toEqual(['在吗', '你好']);
  });

  test('hands over beside another helpdesk once the word is said, until an agent has come and gone', async () => {
    await open(account, beside);
    expect(await write('在吗')).toEqual(success);
    await scene.qiyu.nextMessage(({ text }) => text === '在吗');
    expect(await write('官方客服')).toEqual(transfer);
    expect(await write('退货')).toEqual(transfer);
    await scene.wechat.official.take(visitor);
    expect(await write('订单一')).toEqual({ kind: 'notPushed' });
    scene.wechat.official.say(visitor, '好的');
    const { wechat } = scene;
    const closed = await wechat.official.close(visitor);
    if (account.kind === 'service') {
      expect(closed?.verdict).toEqual(success);
      expect(await write('再问一下')).toEqual(success);
      await scene.qiyu.nextMessage(({ text }) => text === '再问一下');
    } else {
      // Nobody tells: the message is the official agents' until the time is over.
      expect(closed).toBeUndefined();
      expect(await write('再问一下')).toEqual(transfer);
    }
    const seen = scene.qiyu.messages.all.map(({ text }) => text);
    expect(seen).not.toContain('官方客服');
    expect(seen).not.toContain('退货');
  });
});

test('a repeat is handed over anew after a restart, with another cipher text', async () => {
  await open({ mode: 'safe', format: 'xml' }, beside);
  const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '官方客服');
  await scene.bridge.kill();
  await scene.restart();
  const repeated = await scene.wechat.repeat(pushed);
  expect(repeated.verdict).toEqual(transfer);
  expect(repeated.body).not.toBe(pushed.body);
});

test('an agent is named while online, and what was said is asked for', async () => {
  const agents = [{ account: 'kf1@shop', nick: '小李' }];
  const kfAccount = 'kf1@shop';
  await open({ kind: 'service' }, () => ({ official: { ...official, kfAccount } }), { agents });
  await scene.wechat.requests.next(({ path }) => path === '/cgi-bin/customservice/getonlinekflist');
  await scene.wechat.requests.next(({ path }) => path === '/customservice/msgrecord/getmsglist');
  await expect.poll(() => write('你好'), { timeout: 5000 }).toEqual({ ...transfer, account: kfAccount });
});
