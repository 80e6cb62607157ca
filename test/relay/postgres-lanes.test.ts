import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lanesContract } from '../contract/lanes.ts';
import { type LaneInstance, laneOf, leaseMs } from '../contract/lanes-instance.ts';
import { openInstances, type SharedBench } from '../postgres/instances.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';

let place: PostgresPlace;
beforeAll(async () => {
  place = await borrowPostgresPlace();
});
afterAll(() => place.remove());

lanesContract('of three instances, on PostgreSQL', () => openInstances(place, 3));

describe('of several instances', () => {
  let bench: SharedBench;
  let one: LaneInstance;
  let two: LaneInstance;
  let three: LaneInstance;
  beforeEach(async () => {
    bench = await openInstances(place, 3);
    [one, two, three] = bench.instances as [LaneInstance, LaneInstance, LaneInstance];
  });
  afterEach(() => bench.close());

  const told = () => bench.calls.map(({ instance, names }) => `${instance}: ${names.join('+')}`);
  async function say(instance: LaneInstance, conversation: string, wake: string): Promise<void> {
    await instance.write(conversation, wake);
    instance.lanes.wake(laneOf(conversation));
    await bench.clock.settle();
  }
  async function end(number: number): Promise<void> {
    bench.calls[number]?.end();
    await bench.clock.settle();
  }

  test('one has a lane, however many are woken at once', async () => {
    await Promise.all(bench.instances.map((instance, number) => instance.write('c_1', `${number}`)));
    for (const { lanes } of bench.instances) lanes.wake(laneOf('c_1'));
    await bench.clock.settle();
    expect(bench.calls).toHaveLength(1);
    await end(0);
    await bench.clock.advance(2000);
    expect(bench.calls.flatMap(({ names }) => names).sort()).toEqual(['0', '1', '2']);
  });

  test('one dies between the commit and the wake: within a second another begins', async () => {
    await one.write('c_1', 'a');
    one.freeze();
    await bench.clock.advance(1000);
    expect(told()).toEqual([expect.stringMatching(/^instance [23]: a$/)]);
  });

  test('one dies, and what is due later runs within a second of its time', async () => {
    await one.write('c_1', 'a', bench.clock.now() + 10_000);
    one.freeze();
    await bench.clock.advance(9999);
    expect(told()).toEqual([]);
    await bench.clock.advance(1001);
    expect(told()).toEqual([expect.stringMatching(/^instance [23]: a$/)]);
  });

  test('one dies with a lane in hand: nobody begins before its time is over, then one does', async () => {
    await say(one, 'c_1', 'a');
    one.freeze();
    await say(two, 'c_1', 'b');
    await bench.clock.advance(5000);
    expect(told()).toEqual(['instance 1: a']);
    await bench.lapse(one);
    await bench.clock.advance(1000);
    expect(told()).toEqual(['instance 1: a', expect.stringMatching(/^instance [23]: a\+b$/)]);
    const lost = [two, three].flatMap(({ events }) => events.filter((event) => event === 'instance.lost'));
    expect(lost).toEqual(['instance.lost']);
  });

  test('one that was frozen is refused what it writes, calls nobody, and begins anew', async () => {
    await say(one, 'c_1', 'a');
    await say(one, 'c_1', 'b');
    one.freeze();
    await bench.lapse(one);
    await bench.clock.advance(1000);
    expect(told().slice(1)).toEqual([expect.stringMatching(/^instance [23]: a\+b$/)]);
    one.pass(leaseMs);
    bench.calls[0]?.end(); // the answer was there when it woke
    one.wakeUp();
    await bench.clock.settle();
    expect(await bench.left()).toEqual(['a', 'b']);
    expect(bench.calls).toHaveLength(2);
    await end(1);
    expect(await bench.left()).toEqual([]);
    await bench.clock.advance(2000);
    expect(one.events).toContain('lease.lapsed');
    await say(one, 'c_2', 'c');
    expect(told().slice(2)).toEqual(['instance 1: c']);
  });

  test('one that was frozen makes no call that it was about to make', async () => {
    await one.write('c_1', 'a');
    one.lanes.wake(laneOf('c_1'));
    one.freeze();
    await bench.clock.settle();
    one.pass(leaseMs);
    one.wakeUp();
    await bench.clock.settle();
    expect(told()).toEqual([]);
    await bench.lapse(one);
    await bench.clock.advance(2000);
    expect(bench.calls).toHaveLength(1);
  });

  test('one whose row was taken away notices when it renews it', async () => {
    await say(one, 'c_1', 'a');
    await bench.lapse(one);
    await bench.clock.advance(leaseMs / 3 + 1000);
    expect(one.events.filter((event) => event.startsWith('lease.'))).toEqual([
      'lease.begun',
      'lease.lapsed',
      'lease.begun',
    ]);
    expect(bench.calls[0]).toMatchObject({ isCut: true });
    expect(bench.calls).toHaveLength(2);
  });

  test('one stops: what it had not begun others find within a second, and what it has it ends itself', async () => {
    await say(one, 'c_1', 'a');
    const stopping = one.lanes.stop();
    await say(one, 'c_2', 'b');
    await bench.clock.advance(1000);
    expect(told()).toEqual(['instance 1: a', expect.stringMatching(/^instance [23]: b$/)]);
    await end(0);
    await stopping;
    await one.lease?.end();
    await say(two, 'c_1', 'c');
    expect(told().slice(2)).toEqual(['instance 2: c']);
    expect([two, three].flatMap(({ events }) => events)).not.toContain('instance.lost');
  });

  test('one stops in the middle of a turn: others go on with it at once', async () => {
    await say(one, 'c_1', 'a');
    one.freeze();
    await place.query('delete from instance where id = $1', [one.lease?.current()?.id]); // as the end of a lease does
    await bench.clock.advance(1000);
    expect(told().slice(1)).toEqual([expect.stringMatching(/^instance [23]: a$/)]);
  });

  test('what only an unknown helpdesk has waits for one that knows it', async () => {
    await place.query(
      `insert into wake (helpdesk, conversation, name, due, first_due, attempts) values ('shop/new', 'c_1', 'a', 0, 0, 0)`,
    );
    await bench.clock.advance(3000);
    expect(bench.calls).toEqual([]);
    expect(await bench.left()).toEqual(['a']);
  });
});
