import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account } from '../bridge/account.ts';
import { type BridgeScene, linesOf, linesRead, openScene } from '../bridge/scene.ts';
import { unhurried } from './scenes.ts';

const sendPath = '/cgi-bin/message/custom/send';
const visitors = Array.from({ length: 10 }, (_, index) => `oSim000000000000000000visit${index}`);
let scene: BridgeScene;

beforeAll(async () => {
  scene = await openScene(unhurried);
});
afterAll(() => scene.close());

/** To all visitors at once; resolves when each has it. */
async function answerAll(text: string): Promise<void> {
  const { wechat, qiyu } = scene;
  await Promise.all(visitors.map((visitor) => qiyu.agentSays(visitor, text)));
  await Promise.all(
    visitors.map((visitor) =>
      wechat.nextSend((send) => send.openid === visitor && linesOf(send).includes(text)),
    ),
  );
}

const timesSent = (text: string) => linesRead(scene.wechat).filter((line) => line === text).length;

// Access tokens: fetched for each message, killed by each other's owners, forced out for nothing.
describe('an access token', () => {
  test('is fetched once for ten visitors who are answered at once, not for each message', async () => {
    const { wechat, pushUrl } = scene;
    await Promise.all(visitors.map((visitor) => wechat.pushText(pushUrl, visitor, '在吗')));
    await answerAll('都在');
    expect(wechat.tokens.issued.stable).toBe(1);
    expect(wechat.requests.all.filter(({ path }) => path === '/cgi-bin/stable_token')).toHaveLength(1);
  });

  test('outlives a second system of the merchant that fetches tokens of its own', async () => {
    const { wechat } = scene;
    const query = `grant_type=client_credential&appid=${account.appid}&secret=${account.secret}`;
    for (let times = 0; times < 3; times += 1) await fetch(`${wechat.url}/cgi-bin/token?${query}`);
    await answerAll('还是都在');
    expect(wechat.tokens.issued).toEqual({ stable: 1, classic: 3 });
    expect(wechat.requests.all.filter(({ answer }) => answer.includes('40001'))).toEqual([]);
  });

  test('that one call finds refused though it is good is neither forced out nor lost', async () => {
    scene.wechat.fail({ path: sendPath, errcode: 40001 });
    await answerAll('没事');
    expect(scene.wechat.tokens.issued.stable).toBe(1);
    expect(timesSent('没事')).toBe(10);
  });

  test('that dies under ten answers is replaced by one, and each answer arrives once', async () => {
    scene.wechat.tokens.revoke();
    await answerAll('都收到了吗');
    expect(scene.wechat.tokens.issued.stable).toBe(2);
    expect(timesSent('都收到了吗')).toBe(10);
  });
});

test('a dead token that WeChat itself hands out again and again is forced out, and the answer arrives', async () => {
  const { wechat, qiyu, pushUrl } = scene;
  const [visitor = ''] = visitors;
  await wechat.pushText(pushUrl, visitor, '还有吗');
  wechat.tokens.revoke({ untilForced: true });
  await qiyu.agentSays(visitor, '有');
  await wechat.nextSend(({ text }) => text === '有');
  expect(wechat.tokens.issued.stable).toBe(3);
});
