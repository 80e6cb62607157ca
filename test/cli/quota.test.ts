import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PretendedWeChat, startWeChat } from '../../sandbox/vendors/wechat.ts';
import { showQuota } from '../../src/quota.ts';
import { account, qiyuKeys } from '../bridge/account.ts';
import { type Home, makeHome } from '../bridge/process.ts';

let home: Home;
let wechat: PretendedWeChat;

beforeEach(async () => {
  home = makeHome();
  wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'safe', format: 'xml' });
  home.writeConfig({
    publicUrl: 'https://bridge.example.com',
    admin: { port: 0 },
    tenants: {
      shop: {
        wechat: { ...account, baseUrl: wechat.url },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys } },
      },
    },
  });
});
afterEach(async () => {
  await wechat.close();
  home.remove();
});

async function ask(tenant?: string): Promise<{ status: number; cells: readonly (readonly string[])[] }> {
  const lines: string[] = [];
  const status = await showQuota(home.configFile, { env: {}, tenant, print: (line) => lines.push(line) });
  return { status, cells: lines.map((line) => line.split(/ {2,}/)) };
}

describe('quota', () => {
  test('asks WeChat itself where no bridge runs', async () => {
    expect(await ask()).toEqual({
      status: 0,
      cells: [
        ['tenant', 'API', 'a day', 'used', 'left', 'rate', 'counted here', 'paused until'],
        ['shop', '/cgi-bin/message/custom/send', '500000', '0', '500000', '600 in 60 s'],
        ['shop', '/cgi-bin/media/upload', '100000', '0', '100000'],
        ['shop', '/cgi-bin/media/get', '200000', '0', '200000'],
      ],
    });
  });

  test('says what WeChat has against it', async () => {
    wechat.fail({ path: '/cgi-bin/openapi/quota/get', errcode: 48001, times: 3 });
    const { status, cells } = await ask('shop');
    expect(status).toBe(1);
    expect(cells[1]).toEqual(['shop', '/cgi-bin/message/custom/send', 'code 48001']);
  });

  test('asks nothing for an account that a component holds: only the bridge can', async () => {
    const { secret, token, encodingAESKey, ...open } = account;
    home.writeConfig({
      publicUrl: 'https://bridge.example.com',
      admin: { port: 0 },
      components: {
        agency: { appid: 'wx0f1e2d3c4b5a6978', secret, token, encodingAESKey, baseUrl: wechat.url },
      },
      tenants: {
        shop: {
          wechat: { ...open, component: 'agency', baseUrl: wechat.url },
          helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys } },
        },
      },
    });
    const { status, cells } = await ask('shop');
    expect(status).toBe(1);
    expect(cells[1]).toEqual(['shop', '/cgi-bin/message/custom/send', 'code no bridge']);
    expect(wechat.requests.all).toEqual([]);
  });

  test('says which tenants there are, where it is asked for another', async () => {
    expect(await ask('shoe')).toEqual({
      status: 2,
      cells: [['expected one of the tenants shop, got shoe']],
    });
  });
});
