import { afterEach, describe, expect, test } from 'vitest';
import { createPace } from '../../../src/pace/pace.ts';
import type { ApiLimits, Pace } from '../../../src/ports/pace.ts';
import { agentSays, openWorld, start, textOf, type World } from './world.ts';

const HOUR = 3_600_000;
let world: World;
afterEach(() => world.close());

/** A relay whose channel uploads pictures and sends texts, each at its own pace. */
async function openPaced(own: Readonly<Record<string, ApiLimits>>): Promise<Pace> {
  world = await openWorld();
  const { store, clock, log } = world.bridge;
  const rules = {
    own: new Map(Object.entries(own)),
    documented: new Map(),
    main: '/send',
    utcOffsetMs: 8 * HOUR,
  };
  const pace = createPace({ tenant: 'shop', store, clock, log, rules, elapsedMs: clock.now });
  world.onSend(async ({ parts }) => {
    const isPicture = parts.some(({ kind }) => kind === 'link');
    const entry = await pace.enter({ name: isPicture ? '/upload' : '/send' });
    if (entry.kind === 'putOff') {
      return { outcome: 'pause', code: 'paced', untilMs: entry.untilMs, isUntried: true };
    }
    done.push(isPicture ? 'picture' : textOf({ parts } as never));
    entry.arrived();
    return { outcome: 'accepted' };
  });
  done = [];
  return pace;
}

let done: string[] = [];
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Something that is not joined with others, and waits for no medium: a link stands for a picture here. */
async function sendPicture(key: string, visitor: string): Promise<void> {
  const url = 'https://shop.example/p.png';
  await world.callback(agentSays(key, { visitor, parts: [{ kind: 'link', title: key, url }] }));
}

describe('pictures whose uploads are slow', () => {
  test('of more conversations than there are turns at a time do not hold up texts of others', async () => {
    await openPaced({ '/upload': { perSecond: 1 }, '/send': { perSecond: 20 } });
    for (const index of numbered(40)) {
      await world.push('hello', { from: `oPicture${index}` });
      await sendPicture(`p${index}`, `oPicture${index}`);
    }
    await world.push('hello', { from: 'oText' });
    done = [];
    await world.callback(agentSays('a text', { visitor: 'oText' }));
    expect(done).toContain('a text');
    done = [];
    await world.clock.advance(60_000);
    expect(done.length).toBeGreaterThanOrEqual(38);
    const rows = await world.messages();
    expect(rows.filter(({ lane, state }) => lane === 'reply' && state !== 'sent')).toEqual([]);
  }, 60_000);

  test('of one conversation go in order, and others’ texts between them', async () => {
    await openPaced({ '/upload': { perSecond: 1 }, '/send': { perSecond: 20 } });
    await world.push('hello');
    for (const index of numbered(10)) await sendPicture(`p${index}`, 'oVisitor1');
    await world.push('hello', { from: 'oText' });
    for (const text of ['1', '2', '3']) {
      await world.callback(agentSays(text, { visitor: 'oText' }));
      await world.clock.advance(2000);
    }
    await world.clock.advance(60_000);
    expect(done.filter((what) => what !== 'picture')).toEqual(['1', '2', '3']);
    expect(done.lastIndexOf('picture')).toBeGreaterThan(done.indexOf('3'));
  });
});

describe('a backlog over the minute', () => {
  test('waits in the store with a due time, and nobody looks at it before', async () => {
    await openPaced({ '/send': { perMinute: 10 } });
    for (const index of numbered(30)) {
      await world.push('hello', { from: `oVisitor${index}` });
      await world.callback(agentSays(String(index), { visitor: `oVisitor${index}` }));
    }
    const tried = world.told.sends.length;
    const held = (await world.messages()).filter(({ state }) => state === 'queued');
    expect([done.length, held.length, tried]).toEqual([10, 20, 30]);
    expect(held.every(({ due, attempts }) => Number(due) > world.clock.now() && attempts === 0)).toBe(true);
    await world.clock.advance(50_000);
    expect(world.told.sends).toHaveLength(tried);
    await world.clock.advance(2 * 60_000);
    expect(done).toHaveLength(30);
    expect(done.slice(0, 20)).toEqual(numbered(20).map(String));
  }, 60_000);

  test('goes on over a restart, and the minute is not given anew', async () => {
    await openPaced({ '/send': { perMinute: 10 } });
    for (const index of numbered(10)) {
      await world.push('hello', { from: `oVisitor${index}` });
      await world.callback(agentSays(String(index), { visitor: `oVisitor${index}` }));
    }
    expect(done).toHaveLength(10);
    const { store, log, clock } = world.bridge;
    const rules = {
      own: new Map([['/send', { perMinute: 10 }]]),
      documented: new Map(),
      utcOffsetMs: 8 * HOUR,
    };
    const next = createPace({ tenant: 'shop', store, clock, log, rules, elapsedMs: clock.now });
    expect(await next.enter({ name: '/send' })).toEqual({ kind: 'putOff', untilMs: start + 60_000 });
  });
});
