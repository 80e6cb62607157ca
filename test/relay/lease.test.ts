import { describe, expect, test } from 'vitest';
import { BridgeError, StepMissed } from '../../src/ports/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Step, Store } from '../../src/ports/store.ts';
import { createLease } from '../../src/relay/lease.ts';
import { createTestClock } from '../clock.ts';

const leaseMs = 10_000;
/** What the store says to a batch; `hang`: nothing. */
type Answer = 'ok' | 'missed' | 'away' | 'hang';

/** A lease whose store answers as the test says, and a clock that is moved by hand. */
function openLease() {
  const clock = createTestClock(0);
  const asked: string[] = [];
  const events: string[] = [];
  const stopping = new AbortController();
  const state = { answer: 'ok' as Answer, jumpMs: 0 };
  const batch = ([step]: readonly Step[]) => {
    asked.push(`${clock.now()} ${step?.statement.id}`);
    if (state.answer === 'missed') return Promise.reject(new StepMissed(0));
    if (state.answer === 'away') return Promise.reject(new BridgeError('storeUnavailable', 'away'));
    return state.answer === 'hang' ? new Promise<never>(() => {}) : Promise.resolve([[]]);
  };
  const store: Store = { batch: batch as Store['batch'], close: async () => {} };
  const write = (event: string) => events.push(`${clock.now()} ${event}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const own = { ...clock, monotonic: () => clock.monotonic() + state.jumpMs };
  const lease = createLease({ store, clock: own, log, leaseMs, stopping: stopping.signal });
  return { lease, clock, asked, events, state, stopping };
}

describe('a lease', () => {
  test('is renewed each third of it', async () => {
    const { lease, clock, asked } = openLease();
    await lease.begin();
    const tenure = lease.current();
    await clock.advance(10_000);
    expect(asked).toEqual([
      '0 instance.join',
      '3333 instance.renew',
      '6666 instance.renew',
      '9999 instance.renew',
    ]);
    expect(lease.current()).toBe(tenure);
    await lease.end();
    expect(asked.at(-1)).toBe('10000 instance.leave');
    expect(clock.timers()).toEqual([]);
  });

  test('lapses before the database thinks so, and begins anew once that answers', async () => {
    const { lease, clock, events, state } = openLease();
    await lease.begin();
    const tenure = lease.current();
    await clock.advance(3333);
    state.answer = 'away';
    await clock.advance(7900);
    expect(lease.current()).toBe(tenure);
    await clock.advance(200);
    expect(lease.current()).toBeUndefined();
    expect(tenure?.signal.aborted).toBe(true);
    state.answer = 'ok';
    await clock.advance(500);
    const next = lease.current();
    expect(next?.id).not.toBe(tenure?.id);
    expect(next?.signal.aborted).toBe(false);
    expect(events.map((event) => event.split(' ')[1])).toEqual([
      'lease.begun',
      'lease.lapsed',
      'lease.begun',
    ]);
    await lease.end();
  });

  test('lapses while a renewal hangs, and one that comes too late does not bring it back', async () => {
    const { lease, clock, state } = openLease();
    await lease.begin();
    state.answer = 'hang';
    await clock.advance(8100);
    expect(lease.current()).toBeUndefined();
    await lease.end();
  });

  test('lapses where somebody has taken it away', async () => {
    const { lease, clock, state } = openLease();
    await lease.begin();
    const { signal } = lease.current() ?? {};
    state.answer = 'missed';
    await clock.advance(3400);
    expect(lease.current()).toBeUndefined();
    expect(signal?.aborted).toBe(true);
    await lease.end();
  });

  test('has lapsed for a process that was frozen as soon as it asks, before any timer ran', async () => {
    const { lease, state } = openLease();
    await lease.begin();
    const { signal } = lease.current() ?? {};
    state.jumpMs = 8001;
    expect(lease.current()).toBeUndefined();
    expect(signal?.aborted).toBe(true);
    await lease.end();
  });

  test('ends what is under way where the bridge has no patience any more', async () => {
    const { lease, stopping } = openLease();
    await lease.begin();
    const tenure = lease.current();
    stopping.abort();
    expect(tenure?.signal.aborted).toBe(true);
    await lease.end();
  });

  test('does not begin while the store is being copied', async () => {
    const { lease, state } = openLease();
    state.answer = 'missed';
    await expect(lease.begin()).rejects.toMatchObject({ code: 'storeLocked' });
  });

  test('that ends while it begins anew leaves nobody behind', async () => {
    const { lease, clock, asked, state } = openLease();
    await lease.begin();
    state.jumpMs = 9000;
    lease.current();
    const advancing = clock.advance(0);
    await lease.end();
    await advancing;
    expect(asked.filter((step) => step.endsWith('join'))).toHaveLength(
      1 + asked.filter((step) => step.endsWith('leave')).length,
    );
    expect(clock.timers()).toEqual([]);
  });
});
