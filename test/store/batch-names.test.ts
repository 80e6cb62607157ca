import { describe, expect, test } from 'vitest';
import { createFact } from '../../src/store/facts.ts';
import { readMemory, updateMemory } from '../../src/store/memories.ts';
import { addPermit } from '../../src/store/permits.ts';
import { namesOf } from '../../src/store/postgres/names.ts';
import { setWake } from '../../src/store/schedules.ts';
import { proveTurn } from '../../src/store/turns.ts';
import { HELPDESK, NOW, visitorRow } from './rows.ts';

describe('the names of a batch', () => {
  test('are those of the conversation and the message, not of the kind of lane', () => {
    const { id, steps } = visitorRow({ conversation: 'c_1' });
    expect(namesOf(steps)).toEqual(['c_1', id]);
  });

  test('are those of a turn’s lane', () => {
    expect(namesOf([proveTurn({ lane: 'reply c_1', turn: 1 })])).toEqual(['reply c_1']);
  });

  test('are those of the helpdesk where no conversation is meant', () => {
    const own = { helpdesk: HELPDESK, conversation: '' };
    expect(namesOf([updateMemory({ ...own, version: 1, value: '{}' })])).toEqual([HELPDESK]);
  });

  test('are not those of a helpdesk whose memory is only looked at', () => {
    const { args } = readMemory({ helpdesk: HELPDESK, conversation: '' });
    const turn = proveTurn({ lane: `helpdesk ${HELPDESK} c_1`, turn: 1 });
    expect(namesOf([turn, { args, isLook: true }])).toEqual([`helpdesk ${HELPDESK} c_1`]);
  });

  test('are not the names of wakes, which many conversations have', () => {
    const wake = { helpdesk: HELPDESK, conversation: 'c_1', name: 'idle', due: NOW, attempts: 0 };
    expect(namesOf([setWake(wake)])).toEqual(['c_1']);
  });

  test('are the names of permits and facts, which have nothing else', () => {
    const permit = addPermit({ name: 'force', now: NOW, most: 1, after: 0, apartAfter: 0 });
    expect(namesOf([permit, createFact({ name: 'key', value: '' })])).toEqual(['force', 'key']);
  });

  test('are in one order, whatever the order of the steps', () => {
    const steps = ['b', 'a', 'b'].flatMap((conversation) => visitorRow({ conversation, id: 'm' }).steps);
    expect(namesOf(steps)).toEqual(['a', 'b', 'm']);
  });
});
