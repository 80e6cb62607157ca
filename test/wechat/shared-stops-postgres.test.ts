import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openHolds } from '../../src/pace/vendor-limits.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import { createLeaseDesk } from '../../src/store/postgres/leases.ts';
import { openTwoStores, type TwoStores } from '../pace/two-stores.ts';
import { NOW } from './account.ts';
import { attemptOf, OK, openDesk, says, textReply } from './desk.ts';

const error = (errcode: number, errmsg = '') => says({ errcode, errmsg });
const FROZEN = error(50007);
const SEND = '/cgi-bin/message/custom/send';
const write = () => {};
const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };

let both: TwoStores;

beforeAll(async () => {
  both = await openTwoStores();
});
afterEach(() => both.query('delete from api'));
afterAll(() => both.close());

/** Instances of one account, whose clocks differ; `answer` is what WeChat says to any call but for tokens. */
function openInstances(answer: (call: HttpCall, instance: number) => HttpResult, number = 2) {
  const clock = { now: NOW };
  const desks = Array.from({ length: number }, (_, instance) => {
    const store = both.storeOf(instance);
    const own = {
      get now() {
        return clock.now + instance * 3_600_000;
      },
      set now(_time: number) {
        throw new Error('expected the common clock to be moved');
      },
    };
    const holds = openHolds('stops shop', {
      clock: { now: () => own.now, monotonic: () => clock.now + instance * 77, after: () => () => {} },
      log,
      store,
      leases: createLeaseDesk(store, () => clock.now),
    });
    return openDesk([], { answer: (call) => answer(call, instance), clock: own, holds });
  });
  const send = async (instance: number) => desks[instance]?.channel.send(textReply(), attemptOf());
  const linesOf = (event: string) =>
    desks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(`${event} `));
  const calls = () => desks.map((desk) => desk.calls.length);
  return { clock, desks, send, linesOf, calls };
}

describe('instances of one account', () => {
  test('call nothing half a second after another found it stopped, and one alarm is raised', async () => {
    const { clock, send, calls, linesOf } = openInstances(() => FROZEN);
    expect(await send(0)).toMatchObject({ outcome: 'pause', untilMs: NOW + 60_000 });
    clock.now += 500;
    for (let times = 0; times < 3; times += 1) {
      const untilMs = NOW + 3_600_000 + 60_000; // by its own clock
      expect(await send(1)).toEqual({ outcome: 'pause', code: '50007', untilMs });
    }
    expect(calls()).toEqual([1, 0]);
    expect(linesOf('alarm.raised')).toHaveLength(1);
  });

  test('look at a stop by one call of all, and all go on when it is over', async () => {
    let isFrozen = true;
    const { clock, send, calls, linesOf } = openInstances(() => (isFrozen ? FROZEN : OK), 3);
    await send(0);
    clock.now += 500;
    for (const instance of [1, 2]) await send(instance);
    clock.now = NOW + 60_000;
    const outcomes = await Promise.all([0, 1, 2, 1, 2].map(send));
    expect(new Set(outcomes.map((outcome) => outcome?.outcome))).toEqual(new Set(['pause']));
    expect(calls().reduce((sum, some) => sum + some)).toBe(2);
    isFrozen = false;
    clock.now = NOW + 120_000;
    expect(await send(2)).toEqual({ outcome: 'accepted' });
    clock.now += 500;
    expect([await send(0), await send(1)]).toEqual([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect([linesOf('alarm.raised').length, linesOf('account.resumed').length]).toEqual([1, 1]);
  });

  test('that start meanwhile leave alone what is stopped, and look at it when nobody has', async () => {
    let isFrozen = true;
    const answer = () => (isFrozen ? FROZEN : OK);
    await openInstances(answer).send(0);
    const later = openInstances(answer);
    later.clock.now = NOW + 30_000;
    expect(await later.send(1)).toMatchObject({ outcome: 'pause', code: '50007' });
    expect(later.calls()).toEqual([0, 0]);
    isFrozen = false;
    later.clock.now = NOW + 3_600_000;
    expect(await later.send(1)).toEqual({ outcome: 'accepted' });
  });

  test('stop the one API that another may not use, and call the others', async () => {
    const { clock, desks, send } = openInstances(({ name }) => (name === SEND ? error(48001) : OK));
    await send(0);
    clock.now += 500;
    expect(await send(1)).toMatchObject({ outcome: 'pause', code: '48001' });
    await expect(desks[1]?.channel.call('/cgi-bin/customservice/getkflist')).resolves.toMatchObject({});
    expect(desks[1]?.calls.map(({ name }) => name)).toEqual(['/cgi-bin/customservice/getkflist']);
  });

  test('go on where only the address of another’s machine is refused', async () => {
    const refused = error(40164, 'invalid ip 203.0.113.7, not in whitelist');
    const { clock, send } = openInstances((_call, instance) => (instance === 0 ? refused : OK));
    expect(await send(0)).toMatchObject({ outcome: 'pause', code: '40164' });
    clock.now += 500;
    expect(await send(1)).toEqual({ outcome: 'accepted' });
    expect(await send(0)).toMatchObject({ outcome: 'pause', code: '40164' });
  });
});
