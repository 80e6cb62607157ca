import { describe, expect, test } from 'vitest';
import { releaseMessage, wantMedium } from '../../src/store/media.ts';
import { giveUpMedium } from '../../src/store/media-downloads.ts';
import { readMessage } from '../../src/store/messages.ts';
import { dropRecalled, endRecalled, findRecalled } from '../../src/store/recalls.ts';
import { confirmForward } from '../../src/store/receipts.ts';
import { NEVER } from '../../src/store/tables.ts';
import { promoteFirst, releaseHeld, releaseWaiting } from '../../src/store/turns.ts';
import {
  claimFirst,
  duesOf,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  OTHER_HELPDESK,
  postponed,
  run,
  settled,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeReleases(bench: Bench): void {
  const dues = (ids: readonly string[]) => duesOf(bench.store, ids);
  const stateOf = async (id: string) => (await run(bench.store, readMessage({ id })))[0]?.state;
  const claim = (lane: 'forward' | 'reply', conversation: string) =>
    claimFirst(bench.store, lane, conversation);

  describe('releaseWaiting', () => {
    const release = (conversation: string) =>
      releaseWaiting({ conversation, helpdesk: HELPDESK, now: NOW + 1 });

    test('makes a forward due that waits for the session, or for its next try', async () => {
      for (const state of ['waiting', 'received'] as const) {
        const conversation = newConversation();
        const [first, second] = await fill(bench.store, 'forward', { conversation, count: 2 });
        const row = await claim('forward', conversation);
        await bench.store.batch([
          settled(row!, { state, due: NOW + 99_000, finishedAt: null }),
          release(conversation),
        ]);
        expect(await dues([first!, second!])).toEqual([NOW + 1, null]);
        expect(await stateOf(first!)).toBe(state);
      }
    });

    test('touches no neighbour, no other helpdesk, no reply and nothing that is in flight', async () => {
      const { store } = bench;
      const [conversation, neighbour] = [newConversation(), newConversation()];
      const due = NOW + 99_000;
      const [other] = await fill(store, 'forward', { conversation, count: 1, helpdesk: OTHER_HELPDESK, due });
      const [reply] = await fill(store, 'reply', { conversation, count: 1, due });
      const [elsewhere] = await fill(store, 'forward', { conversation: neighbour, count: 1, due });
      const [flying] = await fill(store, 'forward', { conversation, count: 1 });
      await claim('forward', conversation);
      await store.batch([release(conversation)]);
      expect(await dues([other!, reply!, elsewhere!, flying!])).toEqual([due, due, due, null]);
    });

    test('leaves a row alone that waits for its medium', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const { id, steps } = visitorRow({ conversation, due: NEVER });
      const medium = {
        id: 'x_1',
        tenant: TENANT,
        conversation,
        message: id,
        source: '{}',
        name: null,
        now: NOW,
      };
      await store.batch([...steps, wantMedium(medium), release(conversation)]);
      expect(await dues([id])).toEqual([NEVER]);
      await store.batch([
        giveUpMedium({ claim: 0, id: 'x_1', code: 'gone' }, 1),
        releaseMessage({ id, conversation, now: NOW + 2 }, 1),
      ]);
      expect(await dues([id])).toEqual([NOW + 2]);
    });
  });

  describe('releaseHeld', () => {
    test('makes held replies due, and nothing else', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const [first, second] = await fill(store, 'reply', { conversation, count: 2 });
      const [forward] = await fill(store, 'forward', { conversation, count: 1, due: NEVER });
      const row = await claim('reply', conversation);
      await store.batch([settled(row!, { state: 'held', due: NEVER, finishedAt: null })]);
      expect(await claim('reply', conversation)).toBeUndefined();
      await store.batch([releaseHeld({ conversation, now: NOW })]);
      expect(await dues([first!, second!, forward!])).toEqual([NOW, null, NEVER]);
      expect(await claim('reply', conversation)).toMatchObject({ id: first });
    });
  });

  describe('a receipt', () => {
    const receipt = (id: string, conversation: string, helpdesk = HELPDESK) =>
      confirmForward({ id, conversation, helpdesk, vendorId: 'v1', now: NOW + 5 }, 1);

    test('makes a row forwarded, and no later outcome undoes that', async () => {
      const conversation = newConversation();
      const [id] = await fill(bench.store, 'forward', { conversation, count: 1 });
      const row = await claim('forward', conversation);
      await bench.store.batch([receipt(id!, conversation)]);
      for (const late of [settled(row!), settled(row!, { state: 'dead' }), postponed(row!, NOW + 9)]) {
        await expect(bench.store.batch([late])).rejects.toMatchObject({ code: 'stepMissed' });
      }
      expect(await run(bench.store, readMessage({ id: id! }))).toMatchObject([
        { state: 'forwarded', vendor_id: 'v1', code: 'receipt', due: null, finished_at: NOW + 5 },
      ]);
    });

    test('counts whatever the row was in', async () => {
      const conversation = newConversation();
      const [waiting] = await fill(bench.store, 'forward', { conversation, count: 1 });
      const [dead] = await fill(bench.store, 'forward', { conversation, count: 1 });
      await bench.store.batch([settled({ id: dead!, lane: 'forward' }, { state: 'dead' })]);
      await bench.store.batch([receipt(waiting!, conversation), receipt(dead!, conversation)]);
      expect([await stateOf(waiting!), await stateOf(dead!)]).toEqual(['forwarded', 'forwarded']);
      expect(await claim('forward', conversation)).toBeUndefined();
    });

    test('says nothing of another’s message', async () => {
      const conversation = newConversation();
      const [id] = await fill(bench.store, 'forward', { conversation, count: 1 });
      for (const foreign of [receipt(id!, newConversation()), receipt(id!, conversation, OTHER_HELPDESK)]) {
        await expect(bench.store.batch([foreign])).rejects.toMatchObject({ code: 'stepMissed' });
      }
    });

    test('says nothing of a reply or a reaction', async () => {
      const conversation = newConversation();
      const [reply] = await fill(bench.store, 'reply', { conversation, count: 1 });
      const [reaction] = await fill(bench.store, 'react', { conversation, count: 1 });
      for (const id of [reply!, reaction!]) {
        await expect(bench.store.batch([receipt(id, conversation)])).rejects.toMatchObject({
          code: 'stepMissed',
        });
      }
    });
  });

  describe('a reply that its agent took back', () => {
    const drop = (conversation: string, helpdesk = HELPDESK) =>
      dropRecalled({ conversation, helpdesk, vendorId: 'v1', now: NOW });

    test('is not sent any more, while it waits or is held', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const [queued, other] = [
        ...(await fill(store, 'reply', { conversation, count: 1, vendorId: 'v1' })),
        ...(await fill(store, 'reply', { conversation, count: 1, vendorId: 'v2' })),
      ];
      await store.batch([drop(conversation), promoteFirst({ conversation, lane: 'reply', now: NOW })]);
      expect([await stateOf(queued!), await stateOf(other!)]).toEqual(['dropped', 'queued']);
      expect(await claim('reply', conversation)).toMatchObject({ id: other });
    });

    test('goes on when its send has begun, and is only marked: its settlement ends it', async () => {
      const conversation = newConversation();
      const [id] = await fill(bench.store, 'reply', { conversation, count: 1, vendorId: 'v1' });
      await claim('reply', conversation);
      await bench.store.batch([drop(conversation)]);
      expect(await stateOf(id!)).toBe('sending');
      const [found] = await bench.store.batch([findRecalled({ id: id! })]);
      expect(found).toEqual([{ id }]);
      await bench.store.batch([endRecalled({ id: id!, now: NOW })]);
      expect(await stateOf(id!)).toBe('dropped');
    });

    test('is no other that is under way', async () => {
      const conversation = newConversation();
      const [id] = await fill(bench.store, 'reply', { conversation, count: 1, vendorId: 'v2' });
      await claim('reply', conversation);
      const [, , found] = await bench.store.batch([
        drop(conversation),
        endRecalled({ id: id!, now: NOW }),
        findRecalled({ id: id! }),
      ]);
      expect({ found, state: await stateOf(id!) }).toEqual({ found: [], state: 'sending' });
    });

    test('is nobody else’s of the same id', async () => {
      const [conversation, neighbour] = [newConversation(), newConversation()];
      const [id] = await fill(bench.store, 'reply', { conversation: neighbour, count: 1, vendorId: 'v1' });
      await bench.store.batch([drop(conversation), drop(neighbour, OTHER_HELPDESK)]);
      expect(await stateOf(id!)).toBe('queued');
    });
  });
}
