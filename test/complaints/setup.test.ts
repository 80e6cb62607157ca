import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PretendedWeChat, startWeChat } from '../../sandbox/vendors/wechat.ts';
import { checkConfig } from '../../src/check.ts';
import { account, qiyuKeys } from '../bridge/account.ts';
import { type Home, makeHome } from '../bridge/process.ts';
import { serve } from '../http/loopback.ts';
import { agentSays } from '../relay/turns/world.ts';
import { OK, says, sent } from '../wechat/desk.ts';
import { openRelayToWeChat } from './scenes.ts';

const stranger = 'oSim0000000000000000000user1';
let wechat: PretendedWeChat;
let home: Home;

beforeEach(async () => {
  wechat = await startWeChat({ ...account, kind: 'miniprogram', mode: 'plain', format: 'xml' });
  home = makeHome();
});
afterEach(async () => {
  await wechat.close();
  home.remove();
});

// 40164: the machine's address is not in the account's list, and nobody knew which address WeChat had seen.
describe('an account whose IP whitelist lacks this machine', () => {
  test('is named by check, with the address to paste and the place for it', async () => {
    home.writeConfig({
      publicUrl: 'https://bridge.example.com',
      tenants: {
        shop: {
          wechat: { ...account, baseUrl: wechat.url },
          helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: 'http://127.0.0.1:1' } },
        },
      },
    });
    wechat.fail({ path: '/cgi-bin/stable_token', errcode: 40164 });
    const lines: string[] = [];
    await checkConfig(home.configFile, { env: {}, online: true, print: (line) => lines.push(line) });
    const finding = lines.find((line) => line.startsWith('shop/wechat: fatal: '));
    expect(finding).toContain('IP whitelist');
    expect(finding).toContain('127.0.0.1');
    expect(finding).toContain('add the address');
  });

  test('loses no reply: all go out when the address was added', async () => {
    let isListed = false;
    let asked = 0;
    const token = () => {
      asked += 1;
      return isListed ? says({ access_token: 'T', expires_in: 7200 }) : says({ errcode: 40164, errmsg: '' });
    };
    const { world, calls } = await openRelayToWeChat([OK], { token });
    await world.push('hello');
    for (const line of ['1', '2', '3']) await world.callback(agentSays(line));
    await world.clock.advance(600_000);
    const askedInVain = asked;
    isListed = true;
    await world.clock.advance(60_000);
    const states = (await world.messages()).map(({ state }) => state);
    await world.close();
    expect(states).toEqual(['forwarded', 'sent', 'sent', 'sent']);
    expect(calls.map((call) => sent(call))).toMatchObject([{ text: { content: '1\n2\n3' } }]);
    // A minute apart, however many replies wait.
    expect(askedInVain).toBeLessThanOrEqual(11);
  });
});

// "I cannot test it": no WeChat without an account, a phone and a public address.
describe('WeChat’s side can be had without an account, for any server', () => {
  test.each([
    ['success', 200, 'accepted', 1],
    ['', 200, 'accepted', 1],
    ['"success"', 200, 'illegal', 1],
    ['{"code":0}', 200, 'illegal', 1],
    ['', 500, 'refused', 3],
  ])('and judges an answer of %j with status %i as WeChat does', async (body, status, kind, tries) => {
    const port = await serve((_request, response) => {
      response.writeHead(status).end(body);
    });
    const pushed = await wechat.pushText(`http://127.0.0.1:${port}/`, stranger, '在吗');
    expect(pushed).toMatchObject({ verdict: { kind }, tries });
  });
});
