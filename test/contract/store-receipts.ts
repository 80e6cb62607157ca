import { describe, expect, test } from 'vitest';
import { readMessage } from '../../src/store/messages.ts';
import { confirmForward, markUnconfirmed, reopenUnconfirmed } from '../../src/store/receipts.ts';
import { claimFirst, fill, HELPDESK, NOW, newConversation, run, settled } from '../store/rows.ts';
import type { Bench } from './store.ts';

export function describeReceipts(bench: Bench): void {
  const accepted = async () => {
    const conversation = newConversation();
    const [id = ''] = await fill(bench.store, 'forward', { conversation, count: 1 });
    await claimFirst(bench.store, 'forward', conversation);
    await bench.store.batch([settled({ id, lane: 'forward' })]);
    return { id, conversation };
  };
  const confirm = (id: string, conversation: string) =>
    confirmForward({ id, conversation, helpdesk: HELPDESK, vendorId: null, now: NOW });
  const read = async (id: string) => (await run(bench.store, readMessage({ id })))[0];
  const reopen = (id: string) => reopenUnconfirmed({ id, lost: '{}', now: NOW });

  describe('a message that the helpdesk took', () => {
    test('is marked where no receipt came in time, and a later one clears the mark', async () => {
      const { id, conversation } = await accepted();
      expect(await run(bench.store, markUnconfirmed({ id }))).toEqual([{ id }]);
      expect(await read(id)).toMatchObject({ state: 'forwarded', code: 'unconfirmed', finished_at: NOW });
      await bench.store.batch([confirm(id, conversation)]);
      expect(await read(id)).toMatchObject({ state: 'forwarded', code: 'receipt' });
    });

    test('is neither marked nor tried again once its receipt is there', async () => {
      const { id, conversation } = await accepted();
      await bench.store.batch([confirm(id, conversation)]);
      expect(await run(bench.store, markUnconfirmed({ id }))).toEqual([]);
      expect(await run(bench.store, reopen(id))).toEqual([]);
      expect(await read(id)).toMatchObject({ state: 'forwarded', code: 'receipt' });
    });

    test('is the first of its lane again where it is to be tried again', async () => {
      const { id, conversation } = await accepted();
      await fill(bench.store, 'forward', { conversation, count: 1 });
      expect(await run(bench.store, reopen(id))).toEqual([{ id }]);
      expect(await claimFirst(bench.store, 'forward', conversation)).toMatchObject({ id, attempts: 1 });
    });
  });

  describe('a message that is still in its lane', () => {
    test('is not marked', async () => {
      const [id = ''] = await fill(bench.store, 'forward', { conversation: newConversation(), count: 1 });
      expect(await run(bench.store, markUnconfirmed({ id }))).toEqual([]);
      expect(await run(bench.store, reopen(id))).toEqual([]);
    });
  });
}
