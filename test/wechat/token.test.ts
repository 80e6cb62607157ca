import { describe, expect, test } from 'vitest';
import { createPermits } from '../../src/store/permits.ts';
import { createTokenSource } from '../../src/wechat/token.ts';
import { useStoreFolder } from '../store/folder.ts';
import { APPID, NOW, settingsWith } from './account.ts';
import { attemptOf, OK, openDesk, says, sendAll, sent, status, textReply } from './desk.ts';

const EXPIRED = says({
  errcode: 40001,
  errmsg: 'invalid credential, access_token is invalid or not latest rid: a1-b2',
});
const sameToken = () => says({ access_token: 'T', expires_in: 7200 });

function tokensOf(desk: ReturnType<typeof openDesk>): readonly (string | null)[] {
  return desk.calls.map((call) => new URL(call.url).searchParams.get('access_token'));
}

const folder = useStoreFolder();

function forcedCalls(desk: ReturnType<typeof openDesk>): number {
  return desk.tokenCalls.filter(({ body }) => String(body).includes('"force_refresh":true')).length;
}

describe('an access token', () => {
  test('is asked from stable_token, without force', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply());
    expect(desk.tokenCalls[0]?.url).toBe('https://api.weixin.qq.com/cgi-bin/stable_token');
    expect(sent(desk.tokenCalls[0])).toEqual({
      grant_type: 'client_credential',
      appid: APPID,
      secret: 'app-secret-of-the-tests',
      force_refresh: false,
    });
  });

  test('is loaded once by ten sends at a time', async () => {
    const desk = openDesk();
    await Promise.all(Array.from({ length: 10 }, () => desk.channel.send(textReply(), attemptOf())));
    expect([desk.tokenCalls.length, desk.calls.length]).toEqual([1, 10]);
  });

  test('is renewed before its end', async () => {
    const desk = openDesk();
    await sendAll(desk, textReply());
    desk.clock.now = NOW + 6_899_000;
    await sendAll(desk, textReply());
    expect(desk.tokenCalls).toHaveLength(1);
    desk.clock.now = NOW + 6_900_000;
    await sendAll(desk, textReply());
    expect(tokensOf(desk)).toEqual(['T1', 'T1', 'T2']);
  });

  test('that has little time left is still used for half of it', async () => {
    const desk = openDesk([OK], { token: () => says({ access_token: 'T', expires_in: 310 }) });
    await sendAll(desk, textReply());
    desk.clock.now = NOW + 154_999;
    await sendAll(desk, textReply());
    expect(desk.tokenCalls).toHaveLength(1);
    desk.clock.now = NOW + 155_000;
    await sendAll(desk, textReply());
    expect(desk.tokenCalls).toHaveLength(2);
  });
});

describe('a refused access token', () => {
  test.each([40001, 40014, 42001])('is replaced and the call repeated once (%i)', async (errcode) => {
    const desk = openDesk([says({ errcode, errmsg: '' }), OK]);
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect(tokensOf(desk)).toEqual(['T1', 'T2']);
  });

  test('is not repeated for another error', async () => {
    const desk = openDesk([says({ errcode: 45047, errmsg: '' }), OK]);
    await sendAll(desk, textReply());
    expect(tokensOf(desk)).toEqual(['T1']);
  });

  test('twice makes the send due later', async () => {
    const desk = openDesk([EXPIRED]);
    expect(await sendAll(desk, textReply())).toEqual([
      { outcome: 'later', code: '40001', because: 'vendor' },
    ]);
    expect(tokensOf(desk)).toEqual(['T1', 'T2']);
    expect(desk.tokenCalls.map((call) => sent(call))).not.toContainEqual(
      expect.objectContaining({ force_refresh: true }),
    );
  });

  test('is replaced once for ten sends that met it', async () => {
    const desk = openDesk([...Array.from({ length: 10 }, () => EXPIRED), OK]);
    await Promise.all(Array.from({ length: 10 }, () => desk.channel.send(textReply(), attemptOf())));
    expect(desk.tokenCalls).toHaveLength(2);
  });

  test('that WeChat insists on is forced out', async () => {
    const token = (call: { readonly body?: unknown }, number: number) =>
      String(call.body).includes('"force_refresh":true') || number > 3
        ? says({ access_token: 'new', expires_in: 7200 })
        : says({ access_token: 'old', expires_in: 7200 });
    const desk = openDesk([EXPIRED, EXPIRED, OK], { token });
    expect(await sendAll(desk, textReply())).toMatchObject([{ outcome: 'later' }]);
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect(tokensOf(desk)).toEqual(['old', 'old', 'new']);
  });

  test('is forced out once in half a minute, and twenty times a day, however often the bridge starts', async () => {
    const clock = { now: NOW };
    const store = await folder.open();
    const given = { token: sameToken, claimPermit: createPermits(store, () => clock.now), clock };
    let desk = openDesk([EXPIRED], given);
    let before = 0;
    const forced = () => before + forcedCalls(desk);
    const restart = () => {
      before = forced();
      desk = openDesk([EXPIRED], given);
    };
    await sendAll(desk, textReply());
    restart();
    await sendAll(desk, textReply());
    expect(forced()).toBe(1);
    for (let times = 0; times < 30; times++) {
      clock.now += 40_000;
      restart();
      await sendAll(desk, textReply());
    }
    expect(forced()).toBe(20);
    clock.now = NOW + 86_400_000;
    restart();
    await sendAll(desk, textReply());
    expect(forced()).toBe(21);
  });

  test('is forced out once for ten sends that met it, and not where the store cannot write that down', async () => {
    const open = (claimPermit: () => Promise<boolean>) =>
      openDesk([EXPIRED], { token: sameToken, claimPermit });
    const together = open(async () => true);
    await Promise.all(Array.from({ length: 10 }, () => together.channel.send(textReply(), attemptOf())));
    expect(forcedCalls(together)).toBe(1);
    const forbidden = open(async () => false);
    await sendAll(forbidden, textReply());
    expect(forcedCalls(forbidden)).toBe(0);
  });
});

describe('without an access token nothing is sent', () => {
  test.each([
    [
      says({ errcode: 40125, errmsg: 'invalid appsecret' }),
      { outcome: 'pause', code: '40125', untilMs: NOW + 60_000 },
    ],
    [
      says({ errcode: 40164, errmsg: 'invalid ip' }),
      { outcome: 'pause', code: '40164', untilMs: NOW + 60_000 },
    ],
    // For a wrong secret, too, WeChat has the code of a dead token.
    [EXPIRED, { outcome: 'pause', code: '40001', untilMs: NOW + 60_000 }],
    [says({ errcode: 99999, errmsg: '' }), { outcome: 'pause', code: '99999', untilMs: NOW + 60_000 }],
    [status(404), { outcome: 'pause', code: 'token http 404', untilMs: NOW + 60_000 }],
    [
      says({ errcode: -1, errmsg: 'system error' }),
      { outcome: 'later', code: 'token -1', because: 'vendor' },
    ],
    [status(502), { outcome: 'later', code: 'token http 502', because: 'vendor' }],
    [
      { kind: 'lost', code: 'etimedout' } as const,
      { outcome: 'later', code: 'token etimedout', because: 'vendor' },
    ],
    [{ kind: 'notSent', code: 'econnrefused' } as const, { outcome: 'later', code: 'token econnrefused' }],
    [says({ hello: 'proxy' }), { outcome: 'later', code: 'token unreadable', because: 'vendor' }],
  ])('and the reply waits (%#)', async (answer, outcome) => {
    const desk = openDesk([OK], { token: () => answer });
    expect(await sendAll(desk, textReply())).toMatchObject([outcome]);
    expect(desk.calls).toHaveLength(0);
  });

  test('a failure of the cache itself is not taken for an answer of WeChat', async () => {
    const broken = { cached: () => Promise.reject(new Error('cache is down')) };
    const source = createTokenSource(settingsWith(), broken as never);
    await expect(source.get()).rejects.toThrow('cache is down');
  });
});
