import { describe, expect, test } from 'vitest';
import type { HttpCall } from '../../src/ports/http.ts';
import type { ClaimPermit } from '../../src/ports/permit.ts';
import { APPID, NOW, settingsWith } from './account.ts';
import { attemptOf, OK, openDesk, says, sendAll, status, textReply } from './desk.ts';

const DEAD = says({ errcode: 40001, errmsg: 'invalid credential' });
const SERVICE = 'https://tokens.example/shop?for=bridge';
const HOUR_MS = 3_600_000;

type Desk = ReturnType<typeof openDesk>;

const tokensSent = ({ calls }: Desk) => calls.map(({ url }) => new URL(url).searchParams.get('access_token'));
const alarms = ({ lines }: Desk) => lines.filter((line) => line.startsWith('alarm.raised'));
const refusedOf = ({ tokenCalls }: Desk) => tokenCalls.map(({ headers }) => headers?.['x-refused-token']);
const classic = { tokenSource: 'classic' } as const;
const service = { tokenSource: { url: SERVICE, bearer: 'b-1' } } as const;

/** Permits that nothing but this process remembers. */
function permitsInMemory(clock: { readonly now: number }): ClaimPermit {
  let given: readonly number[] = [];
  return async (_name, { most, perMs, apartMs }) => {
    given = given.filter((at) => at > clock.now - perMs);
    if (given.length >= most || given.some((at) => at > clock.now - apartMs)) return false;
    given = [...given, clock.now];
    return true;
  };
}

describe('a classic token', () => {
  test('is asked from /cgi-bin/token', async () => {
    const desk = openDesk([OK], { settings: classic });
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect(desk.tokenCalls).toMatchObject([{ method: 'GET', name: '/cgi-bin/token' }]);
    const { origin, pathname, searchParams } = new URL(desk.tokenCalls[0]?.url ?? '');
    expect(`${origin}${pathname}`).toBe('https://api.weixin.qq.com/cgi-bin/token');
    expect(Object.fromEntries(searchParams)).toEqual({
      grant_type: 'client_credential',
      appid: APPID,
      secret: 'app-secret-of-the-tests',
    });
  });

  test('that died is replaced by a new one', async () => {
    const desk = openDesk([OK, DEAD, OK], { settings: classic });
    await sendAll(desk, textReply());
    desk.clock.now += HOUR_MS;
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect(tokensSent(desk)).toEqual(['T1', 'T1', 'T2']);
  });

  test('is fetched less often than WeChat allows in a day, whatever is refused', async () => {
    const clock = { now: NOW };
    const desk = openDesk([DEAD], { settings: classic, clock, claimPermit: permitsInMemory(clock) });
    for (const end = NOW + 2 * HOUR_MS; desk.clock.now < end; desk.clock.now += 1000) {
      await sendAll(desk, textReply());
    }
    expect(desk.tokenCalls.length).toBeLessThanOrEqual(2000 / 12);
    expect(desk.tokenCalls.length).toBeGreaterThan(100);
  });

  test('that could not be had is asked for again at once', async () => {
    const answers = [status(502), says({ access_token: 'T', expires_in: 7200 })];
    const desk = openDesk([OK], { settings: classic, token: (_call, number) => answers[number - 1] ?? DEAD });
    expect(await sendAll(desk, textReply())).toMatchObject([{ outcome: 'later', code: 'token http 502' }]);
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
  });
});

describe('a fight for tokens', () => {
  /** Whether a token is alive: it dies by ten minutes after it came, as another system fetches after each of ours. */
  function openFight(settings: object) {
    let live = '';
    const desk = openDesk([], {
      settings,
      token: (_call, number) => {
        live = `T${number}`;
        return says({ access_token: live, expires_in: 7200 });
      },
      answer: ({ url }) => (new URL(url).searchParams.get('access_token') === live ? OK : DEAD),
    });
    return {
      desk,
      async die(times: number) {
        for (let left = times; left > 0; left -= 1) {
          await sendAll(desk, textReply());
          live = '';
          desk.clock.now += 600_000;
          expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
        }
      },
    };
  }

  test.each([
    [classic, /tokenSource to stable.*its url/],
    [{}, /force_refresh.*its url/],
    [service, /token service.*\/cgi-bin\/token/],
  ])('raises one alarm that names the cure (%j)', async (settings, cure) => {
    const { desk, die } = openFight(settings);
    await die(20);
    expect(alarms(desk)).toEqual([expect.stringMatching(cure)]);
  });

  test('is none where a token dies now and then', async () => {
    const { desk, die } = openFight(classic);
    await die(2);
    desk.clock.now += 86_400_000;
    await die(2);
    expect(alarms(desk)).toEqual([]);
  });

  test('that begins again after a quiet day is told again', async () => {
    const { desk, die } = openFight(classic);
    await die(5);
    desk.clock.now += 86_400_000;
    await die(5);
    expect(alarms(desk)).toHaveLength(2);
  });
});

describe('a token service', () => {
  const give = (...tokens: readonly string[]) => ({
    settings: service,
    token: (_call: HttpCall, number: number) =>
      says({ access_token: tokens[number - 1] ?? tokens.at(-1), expires_in: 7200 }),
  });

  test('is asked by GET with its secret, and for nothing else', async () => {
    const desk = openDesk([OK], give('S1'));
    await sendAll(desk, textReply());
    await sendAll(desk, textReply());
    expect(desk.tokenCalls).toEqual([
      {
        method: 'GET',
        url: SERVICE,
        name: 'token service',
        headers: { accept: 'application/json', authorization: 'Bearer b-1' },
      },
    ]);
    expect(tokensSent(desk)).toEqual(['S1', 'S1']);
  });

  test('needs no secret, neither WeChat’s nor its own', async () => {
    const settings = { secret: undefined, tokenSource: { url: SERVICE } };
    const desk = openDesk([OK], { ...give('S1'), settings });
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect(desk.tokenCalls[0]?.headers).toEqual({ accept: 'application/json' });
  });

  test('is told which token WeChat refused, once', async () => {
    const desk = openDesk([DEAD, OK], give('S1', 'S2'));
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    desk.clock.now += 2 * HOUR_MS;
    await sendAll(desk, textReply());
    expect(tokensSent(desk)).toEqual(['S1', 'S2', 'S2']);
    expect(refusedOf(desk)).toEqual([undefined, 'S1', undefined]);
  });

  test('is not told of a token that was replaced meanwhile', async () => {
    const desk = openDesk([...Array.from({ length: 10 }, () => DEAD), OK], give('S1', 'S2'));
    await Promise.all(Array.from({ length: 10 }, () => desk.channel.send(textReply(), attemptOf())));
    expect(refusedOf(desk)).toEqual([undefined, 'S1']);
  });

  test('that insists on a dead token is asked again with each send, and complained of once', async () => {
    const desk = openDesk([DEAD], give('S1'));
    for (let times = 0; times < 5; times += 1) {
      expect(await sendAll(desk, textReply())).toMatchObject([{ outcome: 'later', code: '40001' }]);
    }
    expect(alarms(desk)).toEqual([expect.stringContaining('x-refused-token')]);
  });

  test.each([
    [status(401), 'token http 401', /HTTP 401: is tokenSource\.url right\?/],
    [says({ token: 'S1' }), 'token unreadable', /access_token and expires_in/],
    [
      says({ errcode: 40164, errmsg: 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in' }),
      '40164',
      /203/,
    ],
  ])('that answers otherwise stops the account, with one alarm (%#)', async (answer, code, alarm) => {
    const desk = openDesk([OK], { settings: service, token: () => answer });
    const pause = { outcome: 'pause', code, untilMs: NOW + 60_000 };
    expect(await sendAll(desk, textReply())).toEqual([pause]);
    expect(await sendAll(desk, textReply())).toEqual([pause]);
    expect(desk.tokenCalls).toHaveLength(1);
    expect(alarms(desk)).toEqual([expect.stringMatching(alarm)]);
  });

  test.each([
    [status(503), 'token http 503'],
    [status(429), 'token http 429'],
    [{ kind: 'notSent', code: 'econnrefused' } as const, 'token econnrefused'],
    [{ kind: 'lost', code: 'etimedout' } as const, 'token etimedout'],
  ])('that is away is tried again as anybody (%#)', async (answer, code) => {
    const desk = openDesk([OK], { settings: service, token: () => answer });
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'later', code, because: 'vendor' }]);
    expect(alarms(desk)).toEqual([]);
  });

  test('leaves no secret and no token in the log', async () => {
    const desk = openDesk([DEAD], give('S1'));
    await sendAll(desk, textReply());
    expect(desk.lines.join('\n')).not.toMatch(/S1|b-1|tokens\.example/);
  });
});

describe('the setting tokenSource', () => {
  test.each([
    ['nowhere', ': expected stable, classic or { url }'],
    [{ url: 'ftp://a.example' }, 'url: expected an http or https URL'],
    [{ url: SERVICE, bearer: 'a b' }, 'bearer: expected letters, digits and signs without spaces'],
  ])('cannot be %j', (tokenSource, fault) => {
    const parse = () => settingsWith({ tokenSource });
    expect(parse).toThrow(fault.split(': ')[1]);
  });

  test('that is a service makes the secret needless, and nothing else does', () => {
    expect(() => settingsWith({ secret: undefined, ...classic })).toThrow('expected the AppSecret');
    expect(settingsWith({ secret: undefined, ...service }).secret).toBeUndefined();
  });
});
