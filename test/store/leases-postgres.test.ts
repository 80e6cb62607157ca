import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LeaseAsk } from '../../src/ports/leases.ts';
import type { Store } from '../../src/ports/store.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { createLeaseDesk } from '../../src/store/postgres/leases.ts';
import { createTestDesk } from '../pace/lease-desk.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';

const START = 1_700_000_000_000;
let place: PostgresPlace;
let stores: readonly [Store, Store];

beforeAll(async () => {
  place = await borrowPostgresPlace();
  const open = () => openPostgres({ url: place.url, connections: 8, alone: false, onFailure: () => {} });
  stores = [await open(), await open()];
});
afterEach(() => place.query('delete from pace_lease'));
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await place.remove();
});

const usual: LeaseAsk = {
  name: 'window',
  most: 20,
  holder: 'a',
  turn: 1,
  keep: 0,
  more: 0,
  wants: 0,
  leaseMs: 2000,
  lingerMs: 1980,
  freeInMs: 0,
  parked: [],
};

const ask = fc.record({
  holder: fc.constantFrom('a', 'b', 'c'),
  name: fc.constantFrom('one', 'two'),
  turn: fc.integer({ min: 1, max: 6 }),
  keep: fc.nat(8),
  more: fc.nat(20),
  wants: fc.nat(20),
  freeInMs: fc.nat(1000),
  parked: fc.array(fc.record({ calls: fc.integer({ min: 1, max: 4 }), freeInMs: fc.nat(2500) }), {
    maxLength: 2,
  }),
  afterMs: fc.oneof(fc.nat(100), fc.nat(3000)),
});

describe('leases in PostgreSQL', () => {
  test('are what the few lines say that tests go by', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ask, { minLength: 3, maxLength: 25 }), async (asks) => {
        await place.query('delete from pace_lease');
        let now = START;
        const real = stores.map((store) => createLeaseDesk(store, () => now));
        const model = createTestDesk(() => now);
        for (const [index, { afterMs, ...given }] of asks.entries()) {
          now += afterMs;
          const whole: readonly LeaseAsk[] = [{ ...usual, ...given }];
          const [got] = (await real[index % 2]?.exchange(whole)) ?? [];
          const [expected] = await model.exchange(whole);
          const byHolder = (one: { holder: string }, other: { holder: string }) =>
            one.holder < other.holder ? -1 : 1;
          expect({ ...got, others: got?.others.toSorted(byHolder) }).toEqual({
            ...expected,
            others: expected?.others.toSorted(byHolder),
          });
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('never come to more than the window has, however many ask at once', async () => {
    const desks = stores.map((store) => createLeaseDesk(store));
    const given = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        desks[index % 2]?.exchange([{ ...usual, holder: String(index), more: 3, wants: 3 }]),
      ),
    );
    const held = given.flatMap((answers) => answers?.map((answer) => answer.held ?? 0) ?? []);
    expect(held.reduce((sum, calls) => sum + calls, 0)).toBe(20);
    expect(Math.max(...held)).toBe(3);
  });

  test('of several windows are taken together, in whichever order they are asked for', async () => {
    const desks = stores.map((store) => createLeaseDesk(store));
    const both = ['minute', 'second'].map((name) => ({ ...usual, name, more: 1, wants: 1 }));
    const given = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const asks = both.map((one) => ({ ...one, holder: String(index) }));
        return desks[index % 2]?.exchange(index % 3 === 0 ? asks.toReversed() : asks);
      }),
    );
    const held = given.flat().map((answer) => answer?.held ?? 0);
    expect(held.reduce((sum, calls) => sum + calls, 0)).toBe(40);
  });

  test('go by the clock of the database', async () => {
    const [store] = stores;
    const desk = createLeaseDesk(store);
    const [before, [row], after] = [
      await desk.now(),
      await place.query('select extract(epoch from clock_timestamp()) * 1000 as now'),
      await desk.now(),
    ];
    expect(Number(row?.now)).toBeGreaterThanOrEqual(before - 1);
    expect(Number(row?.now)).toBeLessThanOrEqual(after + 1);
    const [answer] = await desk.exchange([usual]);
    expect(answer?.now).toBeGreaterThanOrEqual(after - 1);
  });
});
