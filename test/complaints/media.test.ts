import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene } from '../bridge/scene.ts';
import { unhurried } from './scenes.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const gif = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const jpg =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
  'wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=';
const visitor = 'oSim0000000000000000000user1';
const uploadPath = '/cgi-bin/media/upload';
let scene: BridgeScene;
/** How far WeChat's clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  scene = await openScene({
    ...unhurried,
    qiyu: { ...unhurried.qiyu, greeting: '' },
    wechat: { now: () => Date.now() + aheadMs },
    wechatSettings: { pushMaxSkewSec: 0 },
  });
});
afterAll(() => scene.close());

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');
const uploads = () => scene.wechat.requests.all.filter(({ path }) => path === uploadPath);
const say = (text: string) => scene.wechat.pushText(scene.pushUrl, visitor, text);

// 41005 and 412: uploads without a length, without a file name, with a quoted boundary.
describe('a picture of an agent', () => {
  test.each([
    ['png', png],
    ['jpg', jpg],
    ['gif', gif],
  ])('is taken by WeChat’s upload at the first try: %s', async (extension, base64) => {
    await say('看看');
    const before = uploads().length;
    await scene.qiyu.agentSendsPicture(visitor, bytesOf(base64));
    await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    const [upload, ...others] = uploads().slice(before);
    expect(others).toEqual([]);
    expect(upload?.status).toBe(200);
    expect(upload?.body.toString('latin1')).toContain(`filename="media.${extension}"`);
    expect(upload?.body.includes(bytesOf(base64))).toBe(true);
  });

  // Pictures are slower than words.
  test('stays before the words that came after it, however slowly it is fetched', async () => {
    await say('再看看');
    const before = scene.wechat.sends.count;
    scene.qiyu.fail({ path: '/file/', delayMs: 700 });
    await Promise.all([
      scene.qiyu.agentSendsPicture(visitor, bytesOf(png)),
      scene.qiyu.agentSays(visitor, '如图'),
    ]);
    await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    await scene.wechat.nextSend(({ text }) => text === '如图');
    expect(scene.wechat.sends.all.slice(before).map(({ msgtype }) => msgtype)).toEqual(['image', 'text']);
  });

  // Media ids die after three days.
  test('that was held for longer than WeChat keeps an upload is uploaded again', async () => {
    await say('最后一张');
    for (const text of ['1', '2', '3', '4', '5']) await scene.qiyu.agentSays(visitor, text);
    await scene.wechat.nextSend(({ text }) => text === '5');
    const before = uploads().length;
    await scene.qiyu.agentSendsPicture(visitor, bytesOf(png));
    await scene.wechat.refusedSends.next(({ errcode }) => errcode === 45047);
    aheadMs += 73 * 3_600_000;
    await say('图呢');
    await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    await scene.wechat.refusedSends.next(({ errcode }) => errcode === 40007);
    expect(uploads().length - before).toBe(2);
  });
});
