import { describe, expect, test } from 'vitest';
import { dueLanes, dueWakeLanes, firstPlace, inFlight, nextDue } from '../../src/store/lanes.ts';
import { ringPull, setWake } from '../../src/store/schedules.ts';
import { NEVER } from '../../src/store/tables.ts';
import { claimForward, claimReaction, claimReply } from '../../src/store/turns.ts';
import {
  addedRow,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  run,
  settled,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeDueTimes(bench: Bench): void {
  const due = (now = NOW, most = 100) => run(bench.store, dueLanes({ now, most, ...firstPlace }));
  const next = async (now = NOW) => {
    const [row] = await run(bench.store, nextDue({ now, never: NEVER }));
    return row?.due === null ? null : Number(row?.due);
  };

  describe('lanes with something due', () => {
    test('are those of rows whose time has come, longest waiting first', async () => {
      const { store } = bench;
      const [early, late, future] = [newConversation(), newConversation(), newConversation()];
      await fill(store, 'forward', { conversation: late, count: 2, now: NOW });
      await fill(store, 'reply', { conversation: early, count: 2, due: NOW - 10 });
      await fill(store, 'forward', { conversation: future, count: 1, due: NOW + 1 });
      expect(await due()).toMatchObject([
        ...Array(2).fill({ tenant: TENANT, conversation: early, helpdesk: HELPDESK, lane: 'reply' }),
        { tenant: TENANT, conversation: late, helpdesk: HELPDESK, lane: 'forward' },
      ]);
      expect(await due(NOW, 1)).toMatchObject([{ conversation: early }]);
      expect((await due(NOW + 1)).at(-1)).toMatchObject({ conversation: future });
    });

    test('come a page at a time, each row once, also where many are due at the same time', async () => {
      const { store } = bench;
      const conversations = Array.from({ length: 5 }, newConversation);
      for (const conversation of conversations)
        await fill(store, 'forward', { conversation, count: 1, now: NOW });
      const seen: string[] = [];
      let place = firstPlace;
      for (let page = 0; page < 3; page += 1) {
        const rows = await run(store, dueLanes({ now: NOW, most: 2, due: place.due, id: place.id }));
        seen.push(...rows.map(({ conversation }) => conversation));
        place = rows.at(-1) ?? place;
      }
      expect(seen.toSorted()).toEqual(conversations.toSorted());
    });

    test('are not those whose rows are in flight, finished, or wait for an event', async () => {
      const { store } = bench;
      const [flying, finished, waiting] = [newConversation(), newConversation(), newConversation()];
      await fill(store, 'forward', { conversation: flying, count: 2 });
      await store.batch([claimForward({ conversation: flying, helpdesk: HELPDESK, now: NOW }, 1)]);
      const { id, steps } = visitorRow({ conversation: finished });
      await store.batch([...steps, settled({ id, lane: 'forward' })]);
      await fill(store, 'reply', { conversation: waiting, count: 1, due: NEVER });
      expect(await due()).toEqual([]);
      expect(await due(NEVER - 1)).toEqual([]);
    });

    test('are those of wakes whose time has come, also the helpdesk’s own', async () => {
      const { store } = bench;
      const wake = { helpdesk: HELPDESK, name: 'n', attempts: 0 };
      await store.batch([
        setWake({ ...wake, conversation: 'c_2', due: NOW }),
        setWake({ ...wake, conversation: '', due: NOW - 1 }),
        setWake({ ...wake, conversation: 'c_3', due: NOW + 1 }),
      ]);
      const first = { due: -1, helpdesk: '', conversation: '' };
      const found = await run(store, dueWakeLanes({ now: NOW, most: 9, ...first }));
      expect(found).toEqual([
        { due: NOW - 1, helpdesk: HELPDESK, conversation: '' },
        { due: NOW, helpdesk: HELPDESK, conversation: 'c_2' },
      ]);
      const [own, other] = found;
      expect(await run(store, dueWakeLanes({ now: NOW, most: 1, ...own! }))).toEqual([other]);
    });
  });

  describe('the next due time', () => {
    test('is none where nothing waits for a time', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await fill(store, 'reply', { conversation, count: 1, due: NEVER });
      await fill(store, 'forward', { conversation, count: 3 });
      expect(await next()).toBeNull();
    });

    test('is the soonest of messages, wakes and pulls', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await fill(store, 'reply', { conversation, count: 1, due: NOW + 40 });
      expect(await next()).toBe(NOW + 40);
      const pull = { helpdesk: HELPDESK, topic: 't', conversation: '', rung: null, note: null };
      await store.batch([ringPull({ ...pull, due: NOW + 20 })]);
      expect(await next()).toBe(NOW + 20);
      await store.batch([
        setWake({ helpdesk: HELPDESK, conversation, name: 'n', due: NOW + 10, attempts: 0 }),
      ]);
      expect(await next()).toBe(NOW + 10);
    });

    test('is later than now: what is due already is not waited for', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'react', { conversation, count: 1, due: NOW + 10 });
      await fill(bench.store, 'react', { conversation, count: 1, due: NOW + 11 });
      expect(await next(NOW + 10)).toBe(NOW + 11);
      expect(await next(NOW + 11)).toBeNull();
    });
  });

  describe('rows in flight', () => {
    test('are those that a turn has taken and not settled', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const place = { conversation, helpdesk: HELPDESK, now: NOW };
      const forward = visitorRow({ conversation });
      const reply = addedRow('reply', { conversation });
      const reaction = addedRow('react', { conversation });
      await store.batch([
        ...forward.steps,
        ...reply.steps,
        claimForward(place, 1),
        claimReply({ id: reply.id, send: 's_1', now: NOW }, 1),
      ]);
      await store.batch([...reaction.steps, claimReaction(place, 1)]);
      await store.batch(visitorRow({ conversation }).steps);
      const ids = async () => (await run(store, inFlight({}))).map(({ id }) => id).sort();
      expect(await ids()).toEqual([forward.id, reply.id, reaction.id].sort());
      await store.batch([settled({ id: reply.id, lane: 'reply' })]);
      expect(await ids()).toEqual([forward.id, reaction.id].sort());
    });
  });
}
