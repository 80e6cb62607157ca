import { describe, expect, test } from 'vitest';
import { openDecisions } from '../../sandbox/decisions.ts';
import { visitors } from '../../sandbox/visitors.ts';
import { conversationId } from '../../src/model/conversation.ts';

const [{ id: visitor } = { id: '' }] = visitors;
const conversation = conversationId('shop', visitor);
const time = 1_700_000_000_000;
const chosen = { msg: 'route.chosen', time, conversation, helpdesk: 'shop/second', rule: 'refund-word' };
const moved = { ...chosen, msg: 'route.moved', from: 'shop/main', to: 'shop/second', passed: 2, left: 0 };

/** What the sandbox makes of these lines of the bridge's log. */
function decide(...lines: readonly Parameters<ReturnType<typeof openDecisions>['note']>[0][]) {
  const decisions = openDecisions();
  for (const line of lines) decisions.note(line);
  return decisions.all();
}

describe('what was decided', () => {
  test('is a rule’s choice, or nobody’s', () => {
    expect(decide(chosen, { ...chosen, helpdesk: 'shop/main', rule: undefined })).toMatchObject([
      { visitor, at: time, to: 'second', because: 'rule', rule: 'refund-word' },
      { visitor, to: 'desk', because: 'default' },
    ]);
  });

  test('is told once where a choice moves the conversation', () => {
    expect(decide(chosen, { ...moved, because: 'rule' })).toMatchObject([
      { from: 'desk', to: 'second', because: 'rule', rule: 'refund-word', passed: 2, left: 0 },
    ]);
  });

  test('is an outage’s move, and the default’s', () => {
    const { rule: _rule, ...unruled } = moved;
    expect(decide({ ...unruled, because: 'outage' }, { ...unruled, because: 'rule' })).toMatchObject([
      { from: 'desk', to: 'second', because: 'outage' },
      { from: 'desk', to: 'second', because: 'default' },
    ]);
  });

  test('is nothing of other lines, other visitors and other helpdesks', () => {
    const strangers = [
      { ...chosen, msg: 'route.other' },
      { ...chosen, conversation: 'c_other' },
      { ...chosen, helpdesk: 'shop/third' },
    ];
    expect(decide(...strangers)).toEqual([]);
  });
});
