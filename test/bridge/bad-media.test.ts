import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halfMedia } from './half-media.ts';
import { type BridgeScene, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
let scene: BridgeScene;
let png: Buffer;

beforeAll(async () => {
  png = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#d03010' } })
    .png()
    .toBuffer();
  scene = await openScene({ wechatSettings: unjoined, config: { media: { maxBytes: 100_000 } } });
});
afterAll(() => scene.close());

const uploads = () => scene.wechat.requests.all.filter(({ path }) => path === '/cgi-bin/media/upload');

/** An agent sends a picture to a visitor who has just written; what reaches the visitor. */
async function sendPicture(bytes: Buffer) {
  await scene.wechat.pushText(scene.pushUrl, visitor, 'hello');
  await scene.qiyu.agentSendsPicture(visitor, bytes);
  return scene.wechat.nextSend(({ msgtype, text = '' }) => msgtype === 'image' || text.startsWith('[图片]'));
}

describe('a picture of an agent', () => {
  test('whose download is cut is fetched again, and arrives whole', async () => {
    const before = uploads().length;
    scene.qiyu.fail({ path: '/file/', cut: true });
    expect(await sendPicture(png)).toMatchObject({ msgtype: 'image' });
    expect(uploads().slice(before)).toHaveLength(1);
    expect(uploads().at(-1)?.body.includes(png)).toBe(true);
    expect(await halfMedia(scene)).toEqual([]);
  });

  test('is a picture whatever its type is said to be', async () => {
    scene.qiyu.fail({ path: '/file/', type: 'text/html' });
    expect(await sendPicture(png)).toMatchObject({ msgtype: 'image' });
  });

  test.each([
    ['is a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['is SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['is over the limit', Buffer.alloc(100_001, 1)],
  ])('that %s is a line with its address', async (_what, bytes) => {
    const before = uploads().length;
    expect(await sendPicture(bytes)).toMatchObject({
      text: expect.stringMatching(/^\[图片\] http:\/\/127\.0\.0\.1/),
    });
    expect(uploads()).toHaveLength(before);
    expect(await halfMedia(scene)).toEqual([]);
  });

  test('that leads to an internal address is not followed there', async () => {
    const headers = { location: 'http://169.254.169.254/latest/meta-data/' };
    scene.qiyu.fail({ path: '/file/', status: 302, headers });
    expect(await sendPicture(png)).toMatchObject({ text: expect.stringContaining('[图片]') });
    expect(scene.bridge.lines).toContainEqual(
      expect.objectContaining({ msg: 'medium.attempted', outcome: 'gone', code: 'internal_address' }),
    );
  });
});

describe('a picture of a visitor', () => {
  test.each([
    ['WeChat has lost', { errcode: 40007 }],
    ['comes cut by its id', { cut: true as const }],
  ])('that %s arrives at the desk by its link', async (_what, effect) => {
    scene.wechat.fail({ path: '/cgi-bin/media/get', ...effect });
    await scene.wechat.pushImage(scene.pushUrl, visitor, png);
    const message = await scene.qiyu.nextMessage(({ msgType }) => msgType === 'PICTURE');
    expect(scene.qiyu.file(String(message.url))?.bytes.equals(png)).toBe(true);
    expect(await halfMedia(scene)).toEqual([]);
  });

  test('that WeChat takes no type for arrives as it is', async () => {
    const webp = await sharp(png).webp().toBuffer();
    await scene.wechat.pushImage(scene.pushUrl, visitor, webp);
    const message = await scene.qiyu.nextMessage(({ msgType }) => msgType === 'PICTURE');
    expect(scene.qiyu.file(String(message.url))?.bytes.equals(webp)).toBe(true);
  });
});
