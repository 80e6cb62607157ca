import { describe, expect, test } from 'vitest';
import { account, NOW, OPENID, openBench, post } from './wechat-bench.ts';

const sendPath = 'message/custom/send';

describe('access tokens', () => {
  const ask = { grant_type: 'client_credential', appid: account.appid, secret: account.secret };

  test.each([
    [40002, { grant_type: 'password' }],
    [41002, { appid: undefined }],
    [41004, { secret: '' }],
    [40013, { appid: 'wx0000000000000000' }],
    [40125, { secret: 'another' }],
  ])('are refused with %i', async (errcode, change) => {
    await using bench = await openBench();
    const answer = await post(bench.wechat, '/cgi-bin/stable_token', { ...ask, ...change });
    expect(answer).toMatchObject({ errcode, errmsg: expect.stringContaining('rid: ') });
  });

  test('are the same until five minutes before their end, which the old one lives to see', async () => {
    await using bench = await openBench();
    const first = await bench.freshToken();
    bench.clock.now += 6_899_000;
    expect(await bench.freshToken()).toBe(first);
    bench.clock.now += 1000;
    expect(await bench.freshToken()).not.toBe(first);
    expect((await post(bench.wechat, `/cgi-bin/${sendPath}?access_token=${first}`, {})).errcode).toBe(40003);
    bench.clock.now += 300_000;
    expect((await post(bench.wechat, `/cgi-bin/${sendPath}?access_token=${first}`, {})).errcode).toBe(42001);
  });

  test('die at once when one is forced, which is not allowed twice within 30 s', async () => {
    await using bench = await openBench();
    const first = await bench.freshToken();
    const forced = { ...ask, force_refresh: true };
    expect(await post(bench.wechat, '/cgi-bin/stable_token', forced)).toMatchObject({ expires_in: 7200 });
    expect(await post(bench.wechat, `/cgi-bin/${sendPath}?access_token=${first}`, {})).toMatchObject({
      errcode: 40001,
    });
    expect(await post(bench.wechat, '/cgi-bin/stable_token', forced)).toMatchObject({ errcode: 45011 });
    bench.clock.now += 30_000;
    expect(await post(bench.wechat, '/cgi-bin/stable_token', forced)).toMatchObject({ expires_in: 7200 });
  });

  test('of the classic kind put an end to each other, five minutes later', async () => {
    await using bench = await openBench();
    const fetchOne = async () => {
      const query = new URLSearchParams(ask);
      const answer = await (await fetch(`${bench.wechat.url}/cgi-bin/token?${query}`)).json();
      return String((answer as { access_token: unknown }).access_token);
    };
    const [first, second] = [await fetchOne(), await fetchOne()];
    const code = async (token: string) =>
      (await post(bench.wechat, `/cgi-bin/${sendPath}?access_token=${token}`, {})).errcode;
    expect([await code(first), await code(second)]).toEqual([40003, 40003]);
    bench.clock.now += 300_000;
    expect([await code(first), await code(second)]).toEqual([40001, 40003]);
  });

  test('may be forced twenty times a day', async () => {
    await using bench = await openBench();
    const codes = [];
    for (let times = 0; times < 21; times += 1) {
      codes.push(
        (await post(bench.wechat, '/cgi-bin/stable_token', { ...ask, force_refresh: true })).errcode,
      );
      bench.clock.now += 30_000;
    }
    expect(codes).toEqual([...Array.from({ length: 20 }, () => undefined), 45009]);
  });

  test('may be asked for so often in a minute and a day, each pool for itself', async () => {
    await using bench = await openBench({
      tokenLimits: { stablePerMinute: 2, stablePerDay: 3, classicPerDay: 1 },
    });
    const stable = async () => (await post(bench.wechat, '/cgi-bin/stable_token', ask)).errcode;
    const classic = async () => {
      const response = await fetch(`${bench.wechat.url}/cgi-bin/token?${new URLSearchParams(ask)}`);
      return ((await response.json()) as { errcode?: number }).errcode;
    };
    expect([await stable(), await stable(), await stable()]).toEqual([undefined, undefined, 45011]);
    bench.clock.now += 60_000;
    expect(await stable()).toBe(45009);
    expect([await classic(), await classic()]).toEqual([undefined, 45009]);
    bench.clock.now += 86_400_000;
    expect([await stable(), await classic()]).toEqual([undefined, undefined]);
  });

  test('can be killed from outside, one pool or both', async () => {
    await using bench = await openBench();
    const classic = async () => {
      const response = await fetch(`${bench.wechat.url}/cgi-bin/token?${new URLSearchParams(ask)}`);
      return String(((await response.json()) as { access_token: unknown }).access_token);
    };
    const code = async (token: string) =>
      (await post(bench.wechat, `/cgi-bin/${sendPath}?access_token=${token}`, {})).errcode;
    const [one, other] = [await bench.freshToken(), await classic()];
    bench.wechat.tokens.revoke({ pool: 'classic' });
    expect([await code(one), await code(other)]).toEqual([40003, 40001]);
    bench.wechat.tokens.revoke({ pool: 'stable' });
    expect(await code(one)).toBe(40001);
    expect(await bench.freshToken()).not.toBe(one);
  });

  test('are needed, and can be revoked until one is forced', async () => {
    await using bench = await openBench();
    expect(await post(bench.wechat, `/cgi-bin/${sendPath}`, {})).toMatchObject({ errcode: 41001 });
    const token = await bench.freshToken();
    bench.wechat.tokens.revoke({ untilForced: true });
    expect(await bench.freshToken()).toBe(token);
    await post(bench.wechat, '/cgi-bin/stable_token', { ...ask, force_refresh: true });
    expect(await bench.freshToken()).not.toBe(token);
  });
});

describe('what a visitor does grants sends', () => {
  test('a message five in 48 hours, which do not add up', async () => {
    await using bench = await openBench();
    bench.grant();
    for (let send = 0; send < 3; send += 1) await bench.send('a');
    bench.grant();
    const codes = [];
    for (let send = 0; send < 6; send += 1) codes.push((await bench.send('b')).errcode);
    expect(codes).toEqual([0, 0, 0, 0, 0, 45047]);
    bench.clock.now += 48 * 3_600_000;
    expect(await bench.send('c')).toMatchObject({ errcode: 45015 });
  });

  test('entering two in a minute; with neither there is no window', async () => {
    await using bench = await openBench();
    expect(await bench.send('a')).toMatchObject({ errcode: 40003 });
    await bench.wechat.pushEnter(bench.bridge.url, OPENID);
    expect([await bench.send('a'), await bench.send('b'), await bench.send('c')]).toMatchObject([
      { errcode: 0 },
      { errcode: 0 },
      { errcode: 45047 },
    ]);
    bench.clock.now += 60_000;
    expect(await bench.send('d')).toMatchObject({ errcode: 45015 });
  });

  test('entering takes nothing from what a message granted', async () => {
    await using bench = await openBench();
    bench.grant();
    bench.wechat.actSilently(OPENID, 'enter');
    expect(bench.wechat.visitor(OPENID)).toMatchObject({ remaining: 5, endsAt: NOW + 172_800_000 });
  });

  test('a grant counts from CreateTime, not from arrival', async () => {
    await using bench = await openBench();
    bench.wechat.actSilently(OPENID, 'message', NOW / 1000 - 172_800);
    expect(await bench.send('a')).toMatchObject({ errcode: 45015 });
  });

  test('in an official account by menu, and nothing after unfollowing', async () => {
    await using bench = await openBench({ kind: 'service', format: 'xml' });
    await bench.wechat.push(bench.bridge.url, { FromUserName: OPENID, MsgType: 'event', Event: 'CLICK' });
    expect(bench.wechat.visitor(OPENID)).toMatchObject({ remaining: 3 });
    await bench.wechat.push(bench.bridge.url, {
      FromUserName: OPENID,
      MsgType: 'event',
      Event: 'unsubscribe',
    });
    expect(await bench.send('a')).toMatchObject({ errcode: 45015 });
  });
});
