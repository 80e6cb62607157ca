import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../src/ports/channel.ts';
import type { Outcome } from '../../src/ports/helpdesk.ts';
import { type RowBefore, settle } from '../../src/relay/settle.ts';

const NOW = 1_700_000_000_000;
const code = fc.constant('c');
const afterMs = fc.option(fc.oneof(fc.integer({ min: -1e6, max: 1e9 }), fc.constant(Number.NaN)), {
  nil: undefined,
});

/** Any outcome, also such as no adapter should give. */
const outcome: fc.Arbitrary<Outcome | SendOutcome> = fc
  .oneof(
    fc.record({ outcome: fc.constant('accepted' as const) }),
    fc.record({ outcome: fc.constant('more' as const), progress: fc.constant(1) }),
    fc.record({ outcome: fc.constant('refused' as const), code }),
    fc.record({
      outcome: fc.constant('held' as const),
      code,
      because: fc.constantFrom('window' as const, 'allowance' as const),
    }),
    fc.record({
      outcome: fc.constant('pause' as const),
      code,
      untilMs: fc.integer({ min: NOW - 1e9, max: NOW + 1e9 }),
    }),
    fc.record({
      outcome: fc.constant('later' as const),
      code,
      because: fc.constantFrom('vendor' as const, 'message' as const, 'queue' as const, 'nobody' as const),
      afterMs,
      untilEvent: fc.boolean(),
      atMost: fc.option(fc.nat(9), { nil: undefined }),
    }),
    fc.record({ outcome: fc.constant('unknown' as const), code, afterMs }),
  )
  .map((made) => made as Outcome | SendOutcome);

const row: fc.Arbitrary<RowBefore> = fc.record({
  lane: fc.constantFrom('react' as const, 'forward' as const, 'reply' as const),
  action: fc.constantFrom('forward', 'send', 'react', 'note', 'profile', 'rate'),
  attempts: fc.nat(99),
  tries: fc.nat(99),
  reason: fc.constantFrom(null, 'vendor', 'message', 'queue', 'nobody', 'unknown', 'window'),
  receivedAt: fc.integer({ min: NOW - 4e8, max: NOW }),
  startedAt: fc.constant(NOW),
  lost: fc.option(fc.record({ startedAt: fc.constant(NOW), code, repeated: fc.boolean() })),
});

const context = fc.record({
  policy: fc.record({
    onUnknown: fc.constantFrom('settle', 'retry', 'retry-once', 'ask', 'drop'),
    retryMaxAgeMs: fc.constantFrom(0, 60_000, 172_800_000),
  }),
  now: fc.constant(NOW),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

type Context = Parameters<typeof settle>[2];

function holds(
  claim: (given: {
    readonly outcome: Outcome | SendOutcome;
    readonly row: RowBefore;
    readonly context: Context;
    readonly settlement: ReturnType<typeof settle>;
  }) => void,
): void {
  fc.assert(
    fc.property(outcome, row, context, (given, before, around) => {
      claim({ outcome: given, row: before, context: around, settlement: settle(given, before, around) });
    }),
    { numRuns: 2000 },
  );
}

const finalStates = new Set(['done', 'forwarded', 'sent', 'dead', 'dropped']);

describe('a settlement', () => {
  test('has a due time exactly if it is not final, and its state says the same', () => {
    holds(({ settlement }) => {
      expect(settlement.due === null).toBe(settlement.final);
      expect(finalStates.has(settlement.state)).toBe(settlement.final);
    });
  });

  test('is never due before now, nor at no time at all', () => {
    holds(({ settlement: { due } }) => {
      if (due !== null) expect(due).toBeGreaterThanOrEqual(NOW);
      if (due !== null) expect(Number.isSafeInteger(due)).toBe(true);
    });
  });

  test('of a row past its age is final, but for what goes on and what waits for the visitor', () => {
    holds(({ outcome: { outcome: kind }, row: { receivedAt }, context: { policy }, settlement }) => {
      const isPast = NOW - receivedAt >= policy.retryMaxAgeMs;
      if (isPast && kind !== 'more' && kind !== 'held') expect(settlement.final).toBe(true);
    });
  });

  test('that waits for the visitor is looked at again at once: the turn says until when', () => {
    holds(({ outcome: { outcome: kind }, context: { now }, settlement }) => {
      expect(settlement.state === 'held').toBe(kind === 'held');
      if (kind === 'held') expect(settlement.due).toBe(now);
    });
  });

  test('is alike for the same attempt', () => {
    holds(({ outcome: given, row: before, context: around, settlement }) => {
      expect(settle(given, before, around)).toEqual(settlement);
    });
  });

  test('of trouble is never taken for a success', () => {
    holds(({ outcome: { outcome: kind }, settlement }) => {
      expect(['done', 'forwarded', 'sent'].includes(settlement.state)).toBe(kind === 'accepted');
    });
  });
});
