import { describe, expect, test } from 'vitest';
import { settle } from '../../src/relay/settle.ts';
import {
  AGE,
  again,
  done,
  final,
  lanes,
  message,
  NOW,
  ready,
  rowOf,
  SECOND,
  settled,
  unknown,
  vendor,
} from './settled.ts';

describe('an attempt', () => {
  test.each(lanes)('that was accepted ends the row (%s)', (lane) => {
    expect(settled({ outcome: 'accepted' }, { lane })).toEqual({
      state: done[lane],
      final: true,
      due: null,
      tries: 0,
      reason: null,
      code: null,
      lost: null,
    });
    expect(settled({ outcome: 'accepted', vendorId: 'v' }, { lane })).toMatchObject({ vendorId: 'v' });
  });

  test.each(lanes)('that goes on is due at once, with all tries anew (%s)', (lane) => {
    const lost = { startedAt: 1, code: 'a', repeated: true };
    const row = { lane, tries: 2, reason: 'message', lost };
    expect(settled({ outcome: 'more', progress: { piece: 1 } }, row)).toEqual({
      state: ready[lane],
      final: false,
      due: NOW,
      tries: 0,
      reason: null,
      code: null,
      lost: null,
      progress: { piece: 1 },
    });
  });

  test.each(lanes)('that was refused makes a dead letter (%s)', (lane) => {
    expect(settled({ outcome: 'refused', code: 'c' }, { lane })).toMatchObject({
      ...final,
      state: 'dead',
      code: 'c',
    });
    expect(settled({ outcome: 'refused', code: 'c', alarm: 'look' }, { lane })).toMatchObject({
      alarm: 'look',
    });
    expect(settled({ outcome: 'refused', code: 'c' }, { lane })).not.toHaveProperty('alarm');
  });

  test.each(['window', 'allowance'] as const)(
    'that WeChat takes no more waits for the visitor (%s)',
    (because) => {
      const row = { lane: 'reply', tries: 2, reason: 'message', receivedAt: NOW - 2 * AGE } as const;
      expect(settled({ outcome: 'held', code: 'c', because }, row)).toEqual({
        state: 'held',
        final: false,
        due: NOW,
        tries: 0,
        reason: because,
        code: 'c',
        lost: null,
      });
    },
  );

  test('that stopped the account waits with it', () => {
    const pause = { outcome: 'pause', code: 'c', untilMs: NOW + 60_000 } as const;
    const row = { lane: 'reply', tries: 2, reason: 'message' } as const;
    expect(settled(pause, row)).toEqual({
      state: 'queued',
      final: false,
      due: NOW + 60_000,
      tries: 2,
      reason: 'message',
      code: 'c',
      lost: null,
      pauseUntil: NOW + 60_000,
    });
    expect(settled(pause, { ...row, receivedAt: NOW - AGE })).toMatchObject({
      ...final,
      state: 'dead',
      pauseUntil: NOW + 60_000,
    });
    expect(settled({ ...pause, untilMs: NOW - 5 })).toMatchObject({ due: NOW });
  });
});

describe('a vendor that is away', () => {
  test('is tried after 1, 4, 15, 30 and then every 60 seconds', () => {
    let row = rowOf();
    const pauses = Array.from({ length: 7 }, () => {
      const settlement = settle(vendor, row, {
        policy: { onUnknown: 'retry', retryMaxAgeMs: AGE },
        now: NOW,
        random: 0.5,
      });
      row = rowOf({ tries: settlement.tries, reason: settlement.reason });
      return Number(settlement.due) - NOW;
    });
    expect(pauses).toEqual([1000, 4000, 15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  test('says itself how long, where it does', () => {
    expect(settled({ ...vendor, afterMs: 7 })).toMatchObject({ due: NOW + 7 });
    expect(settled({ ...vendor, afterMs: 0 })).toMatchObject({ due: NOW });
  });

  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY])(
    'and says nonsense (%d) is tried as if it said nothing',
    (afterMs) => {
      expect(settled({ ...vendor, afterMs })).toMatchObject({ due: NOW + SECOND });
      expect(settled({ ...unknown, afterMs })).toMatchObject({ due: NOW + SECOND });
    },
  );

  test('is tried for as long as the row may be, and a last time at its end', () => {
    const old = { receivedAt: NOW - AGE + 10, tries: 99, reason: 'vendor' };
    expect(settled(vendor, old)).toMatchObject({ ...again, due: NOW + 10, tries: 100 });
    expect(settled({ ...vendor, afterMs: Number.POSITIVE_INFINITY }, old)).toMatchObject({ due: NOW + 10 });
    expect(settled(vendor, { ...old, receivedAt: NOW - AGE })).toMatchObject({
      ...final,
      state: 'dead',
      code: 'c',
    });
  });

  test.each(['note', 'profile', 'delivered', 'close'])('is not tried for days for comfort (%s)', (action) => {
    const row = { lane: 'react', action } as const;
    expect(settled(vendor, { ...row, tries: 1, reason: 'vendor' })).toMatchObject({ ...again, tries: 2 });
    expect(settled(vendor, { ...row, tries: 2, reason: 'vendor' })).toMatchObject({
      ...final,
      state: 'dead',
    });
    expect(settled(unknown, { ...row, tries: 1, reason: 'unknown' })).toMatchObject({ ...again, tries: 2 });
    expect(settled(unknown, { ...row, tries: 2, reason: 'unknown' })).toMatchObject({
      ...final,
      state: 'dead',
    });
  });
});

describe('an error about one message', () => {
  test('ends it after three tries', () => {
    expect(settled(message)).toMatchObject({ ...again, state: 'received', tries: 1, due: NOW + SECOND });
    expect(settled(message, { tries: 1, reason: 'message' })).toMatchObject({ ...again, tries: 2 });
    expect(settled(message, { tries: 2, reason: 'message' })).toMatchObject({
      ...final,
      state: 'dead',
      code: 'c',
      tries: 3,
      reason: 'message',
    });
  });

  test('counts only tries for the same reason', () => {
    expect(settled(message, { tries: 50, reason: 'vendor' })).toMatchObject({ ...again, tries: 1 });
    expect(settled(vendor, { tries: 2, reason: 'message' })).toMatchObject({
      ...again,
      tries: 1,
      reason: 'vendor',
    });
  });

  test('counts anew after a step was done', () => {
    const { tries, reason } = settled({ outcome: 'more', progress: 1 }, { tries: 2, reason: 'message' });
    expect(settled(message, { tries, reason })).toMatchObject({ ...again, tries: 1 });
  });

  test('is tried as often as the adapter says, where it does', () => {
    expect(settled({ ...message, atMost: 1 })).toMatchObject({ ...final, state: 'dead', tries: 1 });
    expect(settled({ ...message, atMost: 5 }, { tries: 3, reason: 'message' })).toMatchObject(again);
    expect(settled({ ...vendor, atMost: 2 }, { tries: 1, reason: 'vendor' })).toMatchObject({
      ...final,
      state: 'dead',
    });
  });
});

describe.each(['aborted', 'lapsed', 'notCounted', 'paused'])(
  'a call that the bridge itself did not make (%s)',
  (code) => {
    const own = { outcome: 'later', code, because: 'vendor' } as const;

    test.each(lanes)('is made soon, and is no try (%s)', (lane) => {
      const before = { tries: 4, reason: 'vendor' };
      const after = { ...again, ...before, state: ready[lane], code, due: NOW + SECOND };
      expect(settled(own, { lane, ...before })).toMatchObject(after);
      expect(settled({ ...own, because: 'message' }, { lane, tries: 2, reason: 'message' })).toMatchObject(
        again,
      );
    });

    test('is made when it may be, where that is known', () => {
      const due = NOW + 45 * SECOND;
      expect(settled({ ...own, afterMs: 45 * SECOND }, { tries: 4 })).toMatchObject({ due, tries: 4 });
    });

    test('is given up with the row', () => {
      expect(settled(own, { receivedAt: NOW - AGE })).toMatchObject({ ...final, state: 'dead', code });
    });
  },
);

describe.each(['queue', 'nobody'] as const)('what waits for an agent (%s)', (because) => {
  const later = { outcome: 'later', code: 'c', because } as const;

  test.each([
    ['forward', 'waiting'],
    ['react', 'received'],
  ] as const)('shows it in the lane %s', (lane, state) => {
    expect(settled(later, { lane })).toMatchObject({ ...again, state, due: NOW + SECOND, reason: because });
  });

  test('is due at the event, or at its greatest age', () => {
    expect(settled({ ...later, untilEvent: true })).toMatchObject({ state: 'waiting', due: NOW + AGE });
    expect(settled({ ...later, untilEvent: true, afterMs: 9000 })).toMatchObject({ due: NOW + 9000 });
  });

  test('is given up with the row', () => {
    const old = { receivedAt: NOW - AGE };
    expect(settled({ ...later, untilEvent: true }, old)).toMatchObject({
      ...final,
      state: 'dead',
      code: 'c',
    });
  });
});
