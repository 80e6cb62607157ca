import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/ports/store.ts';
import { addStray, adoptStray, bind, findBinding } from '../../src/store/bindings.ts';
import { readConversation } from '../../src/store/conversations.ts';
import { createMemory, readMemory } from '../../src/store/memories.ts';
import { readMessage } from '../../src/store/messages.ts';
import { keepClaims, readProfile } from '../../src/store/profiles.ts';
import { keepRaw } from '../../src/store/raws.ts';
import {
  conversationsAfter,
  forgetBindings,
  forgetConversation,
  forgetLane,
  forgetMemories,
  forgetMessage,
  forgetProfile,
  forgetPulls,
  forgetRaw,
  forgetSeen,
  forgetStray,
  messagesAfter,
  rawsAfter,
  seenAfter,
  topicsOf,
} from '../../src/store/retention.ts';
import { ringPull } from '../../src/store/schedules.ts';
import { readSeen, see } from '../../src/store/seen.ts';
import { beginTurn } from '../../src/store/turns.ts';
import {
  act,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  readPull,
  run,
  settled,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeRetention(bench: Bench): void {
  const isThere = async (id: string) => (await run(bench.store, readMessage({ id }))).length === 1;

  describe('retention', () => {
    test('meets every message once, in bites, by id', async () => {
      const { store } = bench;
      const ids = [
        ...(await fill(store, 'forward', { conversation: newConversation(), count: 4 })),
        ...(await fill(store, 'reply', { conversation: newConversation(), count: 3 })),
      ];
      const met: string[] = [];
      const meetOn = async (after: string): Promise<void> => {
        const bite = await run(store, messagesAfter({ after, most: 3 }));
        met.push(...bite.map(({ id }) => id));
        const last = bite.at(-1);
        if (last) await meetOn(last.id);
      };
      await meetOn('');
      expect(met).toEqual([...ids].sort());
    });

    test('forgets a message that was finished before then, and none that waits', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const [done, later, waits] = await fill(store, 'forward', { conversation, count: 3 });
      await store.batch([
        settled({ id: done!, lane: 'forward' }, { finishedAt: NOW - 1 }),
        settled({ id: later!, lane: 'forward' }, { finishedAt: NOW }),
      ]);
      await store.batch([done!, later!, waits!].map((id) => forgetMessage({ id, before: NOW })));
      expect(await Promise.all([done!, later!, waits!].map(isThere))).toEqual([false, true, true]);
    });

    test('forgets a stray that nobody claimed, and none that was adopted', async () => {
      const { store } = bench;
      const stray = {
        tenant: TENANT,
        helpdesk: HELPDESK,
        outside: 'u',
        event: '1',
        writtenAt: NOW,
        raw: null,
      };
      await store.batch([
        addStray({ ...stray, id: 'm_old', now: NOW - 1 }),
        addStray({ ...stray, id: 'm_new', now: NOW }),
        addStray({ ...stray, id: 'm_adopted', now: NOW - 1 }),
        adoptStray({ id: 'm_adopted', conversation: 'c_1', now: NOW }),
      ]);
      await store.batch(['m_old', 'm_new', 'm_adopted'].map((id) => forgetStray({ id, before: NOW })));
      expect(await Promise.all(['m_old', 'm_new', 'm_adopted'].map(isThere))).toEqual([false, true, true]);
    });

    test('forgets pushes and callbacks as they came', async () => {
      const { store } = bench;
      const raw = { tenant: TENANT, source: 'wechat', problem: null, request: '{}' };
      await store.batch(['a_1', 'a_2', 'a_3'].map((id) => keepRaw({ ...raw, id, at: NOW })));
      expect(await run(store, rawsAfter({ after: 'a_1', most: 1 }))).toEqual([
        { id: 'a_2', tenant: TENANT, at: NOW },
      ]);
      await store.batch([forgetRaw({ id: 'a_2' }, 1)]);
      const left = await run(store, rawsAfter({ after: '', most: 9 }));
      expect(left.map(({ id }) => id)).toEqual(['a_1', 'a_3']);
    });

    test('forgets what made repeats recognisable once its time is over', async () => {
      const { store } = bench;
      const keys = ['a', 'b', 'c', 'd'].map((key, index) => ({
        tenant: index < 2 ? 'one' : 'two',
        source: 'wechat',
        key,
        until: index % 2 === 0 ? NOW - 1 : NOW,
      }));
      await store.batch(keys.map((key) => see({ ...key, answer: null }, 1)));
      const met: (typeof keys)[number][] = [];
      const meetOn = async (after: { tenant: string; source: string; key: string }): Promise<void> => {
        const bite = await run(store, seenAfter({ ...after, most: 3 }));
        const places = bite.map(({ tenant, source, key }) => ({ tenant, source, key }));
        met.push(...bite);
        await store.batch(places.map((place) => forgetSeen({ ...place, now: NOW })));
        const last = places.at(-1);
        if (last) await meetOn(last);
      };
      await meetOn({ tenant: '', source: '', key: '' });
      expect(met).toEqual(keys);
      const left = await store.batch(
        keys.map(({ tenant, source, key }) => readSeen({ tenant, source, key })),
      );
      expect(left.map(({ length }) => length)).toEqual([0, 1, 0, 1]);
    });
  });

  describe('a conversation of long ago', () => {
    const leftovers = (conversation: string): readonly Step[] => [
      bind({ helpdesk: HELPDESK, outside: `u ${conversation}`, conversation }, 1),
      createMemory({ helpdesk: HELPDESK, conversation, value: '{}' }, 1),
      ringPull({ helpdesk: HELPDESK, topic: 't', conversation, due: NOW, rung: null, note: null }, 1),
      beginTurn({ lane: `reply ${conversation}` }, 1),
      keepClaims({ conversation, claims: '[]' }, 1),
    ];
    const forget = (id: string): readonly Step[] => [
      forgetConversation({ id, before: NOW }),
      forgetBindings({ conversation: id }),
      forgetMemories({ conversation: id }),
      forgetPulls({ conversation: id }),
      forgetProfile({ conversation: id }),
      forgetLane({ lane: `reply ${id}`, conversation: id }),
    ];
    const left = async (conversation: string) => {
      const rows = await bench.store.batch([
        readConversation({ id: conversation }),
        findBinding({ helpdesk: HELPDESK, outside: `u ${conversation}` }),
        readMemory({ helpdesk: HELPDESK, conversation }),
        readPull({ helpdesk: HELPDESK, topic: 't', conversation }),
        readProfile({ conversation }),
        beginTurn({ lane: `reply ${conversation}` }, 1),
      ]);
      const turn = Number(rows[5][0]?.turn);
      return [...rows.slice(0, 5).map(({ length }) => length), turn - 1];
    };

    test('is forgotten with all that belonged to it, and nothing of others', async () => {
      const { store } = bench;
      const [old, other] = [newConversation(), newConversation()];
      await store.batch([act(old, NOW - 1), act(other, NOW - 1), ...leftovers(old), ...leftovers(other)]);
      await store.batch([createMemory({ helpdesk: HELPDESK, conversation: '', value: '{}' }, 1)]);
      await store.batch([...forget(old), ...forget('')]);
      expect(await left(old)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(await left(other)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await run(store, readMemory({ helpdesk: HELPDESK, conversation: '' }))).toHaveLength(1);
    });

    test('has topics, each with a lane of its own', async () => {
      const { store } = bench;
      const [one, other] = [newConversation(), newConversation()];
      await store.batch([...leftovers(one), ...leftovers(other)]);
      expect(await run(store, topicsOf({ conversation: one }))).toEqual([{ helpdesk: HELPDESK, topic: 't' }]);
    });

    test('stays whole while a message of it is kept, or when its visitor acts again', async () => {
      const { store } = bench;
      const [written, answered, back] = [newConversation(), newConversation(), newConversation()];
      const wrote = visitorRow({ conversation: written, now: NOW - 1 });
      const done = visitorRow({ conversation: answered, now: NOW - 1 });
      await store.batch([...wrote.steps, ...leftovers(written), ...done.steps, ...leftovers(answered)]);
      await store.batch([settled({ id: done.id, lane: 'forward' })]);
      await store.batch([act(back, NOW - 1), ...leftovers(back)]);
      const bite = await run(store, conversationsAfter({ after: '', most: 9 }));
      expect(bite.map(({ id }) => id)).toEqual([written, answered, back].sort());
      await store.batch([act(back, NOW)]);
      await store.batch(bite.flatMap(({ id }) => forget(id)));
      expect(await left(written)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await left(answered)).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await left(back)).toEqual([1, 1, 1, 1, 1, 1]);
    });
  });
}
