import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import { openWorld, type World } from './world.ts';

const ttlMs = 1_800_000;

type Act =
  | { readonly does: 'write'; readonly text: string }
  | { readonly does: 'enter' | 'report' | 'took' | 'passedOn' | 'left' }
  | { readonly does: 'repeat' }
  | { readonly does: 'wait'; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('write'), text: fc.constantFrom('official', 'a', 'b') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constantFrom('enter', 'report', 'took', 'passedOn', 'left') }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('repeat') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait'),
      ms: fc.constantFrom(0, 1000, ttlMs - 1, ttlMs, 2 * ttlMs),
    }),
  },
) as fc.Arbitrary<Act>; // `constant` forgets that it is one word

/** The rule in other words: whether the route stands, as whoever reads the events in order would say. */
function expectTransfers(acts: readonly Act[], isAlone: boolean): readonly boolean[] {
  let now = 0;
  let standsUntil = 0;
  return acts.flatMap((one) => {
    if (one.does === 'wait') now += one.ms;
    if (one.does === 'left') standsUntil = 0;
    if (one.does === 'took' || one.does === 'passedOn') standsUntil = now + ttlMs;
    if (one.does === 'enter' && standsUntil > now) standsUntil = now + ttlMs;
    if (one.does !== 'write') return [];
    const isTransferred = isAlone || standsUntil > now || one.text === 'official';
    if (isTransferred) standsUntil = now + ttlMs;
    return [isTransferred];
  });
}

/** Lives through the acts; the answers to the messages, a repeat's beside its message's. */
async function live(world: World, acts: readonly Act[]) {
  const answers: string[] = [];
  let second = 0;
  let last: { readonly text: string; readonly key: string } | undefined;
  for (const one of acts) {
    // Two events of one second can't be told in order: WeChat's clock counts no less.
    second += 1000;
    const at = world.clock.now() + second;
    const event = (name: string): Part => ({ kind: 'event', name });
    if (one.does === 'wait') await world.clock.advance(one.ms);
    else if (one.does === 'write') {
      last = { text: one.text, key: `k${answers.length}` };
      answers.push((await world.push(one.text, { key: last.key, at }))?.kind ?? '');
    } else if (one.does === 'repeat') {
      if (last) expect((await world.push(last.text, { key: last.key, at }))?.kind).toBe(answers.at(-1));
    } else {
      const isTold = one.does === 'took' || one.does === 'passedOn' || one.does === 'left';
      const change = { opens: one.does === 'enter', ...(isTold && { ownAgents: one.does }) };
      expect((await world.pushPart(event(one.does), { at, change }))?.kind).toBe('success');
    }
  }
  return answers;
}

test.each([false, true])(
  'whatever happens, a message is handed over exactly while the route stands, else forwarded (alone: %s)',
  async (isAlone) => {
    const property = fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
      const world = await openWorld({ ownAgents: { isAlone } });
      try {
        const answers = await live(world, acts);
        const expected = expectTransfers(acts, isAlone);
        expect(answers).toEqual(expected.map((isTransferred) => (isTransferred ? 'transfer' : 'success')));
        expect(world.told.forwards).toHaveLength(expected.filter((isTransferred) => !isTransferred).length);
        const rows = (await world.messages()).filter(({ parts }) => parts.includes('"text"'));
        // Each message is one row, and no row is both.
        expect(rows.map(({ answer, lane }) => [JSON.parse(answer ?? '').kind, lane])).toEqual(
          expected.map((isTransferred) => (isTransferred ? ['transfer', null] : ['success', 'forward'])),
        );
      } finally {
        await world.close();
      }
    });
    await fc.assert(property, { numRuns: 15 });
  },
  120_000,
);
