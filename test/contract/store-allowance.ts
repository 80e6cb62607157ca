import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StepMissed } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import {
  actAndGrant,
  exhaustSends,
  giveSendBack,
  grantBriefly,
  reserveSend,
} from '../../src/store/allowance.ts';
import { readConversation } from '../../src/store/conversations.ts';
import { acting, NOW, newConversation, run } from '../store/rows.ts';
import type { Bench } from './store.ts';

const GRANT = { sends: 5, endsAt: NOW + 172_800_000, now: NOW } as const;

const grantingAct = (id: string) => actAndGrant({ ...acting(id), ...GRANT }, 1);

/** What a visitor may still be sent, where two processes take it, give it back and renew it at the same time. */
export function describeAllowance(bench: Bench): void {
  const sideOf = (index: number) => (index % 2 === 0 ? bench.store : bench.another);

  /** A visitor who has acted once. */
  async function newVisitor(): Promise<string> {
    const id = newConversation();
    await bench.store.batch([grantingAct(id)]);
    return id;
  }

  /** The number of acts by then; nothing where there is no send. */
  async function reserve(store: Store, id: string, brief = 0): Promise<number | undefined> {
    try {
      const [[row]] = await store.batch([reserveSend({ id, brief, now: NOW }, 1)]);
      return row?.acts;
    } catch (error) {
      if (error instanceof StepMissed) return undefined;
      throw error;
    }
  }

  const leftOf = async (id: string) => {
    const [row] = await run(bench.store, readConversation({ id }));
    return { sends: row?.sends_left, brief: row?.brief_left, acts: row?.acts };
  };

  describe('of two who race for a visitor’s sends', () => {
    test('together they get as many as were granted', async () => {
      const id = await newVisitor();
      await bench.store.batch([
        grantBriefly({ id, sends: 2, endsAt: NOW + 60_000, now: NOW, code: null }, 1),
      ]);
      const taken = await Promise.all(
        Array.from({ length: 24 }, (_, index) => reserve(sideOf(index), id, index % 3 === 0 ? 1 : 0)),
      );
      expect(taken.filter((acts) => acts !== undefined)).toHaveLength(7);
      expect(await leftOf(id)).toMatchObject({ sends: 0, brief: 0 });
    });

    test('what one gives back while the visitor acts is never there twice', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = await newVisitor();
        const acts = (await reserve(sideOf(round), id)) ?? 0;
        await Promise.all([
          sideOf(round).batch([giveSendBack({ id, brief: 0, acts })]),
          sideOf(round + 1).batch([grantingAct(id)]),
        ]);
        expect(await leftOf(id)).toMatchObject({ sends: 5, acts: acts + 1 });
      }
    });

    test('the channel’s word that all are used up does not undo an act that came meanwhile', async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = await newVisitor();
        const acts = (await reserve(sideOf(round), id)) ?? 0;
        await Promise.all([
          sideOf(round).batch([exhaustSends({ id, acts })]),
          sideOf(round + 1).batch([grantingAct(id)]),
        ]);
        expect(await leftOf(id)).toMatchObject({ sends: 5 });
      }
    });

    test('whatever they take and give back at once, none is lost and none is made', async () => {
      const step = fc.record({ isBack: fc.boolean(), side: fc.nat(1) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { maxLength: 6 }), async (rounds) => {
          const id = await newVisitor();
          let inHand = 0;
          for (const round of rounds) {
            let mayGiveBack = inHand;
            const ends = await Promise.all(
              round.map(async ({ isBack, side }) => {
                if (!isBack) return (await reserve(sideOf(side), id)) === undefined ? 0 : 1;
                if (mayGiveBack === 0) return 0;
                mayGiveBack -= 1;
                await sideOf(side).batch([giveSendBack({ id, brief: 0, acts: 1 }, 1)]);
                return -1;
              }),
            );
            inHand += ends.reduce<number>((sum, change) => sum + change, 0);
            expect(inHand).toBeLessThanOrEqual(5);
            expect(await leftOf(id)).toMatchObject({ sends: 5 - inHand });
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
