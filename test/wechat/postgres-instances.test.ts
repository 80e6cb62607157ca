import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpCall } from '../../src/ports/http.ts';
import { createPermits } from '../../src/store/permits.ts';
import { type Instance, openInstance } from '../cache/instances.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { NOW } from './account.ts';
import { attemptOf, OK, openDesk, says, textReply } from './desk.ts';

const DEAD = says({ errcode: 40001, errmsg: 'invalid credential' });

let place: PostgresPlace;
const opened: Instance[] = [];

beforeEach(async () => {
  place = await borrowPostgresPlace();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((instance) => instance.close()));
  await place.remove();
});

/** WeChat as far as tokens go: `given` is what it gives, `taken` the one that it takes. */
function pretendTokens() {
  let number = 1;
  const account = {
    given: 'T1',
    taken: 'T1',
    calls: { normal: 0, forced: 0 },
    refusals: [] as (string | undefined)[],
    renew() {
      number += 1;
      account.given = account.taken = `T${number}`;
    },
    answer: ({ url }: HttpCall) =>
      new URL(url).searchParams.get('access_token') === account.taken ? OK : DEAD,
    token({ body, headers }: HttpCall) {
      const isForced = String(body).includes('"force_refresh":true');
      account.calls[isForced ? 'forced' : 'normal'] += 1;
      const refused = headers?.['x-refused-token'];
      account.refusals.push(refused);
      if (isForced || refused === account.given) account.renew();
      return says({ access_token: account.given, expires_in: 7200 });
    },
  };
  return account;
}

/** Three bridges with one account, on one database. */
async function openBridges(settings: object = {}) {
  const account = pretendTokens();
  const clock = { now: NOW };
  const desks = await Promise.all(
    [1, 2, 3].map(async () => {
      const instance = await openInstance({ url: place.url, clock: { now: () => clock.now } });
      opened.push(instance);
      const { sharing, store } = instance;
      const claimPermit = createPermits(store, () => clock.now);
      const { token, answer } = account;
      return openDesk([], { token, answer, settings, clock, claimPermit, sharing });
    }),
  );
  /** Ten sends on each at once; what came of them. */
  const sendAll = async () => {
    const sends = desks.flatMap(({ channel }) =>
      Array.from({ length: 10 }, () => channel.send(textReply(), attemptOf())),
    );
    return (await Promise.all(sends)).map(({ outcome }) => outcome);
  };
  const alarms = () => desks.flatMap(({ lines }) => lines).filter((line) => line.startsWith('alarm.raised'));
  return { account, clock, desks, sendAll, alarms };
}

const all = (outcome: string) => Array.from({ length: 30 }, () => outcome);

describe('three bridges with one account', () => {
  test('load one token for thirty sends', async () => {
    const { account, sendAll } = await openBridges();
    expect(await sendAll()).toEqual(all('accepted'));
    expect(account.calls).toEqual({ normal: 1, forced: 0 });
  });

  test('replace a token that died once, whoever meets it', async () => {
    const { account, sendAll } = await openBridges();
    await sendAll();
    account.renew();
    expect(await sendAll()).toEqual(all('accepted'));
    expect(account.calls).toEqual({ normal: 2, forced: 0 });
  });

  test('force one out that WeChat insists on once, and all use what came of it', async () => {
    const { account, sendAll } = await openBridges();
    await sendAll();
    account.taken = '';
    // Who meets it after that goes through at once.
    expect(await sendAll()).toContain('later');
    expect(account.calls.forced).toBe(1);
    const { normal } = account.calls;
    expect(await sendAll()).toEqual(all('accepted'));
    expect(account.calls).toEqual({ normal, forced: 1 });
  });

  test('tell of a fight for their tokens once', async () => {
    const { account, clock, sendAll, alarms } = await openBridges();
    for (let times = 0; times < 5; times += 1) {
      await sendAll();
      account.renew();
      clock.now += 600_000;
      expect(await sendAll()).toEqual(all('accepted'));
    }
    expect(alarms()).toEqual([expect.stringContaining('force_refresh')]);
  });

  test('fetch classic tokens no more often than one may', async () => {
    const { account, clock, sendAll } = await openBridges({ tokenSource: 'classic' });
    account.taken = '';
    for (const end = NOW + 450_000; clock.now < end; clock.now += 10_000) await sendAll();
    expect(account.calls.normal).toBeLessThanOrEqual(10);
  });

  test('tell a token service which token was refused, and blame it for nothing', async () => {
    const { account, sendAll, alarms } = await openBridges({
      tokenSource: { url: 'https://tokens.example/shop', bearer: 'b-1' },
    });
    await sendAll();
    account.taken = '';
    expect(await sendAll()).toEqual(all('accepted'));
    expect(account.refusals).toEqual([undefined, 'T1']);
    expect(alarms()).toEqual([]);
  });
});
