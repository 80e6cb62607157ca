import { describe, expect, test } from 'vitest';
import { readHistory } from '../../src/relay/read-history.ts';
import { addMessage } from '../../src/store/messages.ts';
import {
  act,
  addedRow,
  HELPDESK,
  NOW,
  newConversation,
  newRow,
  OTHER_HELPDESK,
  type RowChange,
  settled,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

const textOf = (text: string) => JSON.stringify([{ kind: 'text', text }]);
const agent = '{"role":"agent","name":"王"}';

export function describeHistory(bench: Bench): void {
  describe('what was said', () => {
    const push = async (change: RowChange) =>
      bench.store.batch([
        act(change.conversation),
        addMessage(newRow('forward', { answer: '{}', ...change }), 1),
      ]);
    const reply = async (change: RowChange) => {
      const { id, steps } = addedRow('reply', { sender: agent, ...change });
      await bench.store.batch([...steps, settled({ id, lane: 'reply' })]);
    };
    const read = async (conversation: string, from = { after: 0, most: 10 }) =>
      (await readHistory(bench.store, HELPDESK, conversation, from)).map(({ parts, seq, isOwn }) => [
        parts[0]?.kind === 'text' && parts[0].text,
        seq,
        isOwn,
      ]);

    test('is the visitor’s words and the replies that he got, in order, whichever helpdesk had him', async () => {
      const conversation = newConversation();
      await push({ conversation, parts: textOf('在吗'), helpdesk: OTHER_HELPDESK });
      await reply({ conversation, parts: textOf('您好'), helpdesk: OTHER_HELPDESK });
      await push({ conversation, parts: textOf('转人工') });
      expect(await read(conversation)).toEqual([
        ['在吗', 1, false],
        ['您好', 2, false],
        ['转人工', 3, true],
      ]);
    });

    test('has no notices, no words that wait or were lost, no reactions and no records', async () => {
      const conversation = newConversation();
      await push({ conversation, parts: textOf('在吗') });
      await reply({ conversation, parts: textOf('排队中'), automatic: 1 });
      await reply({ conversation, parts: textOf('卡片'), sender: '{"role":"system"}' });
      const waiting = addedRow('reply', { conversation, sender: agent, parts: textOf('还没发') });
      const reaction = addedRow('react', { conversation });
      const record = newRow('forward', { conversation, lane: null, state: 'done', finishedAt: NOW });
      await bench.store.batch([...waiting.steps, ...reaction.steps, addMessage(record, 1)]);
      expect(await read(conversation)).toEqual([['在吗', 1, true]]);
    });

    test('begins behind a sequence, and is the newest of what there is', async () => {
      const conversation = newConversation();
      for (const text of ['一', '二', '三', '四']) await push({ conversation, parts: textOf(text) });
      expect(await read(conversation, { after: 1, most: 2 })).toEqual([
        ['三', 3, true],
        ['四', 4, true],
      ]);
    });
  });
}
