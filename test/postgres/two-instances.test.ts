import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { agentSays, openWorld, start, textOf, visitor, type World } from '../relay/turns/world.ts';
import { borrowPostgresPlace, type PostgresPlace } from './place.ts';

/** The relay twice on one database, as two processes have it. */
let place: PostgresPlace;
let both: readonly [World, World];

beforeEach(async () => {
  place = await borrowPostgresPlace();
  both = [await openInstance(), await openInstance()];
});

afterEach(async () => {
  await Promise.all(both.map((world) => world.close()));
  await place.remove();
});

async function openInstance(): Promise<World> {
  const store = await openPostgres({
    url: place.url,
    connections: 4,
    alone: false,
    onFailure: (cause) => {
      throw cause;
    },
  });
  return openWorld({ openStore: () => store });
}

const atBoth = <Result>(run: (world: World, side: number) => Promise<Result>) =>
  Promise.all(both.map((world, side) => run(world, side)));
const forwarded = () => both.flatMap(({ told }) => told.forwards.map(textOf));
const sent = () => both.flatMap(({ told }) => told.sends.map(textOf));
const times = Array.from({ length: 10 }, (_, index) => index);

describe('what comes to two instances at once', () => {
  test('is one message, if it is the same push, and both answer as the first did', async () => {
    for (const index of times) {
      const answers = await atBoth((world) => world.push(`${index}`, { key: `push ${index}` }));
      expect(answers[0]).toBeDefined();
      expect(answers[1]).toEqual(answers[0]);
    }
    expect(forwarded().toSorted()).toEqual(times.map(String));
    const rows = await both[0].messages();
    expect(rows.map(({ seq }) => Number(seq))).toEqual(times.map((index) => index + 1));
  });

  test('is one reply, if it is the same callback', async () => {
    await both[0].push('hello');
    await atBoth((world) => world.callback(agentSays('hi')));
    expect(sent()).toEqual(['hi']);
  });

  test('is folded into a memory each after the other', async () => {
    await both[0].push('hello');
    const typing = (key: string): VendorEvent => ({ kind: 'typing', keys: [key], visitor, at: start });
    await Promise.all(
      times.map((index) => atBoth((world, side) => world.callback(typing(`${index} ${side}`)))),
    );
    const [memory] = await both[0].memories();
    expect(JSON.parse(memory?.value ?? '')).toEqual([...times, ...times].map(() => 'typing'));
  });

  test('finds its visitor, whoever binds him meanwhile, and once', async () => {
    for (const index of times) {
      const [one, other] = both;
      const outside = `client-${index}`;
      const from = `oVisitor-${index}`;
      other.onForward(() => ({ outcome: 'accepted', bind: [outside] }));
      await Promise.all([
        one.callback(agentSays(`${index}`, { visitor: outside })),
        other.push('hello', { from }),
      ]);
    }
    await atBoth((world) => world.clock.settle());
    expect(sent().toSorted()).toEqual(times.map(String));
  });
});
