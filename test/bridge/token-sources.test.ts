import { afterEach, describe, expect, test } from 'vitest';
import type { VendorServer } from '../../sandbox/vendors/server.ts';
import { startTokenService } from '../../sandbox/vendors/token-service.ts';
import { type PretendedWeChat, startWeChat } from '../../sandbox/vendors/wechat.ts';
import { checkConfig } from '../../src/check.ts';
import { account, qiyuKeys } from './account.ts';
import { makeHome } from './process.ts';
import { type BridgeScene, linesOf, linesRead, openScene, unjoined } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const sendPath = '/cgi-bin/message/custom/send';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

async function openWith(wechatSettings: object): Promise<BridgeScene> {
  const scene = await openScene({ wechatSettings: { ...unjoined, ...wechatSettings } });
  open.push(scene);
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  return scene;
}

async function answer({ wechat, qiyu }: BridgeScene, text: string): Promise<void> {
  await qiyu.agentSays(visitor, text);
  await wechat.nextSend((send) => linesOf(send).includes(text));
}

const calls = (server: VendorServer, path: string) => server.requests.all.filter((one) => one.path === path);

describe('with classic tokens', () => {
  test('a reply arrives once, also after another system has ended the token', async () => {
    const scene = await openWith({ tokenSource: 'classic' });
    await answer(scene, '在');
    scene.wechat.tokens.revoke({ pool: 'classic' });
    await scene.qiyu.agentSays(visitor, '还在');
    await scene.wechat.nextSend((send) => linesOf(send).includes('还在'), 60_000);
    expect(scene.wechat.tokens.issued).toEqual({ stable: 0, classic: 2 });
    expect(linesRead(scene.wechat).filter((line) => line === '还在')).toHaveLength(1);
  }, 90_000);
});

describe('with a token service', () => {
  async function openService(wechat: PretendedWeChat): Promise<VendorServer> {
    const service = await startTokenService({ wechat, bearer: 'b-1' });
    open.push(service);
    return service;
  }

  test('nothing is asked of WeChat but with its tokens, and a dead one is named to it', async () => {
    const wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
    open.push(wechat);
    const service = await openService(wechat);
    const scene = await openScene({
      wechatSettings: {
        ...unjoined,
        secret: undefined,
        baseUrl: wechat.url,
        tokenSource: { url: `${service.url}/token`, bearer: 'b-1' },
      },
    });
    open.push(scene);
    await wechat.pushText(scene.pushUrl, visitor, '在吗');
    await answer({ ...scene, wechat }, '在');
    wechat.tokens.revoke();
    await answer({ ...scene, wechat }, '还在');
    expect(wechat.tokens.issued).toEqual({ stable: 0, classic: 2 });
    expect(calls(service, '/token')).toHaveLength(2);
    expect(calls(wechat, sendPath).filter((one) => one.answer.includes('40001'))).toHaveLength(1);
    const logged = JSON.stringify(scene.bridge.lines);
    expect(logged).not.toContain('b-1');
  });
});

describe('check --online', () => {
  async function check(wechat: PretendedWeChat, settings: object) {
    const home = makeHome();
    home.writeConfig({
      publicUrl: 'https://bridge.example.com',
      tenants: {
        shop: {
          wechat: { ...account, baseUrl: wechat.url, ...settings },
          helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: 'http://127.0.0.1:1' } },
        },
      },
    });
    const lines: string[] = [];
    await checkConfig(home.configFile, { env: {}, online: true, print: (line) => lines.push(line) });
    home.remove();
    return lines.filter((line) => line.startsWith('shop/wechat'));
  }

  async function openWeChat(): Promise<PretendedWeChat> {
    const wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
    open.push(wechat);
    return wechat;
  }

  test('warns of classic tokens, and ends none of those that are in use', async () => {
    const wechat = await openWeChat();
    expect(await check(wechat, { tokenSource: 'classic' })).toEqual([
      expect.stringMatching(/^shop\/wechat: warn: tokenSource is classic/),
    ]);
    expect(wechat.tokens.issued).toEqual({ stable: 1, classic: 0 });
  });

  test('proves that what a token service gives is good', async () => {
    const wechat = await openWeChat();
    const service = await startTokenService({ wechat, bearer: 'b-1' });
    open.push(service);
    const tokenSource = { url: `${service.url}/token`, bearer: 'b-1' };
    expect(await check(wechat, { secret: undefined, tokenSource })).toEqual(['shop/wechat: ok']);
    const wrong = await check(wechat, { tokenSource: { ...tokenSource, bearer: 'b-2' } });
    expect(wrong).toEqual([
      'shop/wechat: fatal: expected an access token from the token service, got HTTP 401: is tokenSource.url right?',
    ]);
    const stranger = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
    open.push(stranger);
    expect(await check(stranger, { tokenSource })).toEqual([
      'shop/wechat: fatal: WeChat refuses the access token that the token service gives, code 40001',
    ]);
  });
});
