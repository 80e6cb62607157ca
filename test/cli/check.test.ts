import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startQiyu } from '../../sandbox/vendors/qiyu.ts';
import { startWeChat } from '../../sandbox/vendors/wechat.ts';
import { startPlatform } from '../../sandbox/vendors/wechat-platform.ts';
import { checkConfig } from '../../src/check.ts';
import { account, qiyuKeys } from '../bridge/account.ts';
import { type Home, makeHome } from '../bridge/process.ts';
import { startRedis } from '../redis/pretended-redis.ts';

let home: Home;

beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

async function check(config: object, online = false): Promise<{ status: number; lines: readonly string[] }> {
  home.writeConfig(config);
  const lines: string[] = [];
  const status = await checkConfig(home.configFile, { env: {}, online, print: (line) => lines.push(line) });
  return { status, lines };
}

function configOf(urls: { wechat: string; qiyu: string }, wechat: object = {}): object {
  return {
    publicUrl: 'https://bridge.example.com',
    tenants: {
      shop: {
        wechat: { ...account, baseUrl: urls.wechat, ...wechat },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: urls.qiyu } },
      },
    },
  };
}

const nowhere = { wechat: 'http://127.0.0.1:1', qiyu: 'http://127.0.0.1:1' };

describe('check', () => {
  test('finds a sound file sound, and warns of secrets that stand in it', async () => {
    const { status, lines } = await check(configOf(nowhere));
    expect(status).toBe(0);
    expect(lines.join('\n')).toContain('tenants.shop.wechat.secret: the secret stands in the file');
    expect(lines.at(-1)).toBe(`${home.configFile}: 1 tenant(s), no faults`);
  });

  test('tells every fault of a file that is not', async () => {
    const { status, lines } = await check({ publicUrl: 'x', tenants: { shop: { wechat: {} } } });
    expect(status).toBe(2);
    expect(lines.join('\n')).toContain('tenants.shop.wechat.appid: ');
  });
});

describe('check --online', () => {
  test.each([
    ['sesame', 'cache: ok', 0],
    ['wrong', 'cache: fatal: expected a Redis that keeps values, got WRONGPASS', 1],
    [undefined, 'cache: fatal: expected a Redis that keeps values, got connect ECONNREFUSED', 1],
  ])('tries the cache (password %s)', async (password, line, status) => {
    const redis = await startRedis({ password: 'sesame' });
    if (password === undefined) await redis.close();
    const cache = `redis://:${password}@127.0.0.1:${redis.port}`;
    const found = await check({ publicUrl: 'https://bridge.example.com', cache, tenants: {} }, true);
    await redis.close();
    expect(found.status).toBe(status);
    expect(found.lines).toContainEqual(expect.stringContaining(line));
    expect(found.lines.join()).not.toContain('sesame');
    expect(redis.keys.names()).toEqual([]);
  });

  test('finds both sides well where both are', async () => {
    const wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
    const qiyu = await startQiyu(qiyuKeys);
    const { status, lines } = await check(configOf({ wechat: wechat.url, qiyu: qiyu.url }), true);
    await Promise.all([wechat.close(), qiyu.close()]);
    expect(lines).toContain('shop/wechat: ok');
    expect(lines.join('\n')).not.toContain('fatal');
    expect(status).toBe(0);
  });

  test.each([
    ['miniprogram', 'shop/official: warn: cannot be verified'],
    ['service', 'shop/official: ok: WeChat knows 1 agent(s) of the account'],
  ] as const)('says of the official agents of a %s what it can', async (kind, text) => {
    const wechat = await startWeChat({ ...account, kind, mode: 'safe', format: 'xml' });
    const wechatSettings = { ...account, kind, baseUrl: wechat.url };
    const helpdesks = { official: { adapter: 'wechat-official' } };
    const tenants = { shop: { wechat: wechatSettings, helpdesks } };
    const { status, lines } = await check({ publicUrl: 'https://bridge.example.com', tenants }, true);
    await wechat.close();
    expect(lines.join('\n')).toContain(text);
    expect(status).toBe(0);
  });

  test('says what WeChat has against the secret, and what to do', async () => {
    const wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
    const config = configOf({ ...nowhere, wechat: wechat.url }, { secret: 'another-secret' });
    const { status, lines } = await check(config, true);
    await wechat.close();
    expect(status).toBe(1);
    expect(lines).toContain(
      'shop/wechat: fatal: WeChat does not accept the secret, code 40125: compare secret with the console; it may have been reset',
    );
    expect(lines.some((line) => line.startsWith('shop/main: fatal: '))).toBe(true);
  });

  test('leaves the tokens of an account that a component holds to the running bridge', async () => {
    const { secret, token, encodingAESKey, ...open } = account;
    const keys = { appid: 'wx0f1e2d3c4b5a6978', secret, token, encodingAESKey };
    const platform = await startPlatform({ component: keys });
    const config = {
      publicUrl: 'https://bridge.example.com',
      components: { agency: { ...keys, baseUrl: platform.url } },
      tenants: {
        shop: {
          wechat: { ...open, kind: 'service', component: 'agency', baseUrl: platform.url },
          helpdesks: { main: { adapter: 'wechat-official' } },
        },
      },
    };
    const { status, lines } = await check(config, true);
    await platform.close();
    expect(status).toBe(0);
    expect(lines).toContainEqual(expect.stringMatching(/^shop\/wechat: warn: .*\/component\/agency/));
    expect(lines).toContainEqual(expect.stringMatching(/^shop\/main: warn: .*\(no bridge\)$/));
    expect(platform.requests.all).toEqual([]);
  });
});
