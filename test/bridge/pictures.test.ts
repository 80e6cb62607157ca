import { createHash } from 'node:crypto';
import sharp, { type Create } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HEIC } from '../media/pictures.ts';
import { type BridgeScene, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const transparent: Create = { width: 30, height: 20, channels: 4, background: '#d0301080' };
const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
const large: Create = { width: 800, height: 600, channels: 3, background: '#fff', noise };
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene({
    wechat: { imageMaxBytes: 99_000 },
    wechatSettings: { ...unjoined, imageMaxBytes: 99_000 },
  });
});
afterAll(() => scene.close());

const uploads = () => scene.wechat.requests.all.filter(({ path }) => path === '/cgi-bin/media/upload');

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

  test.each([
    ['WebP', 'png', () => sharp({ create: transparent }).webp().toBuffer()],
    ['HEIC', 'jpg', async () => HEIC],
    ['JPEG over the limit', 'jpg', () => sharp({ create: large }).jpeg({ quality: 100 }).toBuffer()],
  ])(
    'of an agent that WeChat does not take reaches the visitor as one that it does: %s',
    async (...given) => {
      const [, extension, make] = given;
      const uploaded = uploads().length;
      await scene.qiyu.agentSendsPicture(visitor, await make());
      await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
      const [upload, ...others] = uploads().slice(uploaded);
      expect(others).toEqual([]);
      expect(upload).toMatchObject({ status: 200 });
      expect(upload?.body.toString('latin1')).toContain(`filename="media.${extension}"`);
      expect(upload?.bytes).toBeLessThan(100_000);
    },
  );

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
