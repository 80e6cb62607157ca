import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLease, type Lease } from '../../src/relay/lease.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { aroundBatches } from '../relay/turns/batches.ts';
import { agentSays, openWorld, textOf, type World } from '../relay/turns/world.ts';
import { makePostgresPlace, type PostgresPlace } from './place.ts';

/** The relay of one instance of several: its turns hold their lanes in the database. */
let place: PostgresPlace;
let world: World;
let lease: Lease;
let batches: string[];

beforeEach(async () => {
  place = await makePostgresPlace();
  const store = await openPostgres({ url: place.url, connections: 4, alone: false, onFailure: () => {} });
  world = await openWorld({ openStore: () => store });
  const { clock, log, stopping } = world.bridge;
  lease = createLease({ store: world.bridge.store, clock, log, leaseMs: 60_000, stopping });
  await lease.begin();
  Object.assign(world.bridge, { lease });
  batches = [];
  aroundBatches(world.bridge.store, (statements, run) => {
    batches.push(statements.join(' '));
    return run();
  });
});
afterEach(async () => {
  await lease.end();
  await world.close();
  await place.remove();
});

const taken = () => place.query('select id from lane where owner is not null or again <> 0');
const batchesOf = async (say: () => Promise<unknown>) => {
  batches.length = 0;
  await say();
  return batches.length;
};

describe('a line', () => {
  test('that is forwarded costs three batches: kept, taken, and settled, which lets the lane go', async () => {
    await world.push('the first one binds him');
    expect(await batchesOf(() => world.push('hello'))).toBe(3);
    expect(batches.map((statements) => statements.split(' ')[0])).toEqual([
      'seen.see',
      'lease.beginTurn',
      'turn.prove',
    ]);
    expect(world.told.forwards.map(textOf)).toEqual(['the first one binds him', 'hello']);
    expect(await taken()).toEqual([]);
  });

  test('that is sent to the visitor costs six, five before its call and one behind it', async () => {
    await world.push('hello');
    await world.callback(agentSays('the first one makes the lane'));
    expect(await batchesOf(() => world.callback(agentSays('hi')))).toBe(6);
    expect(world.told.sends.map(textOf)).toEqual(['the first one makes the lane', 'hi']);
    expect(await taken()).toEqual([]);
  });
});

describe('a lane in which nothing is left', () => {
  test('stays for one more turn where something came for it meanwhile', async () => {
    const note = world.clock.watch(() => place.query('update lane set again = 1 where owner is not null'));
    world.onForward(() => note().then(() => ({ outcome: 'accepted' })));
    await world.push('hello');
    expect(batches.filter((statements) => /^lease.beginTurn turn.claim/.test(statements))).toHaveLength(2);
    expect(await taken()).toEqual([]);
  });

  test('is none where a message waits for its time, or a wake is due', async () => {
    world.onForward(() => ({ outcome: 'later', code: 'busy', because: 'vendor', afterMs: 5000 }));
    await world.push('hello');
    expect(batches.at(-1)).toBe('lease.endTurn');
    expect(await taken()).toEqual([]);
    world.onForward(() => ({ outcome: 'accepted' }));
    await world.clock.advance(5000);
    expect((await world.messages()).map(({ state }) => state)).toEqual(['forwarded']);
  });

  test('is none where one that died has left something in flight', async () => {
    await world.push('hello');
    await place.query(
      `update message set state = 'forwarding', finished_at = null; update lane set owner = 'i_dead' where id like 'helpdesk %'`,
    );
    const [lane] = await place.query("select conversation from message where state = 'forwarding'");
    const conversation = String(lane?.conversation);
    world.bridge.lanes.wake({ kind: 'helpdesk', tenant: 'shop', helpdesk: 'shop/main', conversation });
    await world.clock.settle();
    expect(world.told.forwards.map(textOf)).toEqual(['hello', 'hello']);
    expect(await taken()).toEqual([]);
  });
});
