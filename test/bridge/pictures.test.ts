import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

describe('a picture', () => {
  test('of a visitor is fetched from WeChat and uploaded to the helpdesk', async () => {
    await scene.wechat.pushImage(scene.pushUrl, visitor, png);
    const message = await scene.qiyu.nextMessage(({ msgType }) => msgType === 'PICTURE');
    expect(message).toMatchObject({ size: png.length, md5: createHash('md5').update(png).digest('hex') });
    expect(scene.qiyu.file(String(message.url))?.bytes.equals(png)).toBe(true);
  });

  test('of an agent is fetched from the helpdesk and uploaded to WeChat', async () => {
    await scene.qiyu.agentSendsPicture(visitor, png);
    const send = await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    expect(send).toMatchObject({ openid: visitor, payload: { image: { media_id: expect.any(String) } } });
  });

  test('keeps its place between texts', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '看图：');
    await scene.wechat.pushImage(scene.pushUrl, visitor, png);
    await scene.wechat.pushText(scene.pushUrl, visitor, '看到了吗');
    await scene.qiyu.nextMessage(({ text }) => text === '看到了吗');
    expect(scene.qiyu.messages.all.map(({ msgType }) => msgType)).toEqual([
      'PICTURE',
      'TEXT',
      'PICTURE',
      'TEXT',
    ]);
  });
});
