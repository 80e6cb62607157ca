import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

describe('the bridge between WeChat and a helpdesk', () => {
  test('carries a visitor’s encrypted push to the helpdesk, signed as Qiyu wants it', async () => {
    const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '你好，还有货吗？');
    expect(pushed.verdict).toEqual({ kind: 'accepted', answer: 'success' });
    const message = await scene.qiyu.nextMessage();
    expect(message).toMatchObject({ uid: visitor, msgType: 'TEXT', text: '你好，还有货吗？' });
  });

  test('carries the agent’s answer back to the visitor', async () => {
    const called = await scene.qiyu.agentSays(visitor, '您好，有货的。');
    expect(called.verdict).toMatchObject({ kind: 'accepted' });
    const send = await scene.wechat.nextSend(({ text }) => text === '您好，有货的。');
    expect(send).toMatchObject({ openid: visitor, msgtype: 'text' });
  });

  test('takes a repeated push for what it is', async () => {
    const pushed = await scene.wechat.pushText(scene.pushUrl, visitor, '只说一次');
    await scene.qiyu.nextMessage(({ text }) => text === '只说一次');
    const repeated = await scene.wechat.repeat(pushed);
    expect(repeated.verdict).toEqual({ kind: 'accepted', answer: 'success' });
    await scene.wechat.pushText(scene.pushUrl, visitor, '之后的');
    await scene.qiyu.nextMessage(({ text }) => text === '之后的');
    expect(scene.qiyu.messages.all.filter(({ text }) => text === '只说一次')).toHaveLength(1);
  });
});
