import { describe, expect, onTestFinished, test } from 'vitest';
import { keepUp } from '../../src/keep-up.ts';
import type { Store } from '../../src/ports/store.ts';
import { forgetOld } from '../../src/relay/upkeep.ts';
import { createPermits } from '../../src/store/permits.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { openAgency, SHOP } from '../agency/open-agency.ts';
import { createTestClock } from '../clock.ts';
import { collect } from '../media/scene.ts';
import {
  agentSays,
  openWorld,
  start,
  textOf,
  visitor,
  type World,
  type WorldOptions,
} from '../relay/turns/world.ts';
import { borrowPostgresPlace } from './place.ts';

/** A database that several processes open, each for itself. */
async function openDatabase() {
  const place = await borrowPostgresPlace();
  const opened: Store[] = [];
  onTestFinished(async () => {
    await Promise.all(opened.map((store) => store.close()));
    await place.remove();
  });
  return async () => {
    const store = await openPostgres({
      url: place.url,
      connections: 4,
      alone: false,
      onFailure: () => {},
    });
    opened.push(store);
    return store;
  };
}

/** The relay in two processes, each with its own memory and its own clock. */
async function openWorlds(options: WorldOptions): Promise<readonly [World, World]> {
  const open = await openDatabase();
  const openOne = async () => {
    const store = await open();
    return openWorld({ ...options, openStore: () => store });
  };
  const [one, other] = [await openOne(), await openOne()];
  onTestFinished(async () => {
    await Promise.all([one.close(), other.close()]);
  });
  return [one, other];
}

describe('a visitor who writes to two instances', () => {
  test('is asked about once, and agents are told once what is new', async () => {
    const asked: string[] = [];
    const shown: unknown[] = [];
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const worlds = await openWorlds({
      adapter: {
        serving: () => 'agent',
        async sendProfile(card) {
          shown.push(card);
          return { outcome: 'accepted' };
        },
      },
      profile: {
        source: {
          ttlMs: 600_000,
          async ask({ visitor: who }) {
            asked.push(who);
            await answered;
            return { kind: 'known', items: [{ key: 'vip', label: 'VIP', value: '3', isProved: true }] };
          },
        },
      },
    });
    for (const world of worlds) await world.push('hello');
    expect(asked).toEqual([visitor]);
    answer();
    for (const { clock } of [...worlds, ...worlds]) await clock.advance(1000);
    for (const world of worlds) await world.push('are you there?');
    expect(asked).toHaveLength(1);
    expect(shown).toHaveLength(1);
  });

  test('is left alone by both for a while where nobody can tell', async () => {
    let asked = 0;
    const worlds = await openWorlds({
      profile: {
        source: {
          ttlMs: 600_000,
          async ask() {
            asked += 1;
            return { kind: 'failed', code: 'http 503' };
          },
        },
      },
    });
    for (const world of worlds) await world.push('one');
    expect(asked).toBe(1);
    for (const { clock } of worlds) await clock.advance(60_001);
    for (const world of worlds) await world.push('two');
    expect(asked).toBe(2);
  });

  test('sees once that an agent is writing', async () => {
    const shown: string[] = [];
    const typing = { lastsMs: 15_000, show: async () => void shown.push(visitor) };
    const worlds = await openWorlds({ channel: { typing } });
    await worlds[0].push('hello');
    const sign = { kind: 'typing', keys: [], visitor, at: start } as const;
    for (const world of worlds) await world.callback(sign);
    expect(shown).toHaveLength(1);
    for (const { clock } of worlds) await clock.advance(15_000);
    for (const world of worlds) await world.callback(sign);
    expect(shown).toHaveLength(2);
  });

  test('is known again after another instance has forgotten him', async () => {
    const [one, other] = await openWorlds({});
    await one.push('hello');
    for (const { clock } of [one, other]) await clock.advance(3_600_001);
    await forgetOld(other.bridge, { historyTtlMs: 3_600_000, rawTtlMs: 0 });
    await one.push('I am back');
    await other.callback(agentSays('welcome back'));
    expect([...one.told.sends, ...other.told.sends].map(textOf)).toEqual(['welcome back']);
  });
});

test('old things are forgotten by one of several instances, and by another when that one is gone', async () => {
  const open = await openDatabase();
  const clock = createTestClock(start);
  const [one, other] = [clock.watchStore(await open()), clock.watchStore(await open())];
  const done: string[] = [];
  const keep = (name: string, store: Store) =>
    keepUp({
      clock,
      log: collect([]),
      claimPermit: createPermits(store, clock.now),
      run: async () => done.push(name),
    });
  const ends = [keep('one', one), keep('other', other)];
  await clock.advance(3_600_000);
  expect(done).toHaveLength(1);
  await clock.advance(3_600_000);
  expect(done).toHaveLength(2);
  ends[0]?.();
  await clock.advance(3_600_000);
  expect(done).toHaveLength(3);
  expect(done[2]).toBe('other');
  ends[1]?.();
});

describe('a component in two instances', () => {
  async function openShared() {
    const agency = await openAgency({}, await openDatabase());
    const other = await agency.join();
    /** While the platform carries out the next call of that name, the other does whatever is due, to its end. */
    const interrupt = (call: string) => {
      agency.meanwhile.after = call;
      agency.meanwhile.run = async () => {
        await other.component.begin();
        await other.component.stop();
      };
    };
    return { agency, other, interrupt };
  }

  test('asks for a ticket once', async () => {
    const { agency, interrupt } = await openShared();
    expect(agency.countOf('api_start_push_ticket')).toBe(1);
    interrupt('api_start_push_ticket');
    await agency.clock.advance(600_000);
    expect(agency.countOf('api_start_push_ticket')).toBe(2);
  });

  test('uses a ticket in both, whichever of them it came to', async () => {
    const { agency, other } = await openShared();
    await agency.tellTicket();
    await agency.authorise();
    expect(await other.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('exchanges a code once, though both look for it', async () => {
    const { agency, interrupt } = await openShared();
    await agency.tellTicket();
    interrupt('api_query_auth');
    await agency.authorise();
    expect(agency.meanwhile.after).toBe('');
    expect(agency.countOf('api_query_auth')).toBe(1);
    expect(agency.alarms()).toEqual([]);
    expect(await agency.authorizers()).toMatchObject([{ appid: SHOP, problem: null, code: null }]);
    expect(await agency.tokens.get()).toMatchObject({ kind: 'token' });
  });

  test('exchanges the code that came to an instance which is no more', async () => {
    const { agency, other } = await openShared();
    await agency.tellTicket();
    await agency.component.stop();
    await agency.authorise();
    expect(agency.countOf('api_query_auth')).toBe(0);
    await agency.clock.advance(5000);
    expect(agency.countOf('api_query_auth')).toBe(1);
    expect(await other.tokens.get()).toMatchObject({ kind: 'token' });
  });
});
