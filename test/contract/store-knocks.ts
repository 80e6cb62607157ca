import { describe, expect, test } from 'vitest';
import {
  allowKnock,
  askKnock,
  awaitKnockBudget,
  claimKnock,
  dueKnockLanes,
  exhaustKnocks,
  forbidKnocks,
  forgetKnock,
  forgetKnockBudget,
  giveKnockBack,
  knockBudgetsAfter,
  readKnock,
  releaseKnock,
  reserveKnock,
  settleKnock,
} from '../../src/store/knocks.ts';
import { nextDue } from '../../src/store/lanes.ts';
import { NEVER } from '../../src/store/tables.ts';
import { act, NOW, newConversation, run, TENANT } from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeKnocks(bench: Bench): void {
  const budgetOf = (conversation: string) => ({ conversation, template: 'template-1' });
  const allow = (conversation: string) => allowKnock({ ...budgetOf(conversation), now: NOW });
  const reserve = (conversation: string) => reserveKnock({ ...budgetOf(conversation), now: NOW }, 1);
  const ask = (conversation: string, acts = 1, now = NOW) =>
    askKnock({ ...budgetOf(conversation), tenant: TENANT, acts, now });
  const stateOf = async (conversation: string) =>
    (await run(bench.store, readKnock({ conversation })))[0]?.state;

  describe('what a visitor allows', () => {
    test('is taken as often as it was given, by however many at once', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([allow(conversation), allow(conversation)]);
      const taken = await Promise.allSettled([1, 2, 3].map(() => store.batch([reserve(conversation)])));
      expect(taken.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    });

    test('survives the store’s end', async () => {
      const conversation = newConversation();
      await bench.store.batch([allow(conversation)]);
      const store = await bench.reopen();
      expect(await run(store, reserve(conversation))).toEqual([{ changes: 1 }]);
    });

    test('is there again after a call in vain, unless he has said something since', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([allow(conversation), reserve(conversation)]);
      await store.batch([giveKnockBack({ ...budgetOf(conversation), changes: 1 }), reserve(conversation)]);
      await store.batch([forbidKnocks({ ...budgetOf(conversation), now: NOW })]);
      await store.batch([giveKnockBack({ ...budgetOf(conversation), changes: 1 })]);
      await expect(store.batch([reserve(conversation)])).rejects.toMatchObject({ code: 'stepMissed' });
    });

    test('is gone where the channel says so, but not what he allowed since', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([allow(conversation), allow(conversation)]);
      await store.batch([exhaustKnocks({ ...budgetOf(conversation), changes: 1 }), reserve(conversation)]);
      await store.batch([exhaustKnocks({ ...budgetOf(conversation), changes: 2 })]);
      await expect(store.batch([reserve(conversation)])).rejects.toMatchObject({ code: 'stepMissed' });
    });
  });

  describe('a knock', () => {
    test('is asked for once until the visitor acts, unless the last was dropped', async () => {
      const { store } = bench;
      const conversation = newConversation();
      const settle = (state: 'sent' | 'dropped') =>
        settleKnock({ conversation, state, due: null, code: null });
      await store.batch([ask(conversation), settle('sent'), ask(conversation)]);
      expect(await stateOf(conversation)).toBe('sent');
      await store.batch([ask(conversation, 2)]);
      expect(await stateOf(conversation)).toBe('due');
      await store.batch([settle('dropped'), ask(conversation, 2)]);
      expect(await stateOf(conversation)).toBe('due');
    });

    test('is taken by one, and not asked for anew under his hands', async () => {
      const { store } = bench;
      const conversation = newConversation();
      await store.batch([ask(conversation), claimKnock({ conversation, now: NOW }, 1), ask(conversation, 2)]);
      expect(await stateOf(conversation)).toBe('calling');
      const again = store.batch([claimKnock({ conversation, now: NOW }, 1)]);
      await expect(again).rejects.toMatchObject({ code: 'stepMissed' });
    });

    test('waits for the visitor’s leave, and is due at once where it has just come', async () => {
      const { store } = bench;
      const [quick, slow] = [newConversation(), newConversation()];
      const wait = (conversation: string) => awaitKnockBudget({ conversation, code: 'none', now: NOW });
      await store.batch([ask(slow), wait(slow), ask(quick), allow(quick), wait(quick)]);
      expect([await stateOf(slow), await stateOf(quick)]).toEqual(['waiting', 'due']);
      await store.batch([releaseKnock({ ...budgetOf(slow), now: NOW })]);
      expect(await stateOf(slow)).toBe('due');
    });

    test('is found when its time has come, longest waiting first, a page at a time', async () => {
      const { store } = bench;
      const [first, second, later] = [newConversation(), newConversation(), newConversation()];
      await store.batch([ask(second, 1, NOW), ask(first, 1, NOW - 5), ask(later, 1, NOW + 7)]);
      const page = (due = -1, conversation = '') => dueKnockLanes({ now: NOW, most: 1, due, conversation });
      const [one] = await run(store, page());
      const [two] = await run(store, page(one?.due, one?.conversation));
      expect([one, two]).toMatchObject([{ conversation: first, tenant: TENANT }, { conversation: second }]);
      expect(await run(store, page(two?.due, two?.conversation))).toEqual([]);
      expect(await run(store, nextDue({ now: NOW, never: NEVER }))).toEqual([{ due: NOW + 7 }]);
    });
  });

  describe('a visitor who is forgotten', () => {
    test('takes his knock and what he allowed with him; nobody else’s goes', async () => {
      const { store } = bench;
      const [gone, kept] = [newConversation(), newConversation()];
      await store.batch([act(kept), allow(gone), allow(kept), ask(gone), ask(kept)]);
      const forget = [gone, kept].flatMap((conversation) => [
        forgetKnock({ conversation }),
        forgetKnockBudget({ ...budgetOf(conversation), before: NOW + 1 }),
      ]);
      await store.batch([forgetKnockBudget({ ...budgetOf(gone), before: NOW })]);
      const budgets = () => run(store, knockBudgetsAfter({ conversation: '', template: '', most: 10 }));
      expect(await budgets()).toHaveLength(2);
      await store.batch(forget);
      expect((await budgets()).map(({ conversation }) => conversation)).toEqual([kept]);
      expect([await stateOf(gone), await stateOf(kept)]).toEqual([undefined, 'due']);
    });
  });
}
