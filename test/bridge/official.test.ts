import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const amr = Buffer.from('#!AMR\nthe rest');
const files = createServer((_request, response) => response.end(amr));
let scene: BridgeScene;

beforeAll(async () => {
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  scene = await openScene({
    wechat: { kind: 'service', kfAccounts: ['service1@shop'] },
    wechatSettings: {
      kind: 'service',
      kfAccounts: { 143: 'service1@shop', 1234: 'service1@shop' },
      ...unjoined,
    },
  });
});
afterAll(async () => {
  await scene.close();
  await new Promise((resolve) => files.close(resolve));
});

describe('an official account', () => {
  test('has a voice of the agent as a voice, under his name', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '你好');
    await scene.qiyu.nextMessage();
    const { port } = files.address() as AddressInfo;
    await scene.qiyu.agentSends(visitor, 'AUDIO', { url: `http://127.0.0.1:${port}/a.amr`, dur: 2000 });
    const send = await scene.wechat.nextSend(({ msgtype }) => msgtype === 'voice');
    expect(send.payload).toMatchObject({
      voice: { media_id: expect.any(String) },
      customservice: { kf_account: 'service1@shop' },
    });
  });

  test('has a rating as a menu, and a click on it is the rating', async () => {
    await scene.qiyu.inviteRating(visitor);
    const asked = await scene.wechat.nextSend(({ msgtype }) => msgtype === 'msgmenu');
    const { list } = asked.payload.msgmenu as { list: { id: string; content: string }[] };
    const [best] = list;
    await scene.wechat.push(scene.pushUrl, {
      FromUserName: visitor,
      MsgType: 'text',
      Content: best?.content ?? '',
      bizmsgmenuid: best?.id ?? '',
    });
    const rated = await scene.qiyu.evaluations.next(() => true);
    expect(String(rated.evaluation)).toBe(best?.id);
    await scene.wechat.nextSend(({ text }) => text === '感谢您的评价！');
  });

  test('has the beginning of a text that is too long for its sends, with a link that works', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '请详细说明');
    const long = '长'.repeat(5000);
    await scene.qiyu.agentSays(visitor, long);
    const send = await scene.wechat.nextSend(({ text }) => text?.includes('[全文]') === true);
    const url = new URL(/\[全文\] (\S+)/.exec(send.text ?? '')?.[1] ?? '');
    const answer = await fetch(scene.bridge.publicUrl + url.pathname);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await answer.text()).toBe(long);
  });

  test('met no rule of WeChat that it broke', () => {
    expect(scene.wechat.refusedSends.all).toEqual([]);
  });
});
