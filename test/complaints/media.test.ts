import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BridgeScene, openScene, unjoined } from '../bridge/scene.ts';
import { lineOf, unhurried } from './scenes.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const gif = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const jpg =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
  'wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=';
const visitor = 'oSim0000000000000000000user1';
const uploadPath = '/cgi-bin/media/upload';
const sendPath = '/cgi-bin/message/custom/send';
let scene: BridgeScene;
/** How far WeChat's clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  scene = await openScene({
    ...unhurried,
    qiyu: { ...unhurried.qiyu, greeting: '' },
    wechat: { now: () => Date.now() + aheadMs },
    wechatSettings: { ...unjoined, pushMaxSkewSec: 0 },
  });
});
afterAll(() => scene.close());

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');
/** A picture that was never sent before; what stands behind a PNG's end is not looked at. */
const freshPng = (name: string) => Buffer.concat([bytesOf(png), Buffer.from(name)]);
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

  test('that is over the visitor’s allowance is not uploaded before it can go', async () => {
    await say('还有吗');
    for (const line of ['1', '2', '3', '4', '5']) {
      await scene.qiyu.agentSays(visitor, line);
      await scene.wechat.nextSend(({ text }) => text === line);
    }
    const before = uploads().length;
    await scene.qiyu.agentSendsPicture(visitor, freshPng('held'));
    await scene.bridge.lineOf('reply.held');
    expect(uploads()).toHaveLength(before);
    await say('在等');
    await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    expect(uploads()).toHaveLength(before + 1);
    expect(scene.wechat.refusedSends.all).toEqual([]);
  });

  // Media ids die after three days.
  test('that was held for longer than WeChat keeps an upload is uploaded again', async () => {
    await say('最后一张');
    const before = uploads().length;
    scene.wechat.fail({ path: sendPath, errcode: 45047 });
    await scene.qiyu.agentSendsPicture(visitor, freshPng('old'));
    await lineOf(scene.bridge, ({ msg, outcome }) => msg === 'reply.attempted' && outcome === 'held');
    aheadMs += 73 * 3_600_000;
    await say('图呢');
    await scene.wechat.nextSend(({ msgtype }) => msgtype === 'image');
    await scene.wechat.refusedSends.next(({ errcode }) => errcode === 40007);
    expect(uploads().length - before).toBe(2);
  });
});
