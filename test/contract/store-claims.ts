import { describe, expect, test } from 'vitest';
import { inFlight } from '../../src/store/lanes.ts';
import { setWake } from '../../src/store/schedules.ts';
import { beginTurn, claimForward, claimReaction, proveTurn } from '../../src/store/turns.ts';
import {
  addedRow,
  claimFirstReply,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  OTHER_HELPDESK,
  postponed,
  run,
  settled,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeClaims(bench: Bench): void {
  const claims = {
    forward: (conversation: string, now = NOW, helpdesk = HELPDESK) =>
      claimForward({ conversation, helpdesk, now }),
    react: (conversation: string, now = NOW, helpdesk = HELPDESK) =>
      claimReaction({ conversation, helpdesk, now }),
  };
  const take = async (lane: keyof typeof claims | 'reply', conversation: string, now = NOW) =>
    lane === 'reply'
      ? claimFirstReply(bench.store, conversation, now)
      : (await run(bench.store, claims[lane](conversation, now)))[0];

  describe.each(['forward', 'reply'] as const)('the %s lane', (lane) => {
    test('gives one row at a time, in order', async () => {
      const conversation = newConversation();
      const ids = await fill(bench.store, lane, { conversation, count: 3 });
      for (const id of ids) {
        const row = await take(lane, conversation);
        expect(row).toMatchObject({ id, attempts: 1, started_at: NOW, due: null });
        expect(await take(lane, conversation)).toBeUndefined();
        await bench.store.batch([settled(row!)]);
      }
      expect(await take(lane, conversation)).toBeUndefined();
    });

    test('gives a row to one of many who ask at once', async () => {
      const conversation = newConversation();
      const [first] = await fill(bench.store, lane, { conversation, count: 4 });
      const given = await Promise.all(Array.from({ length: 20 }, () => take(lane, conversation)));
      expect(given.filter((row) => row !== undefined)).toMatchObject([{ id: first }]);
    });

    test('stands still while its first row waits to be tried again, and goes on with that one', async () => {
      const conversation = newConversation();
      const [first] = await fill(bench.store, lane, { conversation, count: 3 });
      const row = await take(lane, conversation);
      await bench.store.batch([postponed(row!, NOW + 4000)]);
      expect(await take(lane, conversation, NOW + 3999)).toBeUndefined();
      expect(await take(lane, conversation, NOW + 4000)).toMatchObject({ id: first, attempts: 2 });
    });

    test('stands still for no neighbour', async () => {
      const [one, two] = [newConversation(), newConversation()];
      await fill(bench.store, lane, { conversation: one, count: 2 });
      const [id] = await fill(bench.store, lane, { conversation: two, count: 1 });
      const row = await take(lane, one);
      await bench.store.batch([postponed(row!, NOW + 4000)]);
      expect(await take(lane, two)).toMatchObject({ id });
    });

    test('stands still for no row of another direction', async () => {
      const conversation = newConversation();
      const other = lane === 'forward' ? 'reply' : 'forward';
      await fill(bench.store, 'forward', { conversation, count: 2 });
      await fill(bench.store, 'reply', { conversation, count: 2 });
      await take(other, conversation);
      expect(await take(lane, conversation)).toBeDefined();
    });

    test('has its row in flight until it is settled, also after the store was opened again', async () => {
      const conversation = newConversation();
      const [id] = await fill(bench.store, lane, { conversation, count: 2 });
      await take(lane, conversation);
      await bench.reopen();
      expect(await run(bench.store, inFlight({}))).toMatchObject([{ id, started_at: NOW }]);
      expect(await take(lane, conversation, NOW + 1_000_000)).toBeUndefined();
    });

    test('gives no row that was settled', async () => {
      const conversation = newConversation();
      await fill(bench.store, lane, { conversation, count: 1 });
      const row = await take(lane, conversation);
      await bench.store.batch([settled(row!)]);
      await expect(bench.store.batch([postponed(row!, NOW)])).rejects.toMatchObject({ code: 'stepMissed' });
      expect(await take(lane, conversation)).toBeUndefined();
    });
  });

  describe('the forward lanes of two helpdesks', () => {
    test('do not wait for each other', async () => {
      const conversation = newConversation();
      const place = { conversation, helpdesk: OTHER_HELPDESK };
      await fill(bench.store, 'forward', { conversation, count: 2 });
      const [id] = await fill(bench.store, 'forward', { ...place, count: 1 });
      await take('forward', conversation);
      const given = await run(bench.store, claimForward({ ...place, now: NOW }));
      expect(given).toMatchObject([{ id, due: null }]);
    });
  });

  describe('reactions', () => {
    test('go before forwards, oldest first', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'forward', { conversation, count: 1 });
      const [first, second] = await fill(bench.store, 'react', { conversation, count: 2 });
      expect(await take('forward', conversation)).toBeUndefined();
      const row = await take('react', conversation);
      expect(row).toMatchObject({ id: first, state: 'reacting' });
      expect(await take('forward', conversation)).toBeUndefined();
      await bench.store.batch([settled(row!)]);
      const next = await take('react', conversation);
      expect(next).toMatchObject({ id: second });
      await bench.store.batch([settled(next!)]);
      expect(await take('forward', conversation)).toBeDefined();
    });

    test('in flight hold up the forwards of their helpdesk', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'react', { conversation, count: 1 });
      await fill(bench.store, 'forward', { conversation, count: 1 });
      const row = await take('react', conversation);
      expect(await take('forward', conversation)).toBeUndefined();
      await bench.store.batch([settled(row!)]);
      expect(await take('forward', conversation)).toBeDefined();
    });

    test('that wait for their next try hold up neither forwards nor each other', async () => {
      const conversation = newConversation();
      const [, second] = await fill(bench.store, 'react', { conversation, count: 2 });
      const [forward] = await fill(bench.store, 'forward', { conversation, count: 1 });
      const first = await take('react', conversation);
      await bench.store.batch([postponed(first!, NOW + 4000)]);
      const next = await take('react', conversation);
      expect(next).toMatchObject({ id: second });
      await bench.store.batch([settled(next!)]);
      expect(await take('forward', conversation)).toMatchObject({ id: forward });
    });

    test('go while the first forward waits for its next try', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await fill(store, 'forward', { conversation, count: 2 });
      const first = await take('forward', conversation);
      await store.batch([postponed(first!, NOW + 4000)]);
      const { id, steps } = addedRow('react', { conversation });
      await store.batch(steps);
      expect(await take('react', conversation)).toMatchObject({ id });
    });

    test('of another helpdesk hold up nothing', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'react', { conversation, count: 1, helpdesk: OTHER_HELPDESK });
      await fill(bench.store, 'forward', { conversation, count: 1 });
      expect(await take('react', conversation)).toBeUndefined();
      expect(await take('forward', conversation)).toBeDefined();
    });
  });

  describe('a wake', () => {
    const wake = { helpdesk: HELPDESK, name: 'idle', attempts: 0 };

    test('that is due goes before forwards; one that is not yet due does not', async () => {
      const conversation = newConversation();
      await fill(bench.store, 'forward', { conversation, count: 1 });
      await bench.store.batch([setWake({ ...wake, conversation, due: NOW + 1 })]);
      expect(await take('forward', conversation, NOW + 1)).toBeUndefined();
      expect(await take('forward', conversation, NOW)).toBeDefined();
    });
  });

  describe('a turn', () => {
    test('has the next number of its lane', async () => {
      const { store } = bench;
      const lane = { lane: 'reply c_1' };
      const given = await store.batch([
        beginTurn(lane, 1),
        beginTurn(lane, 1),
        beginTurn({ lane: 'reply c_2' }, 1),
      ]);
      expect(given).toEqual([[{ turn: 1 }], [{ turn: 2 }], [{ turn: 1 }]]);
    });

    test('that is stale changes nothing', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const lane = `helpdesk ${HELPDESK} ${conversation}`;
      await store.batch(visitorRow({ conversation }).steps);
      const [, [row]] = await store.batch([beginTurn({ lane }, 1), claims.forward(conversation)]);
      await store.batch([beginTurn({ lane }, 1)]);
      const late = store.batch([settled(row!), proveTurn({ lane, turn: 1 }, 1)]);
      await expect(late).rejects.toMatchObject({ code: 'stepMissed', step: 1 });
      expect(await run(store, inFlight({}))).toMatchObject([{ id: row?.id, state: 'forwarding' }]);
      await store.batch([proveTurn({ lane, turn: 2 }, 1), settled(row!)]);
      expect(await run(store, inFlight({}))).toEqual([]);
    });

    test('begins once for each number, however many begin', async () => {
      const { store } = bench;
      const given = await Promise.all(
        Array.from({ length: 30 }, () => run(store, beginTurn({ lane: 'reply c_1' }, 1))),
      );
      const numbers = given.map(([begun]) => Number(begun?.turn)).sort((a, b) => a - b);
      expect(numbers).toEqual(given.map((_, index) => index + 1));
    });
  });
}
