import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SendRules } from '../../src/ports/channel.ts';
import { planSends, type SendWindow, type WaitingReply } from '../../src/relay/plan-sends.ts';

const now = 1_700_000_000_000;
const rules: SendRules = {
  joinWaitMs: [11_000, 8000, 4000, 0],
  joinWaitMaxMs: 30_000,
  reserveForHuman: 2,
  textMaxBytes: 100,
  holdTtlMs: 172_800_000,
};
const open: SendWindow = { left: 5, granted: 5, endsAt: now + 86_400_000, actedAt: now - 60_000 };

let count = 0;
function line(text: string, change: Partial<WaitingReply> = {}): WaitingReply {
  count += 1;
  return { id: `${count}`, text, automatic: false, receivedAt: now, ...change };
}
function notice(text: string, change: Partial<WaitingReply> = {}): WaitingReply {
  return line(text, { automatic: true, staleAt: now + 600_000, ...change });
}
function picture(change: Partial<WaitingReply> = {}): WaitingReply {
  const { text: _, ...rest } = line('', change);
  return rest;
}
const plan = (
  waiting: readonly WaitingReply[],
  window: Partial<SendWindow> = {},
  given: { now?: number; typingAt?: number } = {},
) => planSends(waiting, { ...open, ...window }, { rules, now, typingAt: 0, ...given });
const ids = (...replies: readonly WaitingReply[]) => replies.map(({ id }) => id);

describe('a line of an agent', () => {
  test.each([
    [5, 0],
    [4, 0],
    [3, 4000],
    [2, 8000],
    [1, 11_000],
  ])('with %i sends left waits %i ms for another', (left, wait) => {
    const only = line('a');
    expect(plan([only], { left })).toEqual(
      wait === 0 ? { kind: 'send', ids: ids(only) } : { kind: 'wait', until: now + wait },
    );
    expect(plan([only], { left }, { now: now + wait })).toEqual({ kind: 'send', ids: ids(only) });
  });

  test('begins the wait again when it joins others, up to the longest', () => {
    const first = line('a', { receivedAt: now - 25_000 });
    const second = line('b', { receivedAt: now - 1000 });
    expect(plan([first, second], { left: 1 })).toEqual({ kind: 'wait', until: now + 5000 });
    expect(plan([first, second], { left: 1 }, { now: now + 5000 })).toEqual({
      kind: 'send',
      ids: ids(first, second),
    });
  });

  test('waits on while the agent is typing', () => {
    const only = line('a', { receivedAt: now - 8000 });
    expect(plan([only], { left: 2 }, { typingAt: now - 2000 })).toEqual({ kind: 'wait', until: now + 6000 });
  });

  test('waits no longer when the visitor acts', () => {
    const only = line('a');
    expect(plan([only], { left: 1, actedAt: now + 1 })).toEqual({ kind: 'send', ids: ids(only) });
  });

  test('waits no longer when what comes next does not fit, or is no text', () => {
    const short = line('a');
    const long = line('x'.repeat(99));
    expect(plan([short, long], { left: 1 })).toEqual({ kind: 'send', ids: ids(short) });
    expect(plan([short, picture()], { left: 1 })).toEqual({ kind: 'send', ids: ids(short) });
  });

  test('is sent before the window closes', () => {
    const only = line('a');
    expect(plan([only], { left: 1, endsAt: now + 7000 })).toEqual({ kind: 'wait', until: now + 2000 });
  });

  test('that waited with others is always joined, however many sends are left', () => {
    const [first, second] = [line('a'), line('b')];
    expect(plan([first, second])).toEqual({ kind: 'send', ids: ids(first, second) });
  });

  test('is held where nothing is left, or the window is closed', () => {
    expect(plan([line('a')], { left: 0 })).toEqual({ kind: 'hold', because: 'allowance' });
    expect(plan([line('a')], { endsAt: now })).toEqual({ kind: 'hold', because: 'window' });
  });

  test('that may have arrived goes with those it was sent with, and no other', () => {
    const [first, second] = [line('a', { begun: 's1' }), line('b', { begun: 's1' })];
    expect(plan([first, second, line('c')], { left: 1 })).toEqual({ kind: 'send', ids: ids(first, second) });
  });
});

describe('automatic words', () => {
  test('go at once while more sends are left than are kept for people', () => {
    const greeting = notice('hello');
    expect(plan([greeting], { left: 3 })).toEqual({ kind: 'send', ids: ids(greeting) });
    expect(plan([greeting], { left: 2 })).toEqual({ kind: 'wait', until: now + 600_000 });
  });

  test('may take one of a grant of two: a welcome', () => {
    const welcome = notice('hello');
    expect(plan([welcome], { left: 2, granted: 2 })).toEqual({ kind: 'send', ids: ids(welcome) });
    expect(plan([welcome], { left: 1, granted: 2 }).kind).toBe('wait');
  });

  test('that yield go along with a person’s next words', () => {
    const [queue, answer] = [notice('queue'), line('answer')];
    expect(plan([queue, answer], { left: 2, actedAt: now + 1 })).toEqual({
      kind: 'send',
      ids: ids(queue, answer),
    });
  });

  test('are dropped when they are stale, or stand before a person’s picture', () => {
    const old = notice('queue', { staleAt: now });
    expect(plan([old], { left: 0 })).toEqual({ kind: 'drop', ids: ids(old), code: 'stale' });
    const fresh = notice('queue');
    expect(plan([fresh, picture()], { left: 2 })).toEqual({ kind: 'drop', ids: ids(fresh), code: 'yielded' });
  });

  test('that are held say when they are stale', () => {
    expect(plan([notice('queue'), line('a')], { left: 0 })).toEqual({
      kind: 'hold',
      because: 'allowance',
      until: now + 600_000,
    });
  });
});

describe('any lane', () => {
  const reply = fc.record({
    words: fc.option(fc.string({ maxLength: 60 }), { freq: 3 }),
    automatic: fc.boolean(),
    ageMs: fc.nat(60_000),
  });
  const lanes = fc.array(reply, { minLength: 1, maxLength: 8 }).map((replies) =>
    replies
      .toSorted((one, other) => other.ageMs - one.ageMs)
      .map(({ words, automatic, ageMs }, index): WaitingReply => {
        const receivedAt = now - ageMs;
        return {
          id: `${index}`,
          automatic,
          receivedAt,
          ...(words !== null && { text: words }),
          ...(automatic && { staleAt: receivedAt + 600_000 }),
        };
      }),
  );
  const windows = fc.record({
    left: fc.integer({ min: 0, max: 5 }),
    granted: fc.constantFrom(2, 3, 5),
    endsAt: fc.integer({ min: now - 10, max: now + 100_000 }),
    actedAt: fc.integer({ min: now - 100_000, max: now }),
  });

  test('is sent from its first row on, within the allowance, and joined text fits one send', () => {
    fc.assert(
      fc.property(lanes, windows, (waiting, window) => {
        const made = plan(waiting, window);
        if (made.kind !== 'send') return;
        expect(window.left).toBeGreaterThan(0);
        expect(window.endsAt).toBeGreaterThan(now);
        expect(made.ids).toEqual(waiting.slice(0, made.ids.length).map(({ id }) => id));
        const texts = waiting.slice(0, made.ids.length).map(({ text }) => text);
        if (texts.length > 1) {
          expect(texts).not.toContain(undefined);
          expect(Buffer.byteLength(texts.join('\n'))).toBeLessThanOrEqual(rules.textMaxBytes);
        }
        // Nothing joinable is left behind.
        const next = waiting[made.ids.length];
        if (next?.text !== undefined && texts.every((text) => text !== undefined)) {
          expect(Buffer.byteLength([...texts, next.text].join('\n'))).toBeGreaterThan(rules.textMaxBytes);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('never waits for a time that is over, nor longer than the longest wait for people', () => {
    fc.assert(
      fc.property(lanes, windows, (waiting, window) => {
        const made = plan(waiting, window);
        if (made.kind === 'wait') expect(made.until).toBeGreaterThan(now);
        const people = waiting.filter(({ automatic }) => !automatic);
        if (made.kind !== 'wait' || people.length === 0) return;
        const first = Math.min(...people.map(({ receivedAt }) => receivedAt));
        expect(made.until).toBeLessThanOrEqual(first + rules.joinWaitMaxMs);
      }),
      { numRuns: 2000 },
    );
  });
});
