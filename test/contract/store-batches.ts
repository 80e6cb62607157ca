import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StepMissed } from '../../src/ports/errors.ts';
import { readBack } from '../../src/store/history.ts';
import { createMemory, readMemory, updateMemory } from '../../src/store/memories.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { setWake } from '../../src/store/schedules.ts';
import { readSeen, see } from '../../src/store/seen.ts';
import { NEVER } from '../../src/store/tables.ts';
import { dueWakes, proveTurn } from '../../src/store/turns.ts';
import { HELPDESK, NOW, newConversation, run, TENANT, visitorRow } from '../store/rows.ts';
import type { Bench } from './store.ts';

const seenKey = (key: string) => ({ tenant: TENANT, source: 'wechat', key });
const seeKey = (key: string, expect?: number) =>
  see({ ...seenKey(key), until: NOW + 1000, answer: 'success' }, expect);
const miss = proveTurn({ lane: 'reply nobody', turn: 1 }, 1);

export function describeBatches(bench: Bench): void {
  describe('a batch', () => {
    test('gives the rows of each step', async () => {
      const { store } = bench;
      const given = await store.batch([seeKey('a'), readSeen(seenKey('a')), readSeen(seenKey('b'))]);
      expect(given).toEqual([[], [{ answer: 'success' }], []]);
    });

    test('is undone whole when one of its steps misses, and the error names the step', async () => {
      const { store } = bench;
      const missed = await store
        .batch([seeKey('a', 1), seeKey('b'), miss, seeKey('c')])
        .catch((error) => error);
      expect(missed).toBeInstanceOf(StepMissed);
      expect(missed).toMatchObject({ code: 'stepMissed', step: 2 });
      expect(await store.batch(['a', 'b', 'c'].map((key) => readSeen(seenKey(key))))).toEqual([[], [], []]);
    });

    test('misses by too many rows as by too few', async () => {
      const { store } = bench;
      await expect(store.batch([seeKey('a', 0)])).rejects.toMatchObject({ code: 'stepMissed', step: 0 });
      expect(await run(store, readSeen(seenKey('a')))).toEqual([]);
    });

    test('that misses undoes no other that came with it', async () => {
      const { store } = bench;
      const ends = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) =>
          store.batch(index % 2 === 0 ? [seeKey(`k${index}`, 1)] : [seeKey(`k${index}`, 1), miss]),
        ),
      );
      expect(ends.map(({ status }) => status === 'fulfilled')).toEqual(
        ends.map((_, index) => index % 2 === 0),
      );
      for (const index of ends.keys()) {
        expect(await run(store, readSeen(seenKey(`k${index}`)))).toHaveLength(index % 2 === 0 ? 1 : 0);
      }
    });

    test('that contradicts the tables fails alone, as a bug', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const { id, steps } = visitorRow({ conversation });
      await store.batch(steps);
      const twin = visitorRow({ conversation, id });
      const ends = await Promise.allSettled([
        store.batch([seeKey('before')]),
        store.batch([seeKey('with'), ...twin.steps]),
        store.batch([seeKey('after')]),
      ]);
      expect(ends).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'bug' } },
        { status: 'fulfilled' },
      ]);
      const kept = await store.batch(['before', 'with', 'after'].map((key) => readSeen(seenKey(key))));
      expect(kept.map(({ length }) => length)).toEqual([1, 0, 1]);
      expect(await run(store, readBack({ conversation, before: NEVER, most: 9 }))).toHaveLength(1);
    });

    test('sees what the batches before it left', async () => {
      const { store } = bench;
      const memory = { helpdesk: HELPDESK, conversation: newConversation() };
      const ends = await Promise.allSettled([
        store.batch([createMemory({ ...memory, value: '1' }, 1)]),
        store.batch([createMemory({ ...memory, value: '2' }, 1)]),
        store.batch([updateMemory({ ...memory, version: 1, value: '3' }, 1)]),
      ]);
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await run(store, readMemory(memory))).toEqual([{ ...memory, version: 2, value: '3' }]);
    });

    test('without a value for one of its arguments is a bug, and reaches nobody', async () => {
      const { store } = bench;
      for (const until of [undefined, Number.NaN, 1.5, true] as unknown as number[]) {
        const spoilt = store.batch([seeKey('a'), see({ ...seenKey('b'), until, answer: null })]);
        await expect(spoilt).rejects.toMatchObject({ code: 'bug' });
      }
      expect(await run(store, readSeen(seenKey('a')))).toEqual([]);
    });
  });

  describe('what resolved', () => {
    test('is there after closing and opening again', async () => {
      const conversation = newConversation();
      const { id, steps } = visitorRow({ conversation });
      await bench.store.batch(steps);
      const store = await bench.reopen();
      expect(await run(store, readBack({ conversation, before: NEVER, most: 9 }))).toMatchObject([
        { id, seq: 1 },
      ]);
    });

    test('was taken before the close is finished by it', async () => {
      const taken = Array.from({ length: 20 }, (_, index) => bench.store.batch([seeKey(`k${index}`, 1)]));
      const closing = bench.store.close();
      await Promise.all(taken);
      await closing;
      const store = await bench.reopen();
      expect(await run(store, readSeen(seenKey('k19')))).toHaveLength(1);
    });
  });

  describe('a closed store', () => {
    test('takes nothing, and may be closed again', async () => {
      const { store } = bench;
      const closing = store.close();
      await expect(store.batch([seeKey('a')])).rejects.toMatchObject({ code: 'storeUnavailable' });
      await closing;
      await store.close();
      await expect(store.batch([seeKey('a')])).rejects.toMatchObject({ code: 'storeUnavailable' });
      await bench.reopen();
    });
  });

  describe('what is kept', () => {
    test('comes back exact: any text', async () => {
      const { store } = bench;
      // A store is not asked to keep a text's NUL: JSON, which all free text is kept in, has none.
      const texts = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
      let number = 0;
      await fc.assert(
        fc.asyncProperty(texts, texts, async (value, note) => {
          number += 1;
          const key = `${number} ${value}`;
          await store.batch([see({ ...seenKey(key), until: NOW, answer: note })]);
          const [rows] = await store.batch([readSeen(seenKey(key))]);
          expect(rows[0]?.answer === note).toBe(true);
        }),
        { numRuns: 100, examples: [['\u{10ffff}\ufffe\u200d', '👩‍👩‍👧 e\u0301 \u2028 \' " \\ % ; --']] },
      );
    });

    test('comes back exact: JSON of any text, and numbers of 64 bits as text', async () => {
      const { store } = bench;
      const memory = { helpdesk: HELPDESK, conversation: newConversation() };
      await store.batch([createMemory({ ...memory, value: 'null' })]);
      const json = fc.oneof(
        fc.jsonValue({ stringUnit: 'binary' }),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }).map(String),
      );
      let version = 0;
      await fc.assert(
        fc.asyncProperty(json, async (value) => {
          const text = JSON.stringify(value);
          version += 1;
          await store.batch([updateMemory({ ...memory, version, value: text }, 1)]);
          expect((await run(store, readMemory(memory)))[0]?.value === text).toBe(true);
        }),
        { numRuns: 100, endOnFailure: true },
      );
    });

    test('comes back exact: whole numbers up to the last safe one', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await fc.assert(
        fc.asyncProperty(fc.maxSafeInteger(), async (due) => {
          const wake = { helpdesk: HELPDESK, conversation, name: 'n', attempts: 0 };
          await store.batch([setWake({ ...wake, due })]);
          const rows = await run(store, dueWakes({ helpdesk: HELPDESK, conversation, now: NEVER }));
          expect(rows).toEqual([{ ...wake, due, first_due: due }]);
        }),
        { numRuns: 50, examples: [[NEVER], [0], [Number.MIN_SAFE_INTEGER]] },
      );
    });

    test('may be long', async () => {
      const request = JSON.stringify('长'.repeat(1_000_000));
      const raw = { id: 'a_1', tenant: TENANT, source: 'wechat', at: NOW, problem: null, request };
      await expect(bench.store.batch([keepRaw(raw, 1)])).resolves.toEqual([[]]);
    });
  });
}
