import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BridgeScene, linesRead, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;

beforeEach(async () => {
  scene = await openScene({ wechatSettings: unjoined });
});
afterEach(() => scene.close());

const push = (text: string) => scene.wechat.pushText(scene.pushUrl, visitor, text);
const forwarded = () => scene.qiyu.messages.all.map(({ text }) => text);
const sent = () => scene.wechat.sends.all.map(({ text }) => text);

describe('while the helpdesk is away', () => {
  test('messages wait, and arrive once and in order when it is back', async () => {
    await push('零');
    await scene.qiyu.nextMessage();
    await scene.qiyu.switchOff();
    for (const text of ['一', '二', '三']) {
      expect((await push(text)).verdict).toEqual({ kind: 'accepted', answer: 'success' });
    }
    await scene.qiyu.switchOn();
    await scene.qiyu.nextMessage(({ text }) => text === '三', 20_000);
    expect(forwarded()).toEqual(['零', '一', '二', '三']);
  }, 30_000);

  test('a restart of the bridge forgets none of them', async () => {
    await scene.qiyu.switchOff();
    await push('一');
    await push('二');
    await scene.bridge.kill();
    await scene.qiyu.switchOn();
    await scene.restart();
    await scene.qiyu.nextMessage(({ text }) => text === '二', 20_000);
    expect(forwarded()).toEqual(['一', '二']);
  }, 30_000);
});

describe('while WeChat is away', () => {
  test('an agent’s replies wait, and arrive once and in order when it is back', async () => {
    await push('在吗');
    await scene.qiyu.nextMessage();
    await scene.wechat.nextSend();
    await scene.wechat.switchOff('unavailable');
    await scene.qiyu.agentSays(visitor, '第一句');
    await scene.qiyu.agentSays(visitor, '第二句');
    await scene.wechat.switchOn();
    await scene.wechat.nextSend(({ text = '' }) => text.endsWith('第二句'), 20_000);
    expect(linesRead(scene.wechat).slice(1)).toEqual(['第一句', '第二句']);
  }, 30_000);

  test('replies over the visitor’s allowance are held until he acts, and WeChat has none to refuse', async () => {
    await push('在吗');
    // The greeting takes one of the five.
    await scene.wechat.nextSend();
    for (const line of ['1', '2', '3', '4']) {
      await scene.qiyu.agentSays(visitor, line);
      await scene.wechat.nextSend(({ text }) => text === line);
    }
    await scene.qiyu.agentSays(visitor, '5');
    await scene.qiyu.agentSays(visitor, '6');
    expect(await scene.bridge.lineOf('reply.held')).toMatchObject({ because: 'allowance' });
    expect(sent().slice(1)).toEqual(['1', '2', '3', '4']);
    await push('还在吗');
    await scene.wechat.nextSend(({ text = '' }) => text.endsWith('6'));
    expect(sent().slice(1)).toEqual(['1', '2', '3', '4', '5\n6']);
    expect(scene.wechat.refusedSends.all).toEqual([]);
  });

  test('a token that dies is replaced, and nothing is sent twice', async () => {
    await push('在吗');
    await scene.wechat.nextSend();
    scene.wechat.tokens.revoke();
    await scene.qiyu.agentSays(visitor, '还在');
    await scene.wechat.nextSend(({ text }) => text === '还在');
    expect(scene.wechat.tokens.issued.stable).toBe(2);
    expect(sent().filter((text) => text === '还在')).toHaveLength(1);
  });
});

describe('a bridge that is away', () => {
  test('gets WeChat’s repeat when it is back in time', async () => {
    await push('零');
    await scene.bridge.kill();
    const pushed = push('一');
    await scene.restart();
    expect((await pushed).verdict).toEqual({ kind: 'accepted', answer: 'success' });
    await scene.qiyu.nextMessage(({ text }) => text === '一');
  }, 30_000);
});
