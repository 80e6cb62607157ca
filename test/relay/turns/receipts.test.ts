import { afterEach, describe, expect, test } from 'vitest';
import { agentSays, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const receiptWithinMs = 60_000;
const forwarded = () => world.told.forwards.map(textOf);
const states = async () =>
  (await world.messages())
    .filter(({ lane }) => lane === 'forward')
    .map(({ state, code }) => `${state} ${code ?? ''}`.trim());
const unconfirmedLines = () => world.told.lines.filter((line) => line.startsWith('forward.unconfirmed'));
const confirm = async (text: string) => {
  const row = (await world.messages()).find(({ parts }) => parts.includes(`"${text}"`));
  await world.callback({ kind: 'receipt', keys: [], visitor, at: start, key: row?.id ?? '' });
};

describe('a message that the helpdesk took and should confirm', () => {
  test('is marked when no receipt came in time, and the operator is told', async () => {
    world = await openWorld({ adapter: { receiptWithinMs } });
    await world.push('a');
    await world.clock.advance(59_999);
    expect(await states()).toEqual(['forwarded']);
    await world.clock.advance(1);
    expect(await states()).toEqual(['forwarded unconfirmed']);
    expect(unconfirmedLines()).toHaveLength(1);
    expect(forwarded()).toEqual(['a']);
    expect(await world.wakes()).toEqual([]);
  });

  test('is not marked when its receipt came in time', async () => {
    world = await openWorld({ adapter: { receiptWithinMs } });
    await world.push('a');
    await world.clock.advance(30_000);
    await confirm('a');
    expect(await world.wakes()).toEqual([]);
    await world.clock.advance(60_000);
    expect(await states()).toEqual(['forwarded receipt']);
    expect(unconfirmedLines()).toEqual([]);
  });

  test('is not waited for when its receipt was quicker than the answer', async () => {
    world = await openWorld({ adapter: { receiptWithinMs } });
    world.onForward(async () => {
      await confirm('a');
      return { outcome: 'accepted' };
    });
    await world.push('a');
    expect(await world.wakes()).toEqual([]);
    await world.clock.advance(60_000);
    expect(await states()).toEqual(['forwarded receipt']);
  });

  test('loses its mark by a receipt that comes late', async () => {
    world = await openWorld({ adapter: { receiptWithinMs } });
    await world.push('a');
    await world.clock.advance(60_000);
    await confirm('a');
    expect(await states()).toEqual(['forwarded receipt']);
  });

  test('is marked in time though the bridge was away meanwhile', async () => {
    world = await openWorld({ adapter: { receiptWithinMs } });
    await world.push('a');
    await world.restart();
    await world.clock.advance(60_000);
    expect(await states()).toEqual(['forwarded unconfirmed']);
  });

  test('waits for nothing where the helpdesk confirms nothing', async () => {
    world = await openWorld();
    await world.push('a');
    expect(await world.wakes()).toEqual([]);
  });

  test('keeps its time beside the wakes of the adapter, which hears nothing of it', async () => {
    const woken: string[] = [];
    const wake = async (name: string) => {
      woken.push(name);
      return { outcome: 'accepted' } as const;
    };
    world = await openWorld({ adapter: { receiptWithinMs, wake } });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 60_000 }] }));
    await world.push('a');
    await world.clock.advance(60_000);
    expect(woken).toEqual(['poll']);
    expect(await states()).toEqual(['forwarded unconfirmed']);
  });
});

describe('where a message without a receipt is to be tried again', () => {
  const retrying = { adapter: { receiptWithinMs }, onUnconfirmed: 'retry' } as const;

  test('it is, once, with word of what went before; then it is marked', async () => {
    world = await openWorld(retrying);
    await world.push('a');
    await world.push('b');
    await confirm('b');
    await world.clock.advance(60_000);
    expect(forwarded()).toEqual(['a', 'b', 'a']);
    expect(world.told.attempts[2]).toMatchObject({
      number: 1,
      lost: { startedAt: start, code: 'unconfirmed' },
    });
    expect(world.told.attempts[2]?.key).toBe(world.told.attempts[0]?.key);
    await world.clock.advance(60_000);
    expect(forwarded()).toEqual(['a', 'b', 'a']);
    expect(await states()).toEqual(['forwarded unconfirmed', 'forwarded receipt']);
    await world.clock.advance(3_600_000);
    expect(forwarded()).toHaveLength(3);
  });

  test('its receipt ends it, also while it is under way again', async () => {
    world = await openWorld(retrying);
    let calls = 0;
    world.onForward(async () => {
      calls += 1;
      if (calls === 2) await confirm('a');
      return calls === 2 ? { outcome: 'refused', code: 'twice' } : { outcome: 'accepted' };
    });
    await world.push('a');
    await world.clock.advance(60_000);
    await world.callback(agentSays('1'));
    expect(await states()).toEqual(['forwarded receipt']);
    await world.clock.advance(3_600_000);
    expect(calls).toBe(2);
  });
});
