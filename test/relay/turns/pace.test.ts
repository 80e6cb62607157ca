import { afterEach, describe, expect, test } from 'vitest';
import { createPace } from '../../../src/pace/pace.ts';
import type { ApiLimits } from '../../../src/ports/pace.ts';
import type { Bridge } from '../../../src/relay/bridge.ts';
import { isOnPostgres } from '../../store/test-store.ts';
import { agentSays, openWorld, start, textOf, type World } from './world.ts';

const HOUR = 3_600_000;
let world: World;
afterEach(() => world.close());

type Limits = Readonly<Record<string, ApiLimits>>;

const paceOf = (own: Limits, { store, clock, log }: Pick<Bridge, 'store' | 'clock' | 'log'>) =>
  createPace({
    tenant: 'shop',
    store,
    clock,
    log,
    rules: {
      own: new Map(Object.entries(own)),
      documented: new Map(),
      main: '/send',
      utcOffsetMs: 8 * HOUR,
    },
  });

/** A relay whose channel uploads pictures and sends texts, each at its own pace. */
async function openPaced(own: Limits): Promise<void> {
  world = await openWorld({ openPace: (lent) => paceOf(own, lent) });
  world.onSend(async ({ parts }, { permit }) => {
    const isPicture = parts.some(({ kind }) => kind === 'link');
    if (isPicture) permit?.giveBack();
    const taken = permit?.use() ? permit : await enter(isPicture ? '/upload' : '/send');
    if ('untilMs' in taken) {
      return { outcome: 'pause', code: 'paced', untilMs: taken.untilMs, isUntried: true };
    }
    done.push(isPicture ? 'picture' : textOf({ parts } as never));
    taken.arrived();
    return { outcome: 'accepted' };
  });
  done = [];
}

async function enter(name: string) {
  const entry = await world.bridge.tenants.get('shop')?.pace.enter({ name });
  if (entry?.kind !== 'go') return { untilMs: entry?.untilMs ?? Number.NaN };
  entry.permit.use();
  return entry.permit;
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

describe('a reply that waits for the account’s pace', () => {
  const visitors = numbered(12).map((index) => `oVisitor${index}`);
  const replies = async () => (await world.messages()).filter(({ lane }) => lane === 'reply');

  /** Each of the visitors but the first waits a second longer than the one before. */
  async function answerAll(): Promise<void> {
    await openPaced({ '/send': { perSecond: 1 } });
    for (const visitor of visitors) await world.push('hello', { from: visitor });
    for (const visitor of visitors)
      await world.callback(agentSays(`to ${visitor}`, { visitor, vendorId: `v ${visitor}` }));
  }

  test('is not in flight: however often the process dies, it was never tried and is not given up', async () => {
    await answerAll();
    for (const lives of numbered(8)) {
      const rows = await replies();
      expect(rows.filter(({ state }) => state === 'sent')).toHaveLength(lives + 1); // each life sends one at once
      expect(rows.filter(({ state }) => state === 'queued')).toHaveLength(visitors.length - lives - 1);
      await world.restart();
    }
    await world.clock.advance(10_000);
    expect((await replies()).map(({ state, starts }) => [state, starts])).toEqual(
      visitors.map(() => ['sent', 0]),
    );
    expect(done.toSorted()).toEqual(visitors.map((visitor) => `to ${visitor}`).toSorted());
  });

  test('takes along what comes meanwhile', async () => {
    await answerAll();
    await world.callback(agentSays('and more', { visitor: 'oVisitor11' }));
    await world.clock.advance(12_000);
    expect(done.at(-1)).toBe('to oVisitor11\nand more');
    expect(done).toHaveLength(visitors.length);
  });

  test('is not sent when it is recalled meanwhile, and its place is given to the next', async () => {
    await answerAll();
    const recalled = { kind: 'recalled', keys: ['r1'], at: start, vendorId: 'v oVisitor1' } as const;
    await world.callback({ ...recalled, visitor: 'oVisitor1' });
    await world.clock.advance(2100);
    expect(done).toEqual(['to oVisitor0', 'to oVisitor2', 'to oVisitor3']);
    await world.clock.advance(10_000);
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
    // In PostgreSQL the lanes of different visitors are written side by side: whose is first is nearly right.
    const sure = isOnPostgres ? 10 : 20;
    expect(done.slice(0, sure)).toEqual(numbered(sure).map(String));
  }, 60_000);

  test('goes on over a restart, and the minute is not given anew', async () => {
    await openPaced({ '/send': { perMinute: 10 } });
    for (const index of numbered(10)) {
      await world.push('hello', { from: `oVisitor${index}` });
      await world.callback(agentSays(String(index), { visitor: `oVisitor${index}` }));
    }
    expect(done).toHaveLength(10);
    const next = paceOf({ '/send': { perMinute: 10 } }, world.bridge);
    expect(await next.enter({ name: '/send' })).toEqual({ kind: 'putOff', untilMs: start + 60_000 });
  });
});
