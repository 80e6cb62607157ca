import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/ports/store.ts';
import { addStray, adoptStray, bind, findBinding, straysOf } from '../../src/store/bindings.ts';
import { readConversation, setPending } from '../../src/store/conversations.ts';
import { readBack, readOn } from '../../src/store/history.ts';
import { createMemory, readMemory, updateMemory } from '../../src/store/memories.ts';
import { addMessage } from '../../src/store/messages.ts';
import { readSeen, see } from '../../src/store/seen.ts';
import { NEVER } from '../../src/store/tables.ts';
import {
  act,
  addedRow,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  newRow,
  OTHER_HELPDESK,
  run,
  settled,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeArrivals(bench: Bench): void {
  const history = (conversation: string) => run(bench.store, readOn({ conversation, after: 0, most: 1000 }));

  describe('a conversation', () => {
    test('begins with the first act of its visitor, and keeps what only the first said', async () => {
      const id = newConversation();
      await bench.store.batch([act(id)]);
      await bench.store.batch([act(id, NOW + 5), setPending({ id, pending: '[]' })]);
      expect(await run(bench.store, readConversation({ id }))).toMatchObject([
        { id, seq: 2, created_at: NOW, acted_at: NOW + 5, context: null, pending: '[]' },
      ]);
    });

    test('counts its messages 1, 2, 3… in the order of commit, however many come at once', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([act(conversation)]);
      const written = Array.from({ length: 60 }, (_, index) =>
        index % 2 === 0 ? visitorRow({ conversation }) : addedRow('reply', { conversation }),
      );
      const resolved: string[] = [];
      await Promise.all(
        written.map(async ({ id, steps }) => {
          await store.batch(steps);
          resolved.push(id);
        }),
      );
      const rows = await history(conversation);
      expect(rows.map(({ seq }) => Number(seq))).toEqual(written.map((_, index) => index + 2));
      expect(rows.map(({ id }) => id)).toEqual(resolved);
    });

    test('counts nothing for a batch that was undone', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const refused = see({ tenant: TENANT, source: 'wechat', key: 'k', until: NOW, answer: null }, 1);
      const ends = await Promise.allSettled(
        Array.from({ length: 6 }, () => store.batch([...visitorRow({ conversation }).steps, refused])),
      );
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await store.batch(visitorRow({ conversation }).steps);
      expect((await history(conversation)).map(({ seq }) => Number(seq))).toEqual([1, 2]);
    });

    test('shares no count with another', async () => {
      const [one, two] = [newConversation(), newConversation()];
      await fill(bench.store, 'forward', { conversation: one, count: 3 });
      await fill(bench.store, 'forward', { conversation: two, count: 2 });
      expect((await history(two)).map(({ seq }) => Number(seq))).toEqual([1, 2]);
    });

    test('that nobody began takes no message', async () => {
      const row = newRow('reply', { conversation: newConversation() });
      await expect(bench.store.batch([addMessage(row, 1)])).rejects.toMatchObject({ code: 'stepMissed' });
    });
  });

  describe('the history of a conversation', () => {
    test('is read in pages, backwards and forwards, what waits among what is done', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const ids = await fill(store, 'forward', { conversation, count: 5 });
      for (const id of [ids[0], ids[3]]) await store.batch([settled({ id: id ?? '', lane: 'forward' })]);
      const back = (before: number) => run(store, readBack({ conversation, before, most: 2 }));
      const on = (after: number) => run(store, readOn({ conversation, after, most: 2 }));
      const sequences = async (rows: ReturnType<typeof on>) => (await rows).map(({ seq }) => Number(seq));
      expect(await sequences(back(NEVER))).toEqual([5, 4]);
      expect(await sequences(back(4))).toEqual([3, 2]);
      expect(await sequences(on(0))).toEqual([1, 2]);
      expect(await sequences(on(4))).toEqual([5]);
    });
  });

  describe('a repeated arrival', () => {
    const key = { tenant: TENANT, source: 'wechat', key: 'wx1\no1\n1700000000\n24012345678901234567' };

    test('makes no second row, and is answered as the first one was', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const arrive = (answer: string) => {
        const seen = see({ ...key, until: NOW + 1000, answer }, 1);
        return store.batch([seen, ...visitorRow({ conversation }).steps]);
      };
      const ends = await Promise.allSettled([arrive('first'), arrive('second'), arrive('third')]);
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(ends[1]).toMatchObject({ reason: { code: 'stepMissed', step: 0 } });
      expect(await history(conversation)).toHaveLength(1);
      expect(await run(store, readSeen(key))).toEqual([{ answer: 'first' }]);
    });

    test('is known for its tenant and source only', async () => {
      const seen = { ...key, until: NOW, answer: null };
      const others = [
        { ...seen, tenant: 'other' },
        { ...seen, source: HELPDESK },
        { ...seen, key: 'k' },
      ];
      await bench.store.batch([seen, ...others].map((each) => see(each, 1)));
      await expect(bench.store.batch([see(seen, 1)])).rejects.toMatchObject({ code: 'stepMissed' });
    });
  });

  describe('an outside id', () => {
    test('is bound once: a later binding changes nothing', async () => {
      const { store } = bench;
      const id = { helpdesk: HELPDESK, outside: 'u1' };
      await store.batch([bind({ ...id, conversation: 'c_1' }, 1)]);
      await store.batch([bind({ ...id, conversation: 'c_2' })]);
      await store.batch([bind({ ...id, helpdesk: OTHER_HELPDESK, conversation: 'c_3' }, 1)]);
      expect(await run(store, findBinding(id))).toEqual([{ conversation: 'c_1' }]);
    });

    test('that is bound by two at a time belongs to one of them', async () => {
      const { store } = bench;
      const ids = Array.from({ length: 10 }, (_, index) => `c_${index}`);
      const ends = await Promise.allSettled(
        ids.map((conversation) => store.batch([bind({ helpdesk: HELPDESK, outside: 'u', conversation }, 1)])),
      );
      const winners = ids.filter((_, index) => ends[index]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      const bound = await run(store, findBinding({ helpdesk: HELPDESK, outside: 'u' }));
      expect(bound).toEqual([{ conversation: winners[0] }]);
    });
  });

  describe('a stray', () => {
    const stray = (id: string, outside = 'u1'): Step =>
      addStray({
        ...{ id, tenant: TENANT, helpdesk: HELPDESK, outside, event: `"${id}"` },
        ...{ writtenAt: NOW, raw: null, now: NOW },
      });

    test('waits under its outside id, in order of arrival', async () => {
      const { store } = bench;
      await store.batch([stray('m_1'), stray('m_2'), stray('m_3', 'u2')]);
      const found = await run(store, straysOf({ helpdesk: HELPDESK, outside: 'u1' }));
      expect(found.map(({ id, event, conversation }) => [id, event, conversation])).toEqual([
        ['m_1', '"m_1"', null],
        ['m_2', '"m_2"', null],
      ]);
    });

    test('stands behind what another process kept before, whatever their ids', async () => {
      const { store, another } = bench;
      for (const id of ['m_9', 'm_7', 'm_8', 'm_5']) {
        await (id === 'm_7' || id === 'm_5' ? another : store).batch([stray(id)]);
      }
      const found = await run(store, straysOf({ helpdesk: HELPDESK, outside: 'u1' }));
      expect(found.map(({ id }) => id)).toEqual(['m_9', 'm_7', 'm_8', 'm_5']);
    });

    test('is adopted once, and what it brought with it', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([act(conversation), stray('m_1')]);
      const adopt = () =>
        store.batch([
          adoptStray({ id: 'm_1', conversation, now: NOW }, 1),
          ...addedRow('reply', { conversation }).steps,
        ]);
      const ends = await Promise.allSettled([adopt(), adopt(), adopt()]);
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
      expect(await run(store, straysOf({ helpdesk: HELPDESK, outside: 'u1' }))).toEqual([]);
      const back = await run(store, readBack({ conversation, before: NEVER, most: 9 }));
      expect(back.map(({ action }) => action)).toEqual(['send']);
      expect((await history(conversation)).map(({ seq, action }) => [Number(seq), action])).toEqual([
        [2, 'send'],
      ]);
    });
  });

  describe('a memory', () => {
    const place = { helpdesk: HELPDESK, conversation: 'c_memory' };

    test('that moved on refuses what was folded from the old one, with all that came with it', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([createMemory({ ...place, value: '0' }, 1)]);
      const fold = (value: string) =>
        store.batch([
          ...visitorRow({ conversation }).steps,
          updateMemory({ ...place, version: 1, value }, 1),
        ]);
      const ends = await Promise.allSettled([fold('1'), fold('2')]);
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const value = ends[0]?.status === 'fulfilled' ? '1' : '2';
      expect(await run(store, readMemory(place))).toEqual([{ ...place, version: 2, value }]);
      expect(await history(conversation)).toHaveLength(1);
    });

    test('of the helpdesk itself is another than a conversation’s', async () => {
      const { store } = bench;
      await store.batch([
        createMemory({ ...place, value: '"conversation"' }, 1),
        createMemory({ ...place, conversation: '', value: '"helpdesk"' }, 1),
      ]);
      expect(await run(store, readMemory({ ...place, conversation: '' }))).toMatchObject([
        { value: '"helpdesk"' },
      ]);
    });
  });
}
