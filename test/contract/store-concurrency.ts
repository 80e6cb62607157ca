import { describe, expect, test } from 'vitest';
import { StepMissed } from '../../src/ports/errors.ts';
import type { Step, Store } from '../../src/ports/store.ts';
import { readBack } from '../../src/store/history.ts';
import { releaseMessage, wantMedium } from '../../src/store/media.ts';
import { giveUpMedium } from '../../src/store/media-downloads.ts';
import { createMemory, readMemory, updateMemory } from '../../src/store/memories.ts';
import { see } from '../../src/store/seen.ts';
import { NEVER } from '../../src/store/tables.ts';
import { beginTurn, claimForward, promoteNext, proveTurn } from '../../src/store/turns.ts';
import {
  addedRow,
  claimFirst,
  duesOf,
  fill,
  HELPDESK,
  NOW,
  newConversation,
  run,
  settled,
  TENANT,
  visitorRow,
} from '../store/rows.ts';
import type { Bench } from './store.ts';

const many = Array.from({ length: 20 }, (_, index) => index);
const miss = proveTurn({ lane: 'reply nobody', turn: 1 }, 1);

/** `one` and `other` are two processes where the engine lets several share a store, else the same one twice. */
export function describeConcurrency(bench: Bench): void {
  const both = () => [bench.store, bench.another] as const;
  /** The same from both sides at once; what became of each. */
  const race = <Result>(run: (store: Store) => Promise<Result>) =>
    Promise.allSettled(both().map((store) => run(store)));

  describe('of two who race', () => {
    test('for a key, one sees it first and the other misses', async () => {
      for (const index of many) {
        const key = { tenant: TENANT, source: 'wechat', key: String(index), until: NOW, answer: null };
        const ends = await race((store) => store.batch([see(key, 1)]));
        const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
        expect(reasons).toEqual([expect.any(StepMissed)]);
      }
    });

    test('to write a memory, each goes on from what the other wrote', async () => {
      const memory = { helpdesk: HELPDESK, conversation: newConversation() };
      await bench.store.batch([createMemory({ ...memory, value: '0' }, 1)]);
      const add = async (store: Store): Promise<void> => {
        const [row] = await run(store, readMemory(memory));
        const { version = 0, value = '' } = row ?? {};
        const written = store.batch([
          updateMemory({ ...memory, version, value: String(Number(value) + 1) }, 1),
        ]);
        await written.catch((error: unknown) =>
          error instanceof StepMissed ? add(store) : Promise.reject(error),
        );
      };
      await Promise.all(
        both().map(async (store) => {
          for (const _ of many) await add(store);
        }),
      );
      expect(await run(bench.store, readMemory(memory))).toMatchObject([{ version: 41, value: '40' }]);
    });

    test('over the same things in another order, none waits for ever', async () => {
      const [first, second] = [newConversation(), newConversation()];
      const steps = [visitorRow({ conversation: first }).steps, visitorRow({ conversation: second }).steps];
      await bench.store.batch(steps.flat());
      const ways = (index: number) => {
        const [here, there] = index % 2 === 0 ? [first, second] : [second, first];
        return [here, there].flatMap((conversation) => visitorRow({ conversation }).steps);
      };
      const ends = await Promise.allSettled(
        many.flatMap((index) => both().map((store, side) => store.batch(ways(index + side)))),
      );
      expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
    });
  });

  describe('the rows of a conversation', () => {
    test('have sequences without gaps or doubles, whoever adds them, and whatever was undone', async () => {
      const conversation = newConversation();
      const added = many.flatMap((index) =>
        both().map((store) => {
          const { steps } = visitorRow({ conversation });
          return store.batch(index % 3 === 0 ? [...steps, miss] : steps);
        }),
      );
      const ends = await Promise.allSettled(added);
      const stand = ends.filter(({ status }) => status === 'fulfilled');
      const rows = await run(bench.store, readBack({ conversation, before: NEVER, most: 99 }));
      expect(stand).toHaveLength(26);
      expect(rows.map(({ seq }) => seq)).toEqual(stand.map((_, index) => 26 - index));
    });

    test('come in the order in which one process gave them', async () => {
      const conversation = newConversation();
      const given = many.map(() => visitorRow({ conversation }));
      await Promise.all(given.map(({ steps }) => bench.store.batch(steps)));
      const rows = await run(bench.store, readBack({ conversation, before: NEVER, most: 99 }));
      expect(rows.map(({ id }) => id).reverse()).toEqual(given.map(({ id }) => id));
    });
  });

  describe('a turn that another process overtakes', () => {
    test('either settles before the other begins, or changes nothing', async () => {
      const [one, other] = both();
      const settledInTime: boolean[] = [];
      for (const _ of many) {
        const conversation = newConversation();
        const lane = `helpdesk ${HELPDESK} ${conversation}`;
        const [first, second] = await fill(one, 'forward', { conversation, count: 2 });
        const claim = claimForward({ conversation, helpdesk: HELPDESK, now: NOW });
        const [, [row]] = await one.batch([beginTurn({ lane }, 1), claim]);
        const late = one.batch([proveTurn({ lane, turn: 1 }, 1), settled(row!)]);
        const [end, next] = await Promise.allSettled([late, other.batch([beginTurn({ lane }, 1), claim])]);
        const taken = next.status === 'fulfilled' ? next.value[1] : [];
        settledInTime.push(end.status === 'fulfilled');
        expect(row?.id).toBe(first);
        expect(taken.map(({ id }) => id)).toEqual(end.status === 'fulfilled' ? [second] : []);
      }
      expect(settledInTime).toHaveLength(many.length);
    });
  });

  describe('no lane is left without a due time', () => {
    test.each(['forward', 'reply'] as const)(
      'when a row comes to a %s lane while the one before it ends',
      async (lane) => {
        const [one, other] = both();
        for (const _ of many) {
          const conversation = newConversation();
          await fill(one, lane, { conversation, count: 1 });
          const row = await claimFirst(one, lane, conversation);
          const next = promoteNext({ id: row?.id ?? '', conversation, lane, now: NOW });
          const { id, steps } =
            lane === 'forward' ? visitorRow({ conversation }) : addedRow('reply', { conversation });
          await Promise.all([one.batch([settled(row!), next]), other.batch(steps)]);
          expect(await duesOf(one, [id])).toEqual([NOW]);
        }
      },
    );

    test('when the last two media of a message are settled at once', async () => {
      for (const _ of many) {
        const conversation = newConversation();
        const { id: message, steps } = visitorRow({ conversation, due: NEVER });
        const media = ['1', '2'].map((number) => `${message}_${number}`);
        const wanted = media.map((id) =>
          wantMedium({ id, tenant: TENANT, conversation, message, source: '{}', name: null, now: NOW }),
        );
        await bench.store.batch([...steps, ...wanted]);
        const settle = (id: string): readonly Step[] => [
          giveUpMedium({ claim: 0, id, code: 'gone' }, 1),
          releaseMessage({ id: message, conversation, now: NOW }),
        ];
        await Promise.all(both().map((store, index) => store.batch(settle(media[index] ?? ''))));
        expect(await duesOf(bench.store, [message])).toEqual([NOW]);
      }
    });
  });
}
