import { describe, expect, test } from 'vitest';
import { type RowBefore, settleRestart } from '../../src/relay/settle.ts';
import type { LaneName } from '../../src/store/tables.ts';
import { AGE, again, final, lanes, NOW, ready, rowOf, SECOND, settled, unknown, vendor } from './settled.ts';

describe('an attempt whose answer was lost', () => {
  const lost = { startedAt: NOW - 5, code: 'c', repeated: true };
  const row = { startedAt: NOW - 5 };

  test.each([
    ['retry', SECOND],
    ['settle', SECOND],
    ['retry-once', 15 * SECOND],
  ] as const)('is repeated by %s, and says what was lost', (onUnknown, pauseMs) => {
    for (const lane of lanes) {
      expect(settled(unknown, { ...row, lane }, { onUnknown })).toEqual({
        state: ready[lane],
        final: false,
        due: NOW + pauseMs,
        tries: 1,
        reason: 'unknown',
        code: 'c',
        lost,
      });
    }
    expect(settled({ ...unknown, afterMs: 7 }, row, { onUnknown })).toMatchObject({ due: NOW + 7 });
    expect(settled(unknown, { receivedAt: NOW - AGE }, { onUnknown })).toMatchObject({
      ...final,
      state: 'dead',
    });
  });

  test.each(['retry', 'settle'] as const)('is repeated by %s however often it is lost', (onUnknown) => {
    const often = { tries: 9, reason: 'unknown', lost };
    expect(settled(unknown, often, { onUnknown })).toMatchObject({
      ...again,
      tries: 10,
      due: NOW + 60 * SECOND,
    });
  });

  test('is repeated once by retry-once: then it is a dead letter with an alarm', () => {
    const second = settled(unknown, { lost, tries: 1, reason: 'unknown' }, { onUnknown: 'retry-once' });
    expect(second).toMatchObject({
      ...final,
      state: 'dead',
      code: 'c',
      alarm: 'an answer was lost twice (c)',
    });
  });

  test('has used its one repeat also where other trouble came between', () => {
    const between = settled(vendor, { lost }, { onUnknown: 'retry-once' });
    expect(between).toMatchObject({ ...again, lost });
    expect(
      settled(unknown, { lost: between.lost, tries: 1, reason: 'vendor' }, { onUnknown: 'retry-once' }),
    ).toMatchObject({ ...final, state: 'dead' });
  });

  test('has its repeat again in the next step', () => {
    const { lost: none } = settled({ outcome: 'more', progress: 1 }, { lost }, { onUnknown: 'retry-once' });
    expect(settled(unknown, { lost: none }, { onUnknown: 'retry-once' })).toMatchObject(again);
  });

  test('is put before a person by ask', () => {
    expect(settled(unknown, row, { onUnknown: 'ask' })).toMatchObject({
      ...final,
      state: 'dead',
      code: 'ask:c',
      alarm: 'nobody knows whether a message arrived (c)',
    });
  });

  test('is let go by drop', () => {
    const dropped = settled(unknown, row, { onUnknown: 'drop' });
    expect(dropped).toMatchObject({ ...final, state: 'dropped', code: 'c' });
    expect(dropped).not.toHaveProperty('alarm');
  });
});

describe('what was in flight when the process died', () => {
  const restarted = (starts: number, row: Partial<RowBefore> = {}) =>
    settleRestart({ ...rowOf({ startedAt: NOW - 9, ...row }), starts }, NOW);

  test.each(lanes)('is tried again at once, as one whose answer was lost (%s)', (lane: LaneName) => {
    expect(restarted(1, { lane, tries: 2, reason: 'message' })).toEqual({
      state: ready[lane],
      final: false,
      due: NOW,
      tries: 2,
      reason: 'message',
      code: 'restart',
      lost: { startedAt: NOW - 9, code: 'restart', repeated: false },
    });
  });

  test('keeps the one repeat of retry-once, and does not give it twice', () => {
    const fresh = restarted(1);
    expect(settled(unknown, { lost: fresh.lost }, { onUnknown: 'retry-once' })).toMatchObject(again);
    const used = restarted(1, { lost: { startedAt: 1, code: 'a', repeated: true } });
    expect(settled(unknown, { lost: used.lost }, { onUnknown: 'retry-once' })).toMatchObject(final);
  });

  test('is given up at the fifth start', () => {
    expect(restarted(4)).toMatchObject(again);
    expect(restarted(5)).toMatchObject({ ...final, state: 'dead', code: 'restarts' });
    expect(restarted(6)).toMatchObject(final);
  });
});
