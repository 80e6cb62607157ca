import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/ports/helpdesk.ts';
import { agentWrites, ids, ownerIn, placesOf, rule, sessionEnded } from './routing-scene.ts';
import { openWorld, textOf, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

const afterMs = 300_000;
const inVain: Delivery = { outcome: 'later', code: 'unreachable', because: 'vendor', afterMs: 30_000 };

async function open(change: WorldOptions = {}) {
  world = await openWorld({ others: { b: {} }, routing: { failoverAfterMs: afterMs }, ...change });
}

/** The helpdesks that give this answer by now; the others accept. */
let answers: Readonly<Record<string, Delivery>> = {};

function answer(change: Readonly<Record<string, Delivery>>) {
  answers = change;
  world.onForward((_message, _attempt, helpdesk) => answers[helpdesk] ?? { outcome: 'accepted' });
}

/** Where each text arrived, in order. */
const arrived = async () =>
  (await world.messages())
    .filter(({ state }) => state === 'forwarded')
    .toSorted((one, other) => Number(one.finished_at) - Number(other.finished_at) || one.seq - other.seq)
    .map(({ parts, helpdesk }) => `${JSON.parse(parts)[0].text} → ${helpdesk?.replace('shop/', '')}`);

const moves = async () =>
  (await world.messages()).flatMap(({ event }) => (event?.includes('"moved"') ? [JSON.parse(event)] : []));

describe('a helpdesk that is down', () => {
  test('keeps its conversations where nothing is said of it', async () => {
    await open({ routing: {} });
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(10 * afterMs);
    await world.push('two');
    expect(await ownerIn(world)).toMatchObject({ owner: 'main' });
    answer({});
    await world.clock.advance(60_000);
    expect(await arrived()).toEqual(['one → main', 'two → main']);
  });

  test('keeps them for as long as is said', async () => {
    await open();
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(afterMs - 60_000);
    await world.push('two');
    expect(await ownerIn(world)).toMatchObject({ owner: 'main' });
    expect(await arrived()).toEqual([]);
  });

  test('is not one that the bridge did not call, as its own store was away', async () => {
    // Which is tried again each second.
    await open({ routing: { failoverAfterMs: 60_000 } });
    answer({ main: { outcome: 'later', code: 'notCounted', because: 'vendor' } });
    await world.push('one');
    await world.clock.advance(90_000);
    await world.push('two');
    expect(await ownerIn(world)).toMatchObject({ owner: 'main' });
  });

  test('loses them to the next one then, with all that waits, in order', async () => {
    await open();
    answer({ main: inVain });
    for (const text of ['one', 'two', 'three']) await world.push(text);
    await world.clock.advance(afterMs + 30_000);
    expect(await ownerIn(world)).toEqual({ owner: 'b', isHeld: true });
    expect(await arrived()).toEqual(['one → b', 'two → b', 'three → b']);
    expect(await moves()).toMatchObject([
      { from: ids.main, to: ids.b, because: 'outage', passed: 3, left: 0 },
    ]);
  });

  test('loses them to the next one in order that is up', async () => {
    await open({ others: { b: {}, c: {} } });
    answer({ main: inVain, b: inVain });
    await world.push('one');
    await world.clock.advance(3 * afterMs);
    expect(await ownerIn(world)).toMatchObject({ owner: 'c' });
    expect(await arrived()).toEqual(['one → c']);
  });

  test('gets no new conversation, and no further message of an old one', async () => {
    await open();
    answer({ main: inVain });
    await world.push('one', { from: 'oOther' });
    await world.clock.advance(afterMs - 1);
    await world.push('hello');
    // The other visitor's attempt at its due time shows that it is still down.
    await world.clock.advance(60_000);
    await world.push('two', { from: 'oOther' });
    await world.push('three', { from: 'oThird' });
    await world.clock.advance(60_000);
    expect((await arrived()).toSorted()).toEqual(['hello → b', 'one → b', 'three → b', 'two → b']);
    expect(placesOf(world).filter((place) => place === 'three → main')).toEqual([]);
  });

  test('keeps them where all are down, and all arrives once', async () => {
    await open();
    answer({ main: inVain, b: inVain });
    await world.push('one');
    await world.clock.advance(20 * afterMs);
    answer({});
    await world.clock.advance(120_000);
    expect(await arrived()).toHaveLength(1);
    expect((await world.messages()).filter(({ finished_at }) => finished_at === null)).toEqual([]);
  });

  test('is still down after a start', async () => {
    await open();
    answer({ main: inVain });
    await world.push('one', { from: 'oOther' });
    await world.clock.advance(afterMs - 20_000);
    await world.restart();
    await world.clock.advance(30_000);
    expect(await arrived()).toEqual(['one → b']);
  });

  test.each<[string, Delivery]>([
    ['has nobody', { outcome: 'later', code: 'n', because: 'nobody', afterMs: 30_000 }],
    ['has a queue', { outcome: 'later', code: 'q', because: 'queue', afterMs: 30_000 }],
    ['loses its answers', { outcome: 'unknown', code: 'cut', afterMs: 30_000 }],
  ])('is none that %s', async (_what, delivery) => {
    await open();
    answer({ main: delivery });
    await world.push('one');
    await world.clock.advance(3 * afterMs);
    expect(await ownerIn(world)).toMatchObject({ owner: 'main' });
  });

  test('is none that answered in between', async () => {
    await open();
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(afterMs - 60_000);
    answer({});
    await world.clock.advance(30_000);
    answer({ main: inVain });
    await world.push('two');
    await world.clock.advance(afterMs - 60_000);
    expect(await ownerIn(world)).toMatchObject({ owner: 'main' });
  });

  test('keeps what may have arrived there, which is counted and goes to nobody else', async () => {
    await open();
    let calls = 0;
    world.onForward((_message, _attempt, helpdesk) => {
      if (helpdesk !== 'main') return { outcome: 'accepted' };
      calls += 1;
      return calls === 1 ? { outcome: 'unknown', code: 'cut', afterMs: 1000 } : inVain;
    });
    for (const text of ['one', 'two']) await world.push(text);
    await world.clock.advance(2 * afterMs);
    expect(await arrived()).toEqual(['two → b']);
    expect(await moves()).toMatchObject([{ passed: 1, left: 1 }]);
    expect(placesOf(world).filter((place) => place.startsWith('one'))).not.toContain('one → b');
    answer({});
    await world.clock.advance(60_000);
    expect(await arrived()).toEqual(['two → b', 'one → main']);
  });
});

describe('the next helpdesk', () => {
  test('knows the visitor whom it never saw', async () => {
    await open();
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(2 * afterMs);
    await world.callbackOf('b', agentWrites('hi'));
    expect(world.told.sends.map(textOf)).toEqual(['hi']);
  });

  test('is asked for no group of the first', async () => {
    const asked = { group: '1', agent: '2', priority: 3 };
    await open({ routing: { failoverAfterMs: afterMs, rules: [rule({}, 'main', { routing: asked })] } });
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(2 * afterMs);
    expect(world.told.attempts.at(-1)?.routing).toEqual({ priority: 3 });
  });
});

describe('a helpdesk that is back', () => {
  async function failOver() {
    await open();
    answer({ main: inVain });
    await world.push('one');
    await world.clock.advance(2 * afterMs);
    answer({});
  }

  test('leaves a conversation where it is while its session goes on', async () => {
    await failOver();
    await world.clock.advance(2 * afterMs);
    await world.push('two');
    expect(placesOf(world).at(-1)).toBe('two → b');
  });

  test('gets it again once that session has ended', async () => {
    await failOver();
    await world.callbackOf('b', sessionEnded());
    await world.clock.advance(2 * afterMs);
    await world.push('two');
    expect(placesOf(world).at(-1)).toBe('two → main');
  });

  test('is tried by the next conversation after a while; in vain, that comes back to the next one', async () => {
    await failOver();
    answer({ main: inVain });
    await world.clock.advance(2 * afterMs);
    await world.push('new', { from: 'oOther' });
    expect(placesOf(world).slice(-2)).toEqual(['new → main', 'new → b']);
  });
});
