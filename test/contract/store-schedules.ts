import { describe, expect, test } from 'vitest';
import { duePullLanes } from '../../src/store/lanes.ts';
import {
  beginPull,
  clearWake,
  meetWake,
  movePull,
  postponeWake,
  resumePull,
  ringPull,
  setWake,
} from '../../src/store/schedules.ts';
import { NEVER } from '../../src/store/tables.ts';
import { dueWakes } from '../../src/store/turns.ts';
import { HELPDESK, NOW, OTHER_HELPDESK, readPull, run } from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeSchedules(bench: Bench): void {
  describe('a wake by name', () => {
    const place = { helpdesk: HELPDESK, conversation: 'c_1' };
    const set = (name: string, due: number, attempts = 0) => setWake({ ...place, name, due, attempts }, 1);
    const wakes = (now = NOW) => run(bench.store, dueWakes({ ...place, now }));

    test('is due from its time on, oldest first', async () => {
      await bench.store.batch([set('b', NOW), set('a', NOW - 5), set('c', NOW + 1)]);
      expect((await wakes()).map(({ name }) => name)).toEqual(['a', 'b']);
    });

    test('is one: a new time replaces the old', async () => {
      await bench.store.batch([set('a', NOW - 5), set('a', NOW, 2)]);
      expect(await wakes()).toEqual([{ ...place, name: 'a', due: NOW, first_due: NOW, attempts: 2 }]);
    });

    test('can be taken back', async () => {
      await bench.store.batch([set('a', NOW), set('b', NOW), clearWake({ ...place, name: 'a' })]);
      expect((await wakes()).map(({ name }) => name)).toEqual(['b']);
    });

    test('that was met is gone, but not one that was set anew meanwhile', async () => {
      await bench.store.batch([set('a', NOW), set('b', NOW)]);
      await bench.store.batch([
        set('b', NOW + 3),
        meetWake({ ...place, name: 'a', due: NOW }, 1),
        meetWake({ ...place, name: 'b', due: NOW }, 0),
      ]);
      expect(await wakes(NOW + 3)).toMatchObject([{ name: 'b', due: NOW + 3 }]);
    });

    test('that is put off keeps the time it was set for, until it is set anew', async () => {
      await bench.store.batch([set('a', NOW)]);
      await bench.store.batch([
        postponeWake({ ...place, name: 'a', due: NOW, later: NOW + 5, attempts: 1 }, 1),
      ]);
      expect(await wakes(NOW + 5)).toMatchObject([{ due: NOW + 5, first_due: NOW, attempts: 1 }]);
      await bench.store.batch([set('a', NOW + 9)]);
      expect(await wakes(NOW + 9)).toMatchObject([{ due: NOW + 9, first_due: NOW + 9, attempts: 0 }]);
    });

    test('is its helpdesk’s and conversation’s own', async () => {
      const others = [
        { ...place, helpdesk: OTHER_HELPDESK },
        { ...place, conversation: '' },
      ];
      await bench.store.batch(
        others.map((other) => setWake({ ...other, name: 'a', due: NOW, attempts: 0 }, 1)),
      );
      expect(await wakes()).toEqual([]);
    });
  });

  describe('a topic', () => {
    const place = { helpdesk: HELPDESK, topic: 'messages', conversation: '' };
    const ring = (change: { due: number; rung?: number; note?: string }) =>
      ringPull({ ...place, rung: null, note: null, ...change }, 1);
    const begin = (now = NOW) => beginPull({ ...place, now, never: NEVER });
    const move = (change: { cursor: string | null; due: number | null }) =>
      movePull({ ...place, ...change, never: NEVER }, 1);
    const topic = async () => (await run(bench.store, readPull(place)))[0];

    test('that a bell rang for is due, and keeps the bell’s note', async () => {
      await bench.store.batch([ring({ due: NOW, rung: NOW, note: 'token' })]);
      const row = { ...place, cursor: null, due: NOW, rung: NOW, note: 'token' };
      const first = { due: -1, helpdesk: '', topic: '', conversation: '' };
      expect(await run(bench.store, duePullLanes({ now: NOW, most: 9, ...first }))).toEqual([
        { ...place, due: NOW },
      ]);
      expect(await run(bench.store, duePullLanes({ now: NOW - 1, most: 9, ...first }))).toEqual([]);
      expect(await run(bench.store, begin(NOW - 1))).toEqual([]);
      expect(await run(bench.store, begin())).toEqual([{ ...row, due: NEVER }]);
      expect(await run(bench.store, begin())).toEqual([]);
    });

    test('is due at the earlier of two times, and a watch takes no note away', async () => {
      await bench.store.batch([ring({ due: NOW + 9, rung: NOW, note: 'token' })]);
      await bench.store.batch([ring({ due: NOW + 20 })]);
      expect(await topic()).toMatchObject({ due: NOW + 9, rung: NOW, note: 'token' });
      await bench.store.batch([ring({ due: NOW + 5 })]);
      expect(await topic()).toMatchObject({ due: NOW + 5, rung: NOW, note: 'token' });
    });

    test('moves its cursor with a page, and is due again when the page says so', async () => {
      await bench.store.batch([ring({ due: NOW, rung: NOW })]);
      await bench.store.batch([begin(), move({ cursor: 'one', due: NOW + 1 })]);
      expect(await topic()).toMatchObject({ cursor: 'one', due: NOW + 1 });
      await bench.store.batch([begin(NOW + 1), move({ cursor: 'two', due: null })]);
      expect(await topic()).toMatchObject({ cursor: 'two', due: null });
      await bench.store.batch([ring({ due: NOW + 7 })]);
      expect(await topic()).toMatchObject({ cursor: 'two', due: NOW + 7 });
    });

    test.each([
      ['a bell', NOW + 2],
      ['a watch', null],
    ])('stays due when %s set a time during the page', async (_what, rung) => {
      await bench.store.batch([ring({ due: NOW }), begin()]);
      await bench.store.batch([ring({ due: NOW + 2, ...(rung !== null && { rung }) })]);
      await bench.store.batch([move({ cursor: 'one', due: null })]);
      expect(await topic()).toMatchObject({ cursor: 'one', due: NOW + 2 });
    });

    test('is due at the earlier time of its page and a watch', async () => {
      await bench.store.batch([ring({ due: NOW }), begin()]);
      await bench.store.batch([ring({ due: NOW + 9 })]);
      await bench.store.batch([move({ cursor: 'one', due: NOW + 4 })]);
      expect(await topic()).toMatchObject({ due: NOW + 4 });
    });

    test('that was taken and not settled is due again', async () => {
      await bench.store.batch([ring({ due: NOW }), begin()]);
      await bench.store.batch([resumePull({ ...place, now: NOW + 1, never: NEVER })]);
      expect(await topic()).toMatchObject({ due: NOW + 1 });
    });

    test('that nobody rang for has no cursor to move', async () => {
      const moved = bench.store.batch([move({ cursor: 'one', due: null })]);
      await expect(moved).rejects.toMatchObject({ code: 'stepMissed' });
    });
  });
}
