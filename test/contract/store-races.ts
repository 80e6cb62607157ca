import { describe, expect, test } from 'vitest';
import { newId } from '../../src/model/ids.ts';
import { StepMissed } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { addStray, adoptStray, bind, findBinding, straysOf } from '../../src/store/bindings.ts';
import { readConversation } from '../../src/store/conversations.ts';
import { readCounters, reserveCalls } from '../../src/store/counters.ts';
import { readBack } from '../../src/store/history.ts';
import { createMemory, readMemory } from '../../src/store/memories.ts';
import { addPermit } from '../../src/store/permits.ts';
import { readSeen, see } from '../../src/store/seen.ts';
import { NEVER } from '../../src/store/tables.ts';
import {
  act,
  addedRow,
  claimFirst,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  run,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

const many = Array.from({ length: 20 }, (_, index) => index);
/** All at once, so that connections get into each other's way. */
const atOnce = (run: (index: number) => Promise<void>) => Promise.all(many.map(run));

/** Steps that change nothing: what came before them is not committed for a while. */
const slowly = () => many.map(() => readConversation({ id: newId('x') }));

/** What one instance does while another does the same: where an engine has one process only, both are that one. */
export function describeRaces(bench: Bench): void {
  const race = <Result>(run: (store: Store, side: number) => Promise<Result>) =>
    Promise.allSettled([bench.store, bench.another].map((store, side) => run(store, side)));
  /** Who of them won; of the others it was missed, and nothing else. */
  const winnersOf = (ends: readonly PromiseSettledResult<unknown>[]) => {
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(reasons.every((reason) => reason instanceof StepMissed)).toBe(true);
    return ends.flatMap(({ status }, side) => (status === 'fulfilled' ? [side] : []));
  };
  const history = (conversation: string) =>
    run(bench.store, readBack({ conversation, before: NEVER, most: 99 }));

  describe('of two instances', () => {
    test('to which the same push comes, one keeps it, in a sequence without a gap, and both answer the same', async () => {
      const conversation = newConversation();
      await atOnce(async (index) => {
        const key = { tenant: TENANT, source: 'wechat', key: `push ${index}` };
        const ends = await race((store, side) =>
          store.batch([
            see({ ...key, until: NOW, answer: `by ${side}` }, 1),
            ...visitorRow({ conversation }).steps,
          ]),
        );
        const [winner] = winnersOf(ends);
        const answers = await race((store) => run(store, readSeen(key)));
        const told = { status: 'fulfilled', value: [{ answer: `by ${winner}` }] };
        expect(answers).toEqual([told, told]);
      });
      const rows = await history(conversation);
      expect(rows.map(({ seq }) => Number(seq)).reverse()).toEqual(many.map((index) => index + 1));
    });

    test('to which a visitor comes for the first time, both count on in one conversation', async () => {
      await atOnce(async () => {
        const conversation = newConversation();
        const ends = await race((store) => store.batch(visitorRow({ conversation }).steps));
        expect(winnersOf(ends)).toEqual([0, 1]);
        expect((await history(conversation)).map(({ seq }) => Number(seq))).toEqual([2, 1]);
        expect(await run(bench.store, readConversation({ id: conversation }))).toMatchObject([{ seq: 2 }]);
      });
    });

    test('that make the same memory, one does', async () => {
      await atOnce(async () => {
        const memory = { helpdesk: HELPDESK, conversation: newConversation() };
        const ends = await race((store, side) =>
          store.batch([createMemory({ ...memory, value: String(side) }, 1)]),
        );
        const [winner, ...others] = winnersOf(ends);
        expect(others).toEqual([]);
        expect(await run(bench.store, readMemory(memory))).toMatchObject([
          { version: 1, value: String(winner) },
        ]);
      });
    });

    test('that bind the same outside id, one does, and the other leaves it', async () => {
      await atOnce(async (index) => {
        const id = { helpdesk: HELPDESK, outside: `race ${index}` };
        const ends = await race((store, side) =>
          store.batch([bind({ ...id, conversation: `c_${side}` }), findBinding(id)]),
        );
        const seen = ends.map((end) => (end.status === 'fulfilled' ? end.value[1] : []));
        expect(seen[0]).toHaveLength(1);
        expect(seen[1]).toEqual(seen[0]);
      });
    });

    test('that bind a visitor and keep his stray, the last sees the other', async () => {
      await atOnce(async (index) => {
        const id = { helpdesk: HELPDESK, outside: `stray ${index}` };
        const stray = addStray({
          ...{ ...id, id: `m_${index}`, tenant: TENANT, event: '{}', writtenAt: NOW, raw: null, now: NOW },
        });
        const [binds, keeps] = await Promise.all([
          bench.store.batch([bind({ ...id, conversation: 'c_1' }), straysOf(id), ...slowly()]),
          bench.another.batch([stray, findBinding(id), ...slowly()]),
        ]);
        expect([...binds[1], ...keeps[1]]).not.toEqual([]);
      });
    });

    test('that adopt the same stray, one does, with what comes of it', async () => {
      await atOnce(async (index) => {
        const conversation = newConversation();
        const id = { id: `m_adopted_${index}`, helpdesk: HELPDESK, outside: `adopted ${index}` };
        const given = { tenant: TENANT, event: '{}', writtenAt: NOW, raw: null, now: NOW };
        await bench.store.batch([act(conversation), addStray({ ...id, ...given })]);
        const ends = await race((store) =>
          store.batch([
            adoptStray({ id: id.id, conversation, now: NOW }, 1),
            ...addedRow('reply', { conversation }).steps,
          ]),
        );
        expect(winnersOf(ends)).toHaveLength(1);
        expect((await history(conversation)).map(({ seq, action }) => [Number(seq), action])).toEqual([
          [2, 'send'],
        ]);
      });
    });

    test.each(['forward', 'reply'] as const)(
      'that look at a %s lane, one gets its first row',
      async (lane) => {
        await atOnce(async () => {
          const conversation = newConversation();
          const [first] = await fill(bench.store, lane, { conversation, count: 2 });
          const ends = await race((store) => claimFirst(store, lane, conversation));
          const given = ends.flatMap((end) =>
            end.status === 'fulfilled' && end.value ? [end.value.id] : [],
          );
          expect(given).toEqual([first]);
        });
      },
    );

    test('that spend the same counter, neither goes over it', async () => {
      const counter = { tenant: TENANT, api: 'race', span: 'minute', startsAt: NOW } as const;
      const ends = await Promise.allSettled(
        many.flatMap(() =>
          [bench.store, bench.another].map((store) =>
            store.batch([reserveCalls({ ...counter, calls: 1, most: 25 }, 1)]),
          ),
        ),
      );
      expect(winnersOf(ends)).toHaveLength(25);
      const rows = await run(bench.store, readCounters({ tenant: TENANT, span: 'minute', since: NOW }));
      expect(rows).toMatchObject([{ used: 25 }]);
    });

    test('that ask for the same permit, one has it', async () => {
      await atOnce(async (index) => {
        const limit = { name: `race ${index}`, most: 1, after: 0, apartAfter: NOW };
        const ends = await race((store, side) =>
          store.batch([addPermit({ ...limit, now: NOW + side }), ...slowly()]),
        );
        const given = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value[0] : []));
        expect(given).toHaveLength(1);
      });
    });
  });
}
