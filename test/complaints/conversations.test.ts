import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { account, qiyuKeys } from '../bridge/account.ts';
import { makeHome, startBridge } from '../bridge/process.ts';
import { type BridgeScene, linesOf, openScene } from '../bridge/scene.ts';
import { unhurried } from './scenes.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let scene: BridgeScene;

beforeAll(async () => {
  const robot = { id: 7, name: '小七', reply: (text: string) => `机器人：${text}` };
  scene = await openScene({
    qiyu: { ...unhurried.qiyu, robot, stickyMs: 0, greeting: '' },
    helpdeskSettings: { ...unhurried.helpdeskSettings, route: 'robot-first' },
  });
});
afterAll(() => scene.close());

/** What the visitor says, once it has arrived: by whom it is served. */
async function say(visitor: string, words: string): Promise<string> {
  await scene.wechat.pushText(scene.pushUrl, visitor, words);
  return (await scene.qiyu.nextMessage(({ uid, text }) => uid === visitor && text === words)).state;
}

/** Texts that waited together are one send. */
function shown(visitor: string, line: string) {
  return scene.wechat.nextSend((send) => send.openid === visitor && linesOf(send).includes(line));
}

async function callAgent(visitor: string): Promise<void> {
  await scene.wechat.pushText(scene.pushUrl, visitor, '人工');
  await scene.qiyu.applications.next(({ uid, answer }) => uid === visitor && answer.staffType === 1);
  await scene.qiyu.agentSays(visitor, '您好，我是小李');
  await shown(visitor, '您好，我是小李');
}

const sessionsOf = (visitor: string) => scene.qiyu.sessions.filter(({ uid }) => uid === visitor);

// One visitor, four conversations.
test('four pictures in one breath are one session, in which all four arrive', async () => {
  const visitor = 'oSim000000000000000pictures';
  await Promise.all([1, 2, 3, 4].map(() => scene.wechat.pushImage(scene.pushUrl, visitor, png)));
  for (let picture = 1; picture <= 4; picture += 1) {
    await scene.qiyu.nextMessage(({ uid, msgType }) => uid === visitor && msgType === 'PICTURE');
  }
  expect(sessionsOf(visitor)).toHaveLength(1);
  expect(scene.qiyu.applications.all.filter(({ uid }) => uid === visitor)).toHaveLength(1);
});

// A message to a closed conversation vanished, or the robot never came back.
describe('when an agent has closed the session', () => {
  const visitor = 'oSim00000000000000000closed';

  test('what the visitor writes next opens another one, and the robot has it again', async () => {
    expect(await say(visitor, '你好')).toBe('robot');
    await callAgent(visitor);
    expect(await say(visitor, '要退货')).toBe('human');
    await scene.qiyu.endSession(visitor);
    expect(await say(visitor, '还有一事')).toBe('robot');
    expect(sessionsOf(visitor).map(({ kind }) => kind)).toEqual(['robot', 'human', 'robot']);
  });

  test('the visitor can ask for a person again', async () => {
    await callAgent(visitor);
    expect(await say(visitor, '又是我')).toBe('human');
  });

  test('an agent who writes all the same reaches the visitor', async () => {
    await scene.qiyu.endSession(visitor);
    await scene.qiyu.agentSays(visitor, '补充一句');
    await shown(visitor, '补充一句');
  });
});

// A robot without a way out.
test('a visitor who asks the robot for a person gets one, and the robot falls silent', async () => {
  const visitor = 'oSim00000000000000000person';
  await say(visitor, '你好');
  await shown(visitor, '机器人：你好');
  await callAgent(visitor);
  expect(await say(visitor, '人呢')).toBe('human');
  await scene.qiyu.agentSays(visitor, '在的');
  await shown(visitor, '在的');
  const lines = scene.wechat.sends.all.filter(({ openid }) => openid === visitor).flatMap(linesOf);
  expect(lines.filter((line) => line.startsWith('机器人'))).toEqual(['机器人：你好']);
});

// A mini-program's openid was used with the official account: openids are unique within an account only.
describe('one openid in two accounts', () => {
  const openid = 'oSim0000000000000000000user1';
  const official = { ...account, appid: 'wx0000000000000002', originalId: 'gh_000000000002' };
  type Home = ReturnType<typeof makeHome>;
  type Vendors = Awaited<ReturnType<typeof startVendors>>;
  let home: Home;
  let bridge: Awaited<ReturnType<typeof startBridge>>;
  let mini: Vendors;
  let service: Vendors;

  async function startVendors(kind: 'miniprogram' | 'service') {
    const of = kind === 'service' ? official : account;
    const wechat = await startWeChat({ ...of, kind, mode: 'safe', format: 'xml' });
    return { kind, of, wechat, qiyu: await startQiyu({ ...qiyuKeys, greeting: '' }) };
  }
  const tenantOf = ({ kind, of, wechat, qiyu }: Vendors) => ({
    wechat: { ...of, kind, baseUrl: wechat.url },
    helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url } },
  });

  beforeAll(async () => {
    [mini, service] = await Promise.all([startVendors('miniprogram'), startVendors('service')]);
    home = makeHome();
    home.writeConfig({
      listen: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0 },
      publicUrl: 'http://127.0.0.1',
      tenants: { mini: tenantOf(mini), service: tenantOf(service) },
    });
    bridge = await startBridge(home.configFile);
    for (const { qiyu, kind } of [mini, service]) {
      const tenant = kind === 'service' ? 'service' : 'mini';
      qiyu.changeSettings({ callbackUrl: `${bridge.publicUrl}/callback/${tenant}/main` });
    }
  });
  afterAll(async () => {
    await bridge.kill();
    await Promise.all([mini, service].flatMap(({ wechat, qiyu }) => [wechat.close(), qiyu.close()]));
    home.remove();
  });

  test('is two visitors: each is answered by the account to which he wrote', async () => {
    await mini.wechat.pushText(`${bridge.publicUrl}/wechat/mini`, openid, '小程序');
    await service.wechat.pushText(`${bridge.publicUrl}/wechat/service`, openid, '公众号');
    await Promise.all([mini.qiyu.nextMessage(), service.qiyu.nextMessage()]);
    await service.qiyu.agentSays(openid, '答公众号');
    await mini.qiyu.agentSays(openid, '答小程序');
    await Promise.all([mini.wechat.nextSend(), service.wechat.nextSend()]);
    const words = ({ wechat }: Vendors) => wechat.sends.all.map(({ text }) => text);
    expect([words(mini), words(service)]).toEqual([['答小程序'], ['答公众号']]);
  });

  test('is answered by no account to which nobody wrote: its pushes are refused under the other’s address', async () => {
    const message = { FromUserName: openid, MsgType: 'text', Content: '走错门' };
    const pushed = await service.wechat.forge(`${bridge.publicUrl}/wechat/mini`, message, {});
    expect(pushed.verdict).toEqual({ kind: 'refused', status: 403 });
  });
});
