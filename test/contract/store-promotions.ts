import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/ports/store.ts';
import { openPage, promoteFirstsBetween } from '../../src/store/restarts.ts';
import type { LaneName } from '../../src/store/tables.ts';
import { promoteFirst, promoteNext } from '../../src/store/turns.ts';
import {
  addedRow,
  claimFirst,
  duesOf,
  fill,
  NOW,
  newConversation,
  OTHER_HELPDESK,
  postponed,
  settled,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describePromotions(bench: Bench): void {
  const dues = (ids: readonly string[]) => duesOf(bench.store, ids);
  const claim = (lane: 'forward' | 'reply', conversation: string) =>
    claimFirst(bench.store, lane, conversation);

  describe('the due time of a row', () => {
    test('is now for the first of a lane; what stands behind has none', async () => {
      const conversation = newConversation();
      const forwards = await fill(bench.store, 'forward', { conversation, count: 3 });
      const replies = await fill(bench.store, 'reply', { conversation, count: 2 });
      expect(await dues([...forwards, ...replies])).toEqual([NOW, null, null, NOW, null]);
    });

    test('is now for the first of each helpdesk', async () => {
      const conversation = newConversation();
      const main = await fill(bench.store, 'forward', { conversation, count: 2 });
      const other = await fill(bench.store, 'forward', { conversation, count: 2, helpdesk: OTHER_HELPDESK });
      expect(await dues([...main, ...other])).toEqual([NOW, null, NOW, null]);
    });

    test('is now for every reaction, and what it says itself where it says so', async () => {
      const conversation = newConversation();
      const reactions = await fill(bench.store, 'react', { conversation, count: 2 });
      const [later] = await fill(bench.store, 'reply', { conversation, count: 1, due: NOW + 7 });
      expect(await dues([...reactions, later!])).toEqual([NOW, NOW, NOW + 7]);
    });

    test('is none for what is only history', async () => {
      const conversation = newConversation();
      const { id, steps } = addedRow('reply', { conversation, lane: null, state: 'done', finishedAt: NOW });
      await bench.store.batch([...visitorRow({ conversation }).steps, ...steps]);
      expect(await dues([id])).toEqual([null]);
    });
  });

  describe.each([
    [
      'promoteFirst',
      (_id: string, conversation: string, lane: LaneName) =>
        promoteFirst({ conversation, lane, now: NOW + 1 }),
    ],
    [
      'promoteNext',
      (id: string, conversation: string, lane: LaneName) =>
        promoteNext({ id, conversation, lane, now: NOW + 1 }),
    ],
    ['promoteFirstsBetween', () => promoteFirstsBetween({ after: '', last: 'd', now: NOW + 1 })],
  ] as const)('%s', (_name, promote: (id: string, conversation: string, lane: LaneName) => Step) => {
    test.each(['forward', 'reply'] as const)(
      'makes the next of a %s lane due, and no other',
      async (lane) => {
        const conversation = newConversation();
        const [first, ...behind] = await fill(bench.store, lane, { conversation, count: 3 });
        const row = await claim(lane, conversation);
        await bench.store.batch([settled(row!), promote(first!, conversation, lane)]);
        expect(await dues(behind)).toEqual([NOW + 1, null]);
      },
    );

    test('leaves a first alone that has its time', async () => {
      const conversation = newConversation();
      const [first, second] = await fill(bench.store, 'forward', { conversation, count: 2 });
      const row = await claim('forward', conversation);
      await bench.store.batch([postponed(row!, NOW + 60_000), promote(first!, conversation, 'forward')]);
      expect(await dues([first!, second!])).toEqual([NOW + 60_000, null]);
    });

    test('leaves a row alone that is in flight, and those behind it', async () => {
      const conversation = newConversation();
      const ids = await fill(bench.store, 'reply', { conversation, count: 2 });
      await claim('reply', conversation);
      await bench.store.batch([promote(ids[0]!, conversation, 'reply')]);
      expect(await dues(ids)).toEqual([null, null]);
    });
  });

  test.each([
    [
      'promoteNext',
      (id: string, conversation: string) => promoteNext({ id, conversation, lane: 'forward', now: NOW + 1 }),
    ],
    ['promoteFirstsBetween', () => promoteFirstsBetween({ after: '', last: 'd', now: NOW + 1 })],
  ] as const)('%s finds the next of the same helpdesk behind another helpdesk’s', async (_name, promote) => {
    const conversation = newConversation();
    const [first] = await fill(bench.store, 'forward', { conversation, count: 1 });
    const others = await fill(bench.store, 'forward', { conversation, count: 2, helpdesk: OTHER_HELPDESK });
    const [second] = await fill(bench.store, 'forward', { conversation, count: 1 });
    const row = await claim('forward', conversation);
    await bench.store.batch([settled(row!), promote(first!, conversation)]);
    expect(await dues([...others, second!])).toEqual([NOW, null, NOW + 1]);
  });

  test('conversations in which something is not finished come page by page', async () => {
    const ids = [newConversation(), newConversation(), newConversation(), newConversation()].sort();
    for (const [number, conversation] of ids.entries()) {
      await fill(bench.store, 'forward', { conversation, count: number === 1 ? 1 : 2 });
    }
    const row = await claim('forward', ids[1]!);
    await bench.store.batch([settled(row!)]);
    const page = async (after: string, most: number) =>
      (await bench.store.batch([openPage({ after, most })]))[0];
    expect(await page('', 1)).toMatchObject([{ last: ids[0], conversations: 1 }]);
    expect(await page(ids[0]!, 5)).toMatchObject([{ last: ids[3], conversations: 2 }]);
    expect(await page(ids[3]!, 5)).toMatchObject([{ last: null, conversations: 0 }]);
  });
}
