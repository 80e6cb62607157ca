import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { type BridgeProcess, type Home, makeHome, startBridge } from './process.ts';
import { type BridgeScene, linesOf, linesRead, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
let place: PostgresPlace;
let scene: BridgeScene;
let home: Home;
let other: BridgeProcess;

/** The same configuration, on ports of its own. */
async function startAnother(): Promise<BridgeProcess> {
  const config = parse(readFileSync(scene.home.configFile, 'utf8')) as object; // as the scene wrote it
  const anyPort = { host: '127.0.0.1', port: 0 };
  home.writeConfig({ ...config, listen: anyPort, admin: anyPort });
  return startBridge(home.configFile);
}

beforeAll(async () => {
  place = await borrowPostgresPlace();
  home = makeHome();
  scene = await openScene({
    wechatSettings: unjoined,
    config: { store: place.url, leaseSec: 3 },
  });
  other = await startAnother();
});

afterAll(async () => {
  if (other.process.exitCode === null && other.process.signalCode === null) await other.kill();
  await scene.close();
  home.remove();
  await place.remove();
});

const urlOf = (bridge: BridgeProcess) => `${bridge.publicUrl}/wechat/shop`;
/** Qiyu takes the next message and never answers; resolves when it has come. */
function hangNextMessage(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const isIt = () => {
    resolve();
    return true;
  };
  scene.qiyu.fail({ hang: true, path: '/openapi/message/send', matches: isIt });
  return promise;
}

const forwarded = () => scene.qiyu.messages.all.map(({ text }) => text);

describe('two instances on one database', () => {
  test('keep the order of a visitor whose messages come to either', async () => {
    const texts = Array.from({ length: 12 }, (_, number) => `第${number}句`);
    for (const [number, text] of texts.entries()) {
      const url = urlOf(number % 2 === 0 ? scene.bridge : other);
      expect((await scene.wechat.pushText(url, visitor, text)).verdict.kind).toBe('accepted');
    }
    await scene.qiyu.nextMessage(({ text }) => text === texts.at(-1));
    expect(forwarded()).toEqual(texts);
  });

  test('go on with what a third had in hand when it was killed', async () => {
    const third = await startAnother();
    const began = hangNextMessage();
    await scene.wechat.pushText(urlOf(third), visitor, '断电时');
    await began;
    await third.kill();
    await scene.wechat.pushText(urlOf(other), visitor, '断电后');
    await scene.qiyu.nextMessage(({ text }) => text === '断电后', 15_000);
    expect(forwarded().slice(-2)).toEqual(['断电时', '断电后']);
    expect(
      await Promise.race([scene.bridge, other].map((bridge) => bridge.lineOf('instance.lost'))),
    ).toBeDefined();
  });

  test('go on with what a third had in hand when it froze; and it repeats nothing when it wakes', async () => {
    const third = await startAnother();
    const began = hangNextMessage();
    await scene.wechat.pushText(urlOf(third), visitor, '卡住时');
    await began;
    third.process.kill('SIGSTOP');
    await scene.wechat.pushText(urlOf(scene.bridge), visitor, '卡住后');
    await scene.qiyu.nextMessage(({ text }) => text === '卡住后', 15_000);
    third.process.kill('SIGCONT');
    await third.lineOf('lease.lapsed');
    await scene.wechat.pushText(urlOf(third), visitor, '醒来后');
    await scene.qiyu.nextMessage(({ text }) => text === '醒来后', 15_000);
    expect(forwarded().slice(-3)).toEqual(['卡住时', '卡住后', '醒来后']);
    expect(await third.stop()).toBe(0);
  });

  test('carry answers of agents to the visitor, whichever is called back', async () => {
    await scene.qiyu.agentSays(visitor, '第一答');
    scene.qiyu.changeSettings({ callbackUrl: `${other.publicUrl}/callback/shop/main` });
    await scene.qiyu.agentSays(visitor, '还在吗');
    await scene.wechat.nextSend((send) => linesOf(send).includes('还在吗'));
    expect(linesRead(scene.wechat).filter((line) => line === '第一答' || line === '还在吗')).toEqual([
      '第一答',
      '还在吗',
    ]);
  });
}, 60_000);
