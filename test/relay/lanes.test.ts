import { describe, expect, test } from 'vitest';
import type { LaneId } from '../../src/relay/lane-id.ts';
import { one, openLanes, other, reply } from './open-lanes.ts';

describe('a lane', () => {
  test('that is woken runs a turn', async () => {
    const { lanes, clock, running } = openLanes();
    lanes.wake(one);
    await clock.settle();
    expect(running()).toEqual(['reply c_1']);
  });

  test('runs one turn at a time, and another for what came meanwhile', async () => {
    const { lanes, clock, turns } = openLanes();
    lanes.wake(one);
    await clock.settle();
    for (let times = 0; times < 5; times++) lanes.wake(one);
    await clock.settle();
    expect(turns).toHaveLength(1);
    turns[0]?.end();
    await clock.settle();
    expect(turns).toHaveLength(2);
    turns[1]?.end();
    await clock.settle();
    expect(turns).toHaveLength(2);
  });

  test('that waits for its turn needs no second one', async () => {
    const { lanes, clock, turns, running } = openLanes({ concurrency: 1 });
    lanes.wake(other);
    lanes.wake(one);
    lanes.wake(one);
    await clock.settle();
    turns[0]?.end();
    await clock.settle();
    turns[1]?.end();
    await clock.settle();
    expect(running()).toEqual(['reply c_2', 'reply c_1']);
  });

  test('runs again after its last turn has ended', async () => {
    const { lanes, clock, turns } = openLanes();
    for (let times = 1; times <= 3; times++) {
      lanes.wake(one);
      await clock.settle();
      expect(turns).toHaveLength(times);
      turns.at(-1)?.end();
      await clock.settle();
    }
  });

  test('does not wait for its neighbours', async () => {
    const { lanes, clock, running } = openLanes();
    lanes.wake(one);
    lanes.wake(other);
    await clock.settle();
    expect(running()).toEqual(['reply c_1', 'reply c_2']);
  });

  test('whose turn fails is logged, swept a second later, and runs again', async () => {
    let due: readonly LaneId[] = [one];
    const { lanes, clock, turns, lines } = openLanes({
      sweep: async () => ({ lanes: due, next: null }),
    });
    lanes.wake(one);
    await clock.settle();
    turns[0]?.fail();
    await clock.settle();
    expect(lines).toEqual([
      { event: 'turn.failed', fields: { lane: 'reply c_1', error: expect.any(TypeError) } },
    ]);
    expect(turns).toHaveLength(1);
    await clock.advance(999);
    expect(turns).toHaveLength(1);
    await clock.advance(1);
    expect(turns).toMatchObject([{ at: 0 }, { at: 1000 }]);
    due = [];
    turns[1]?.end();
    await clock.settle();
    expect(clock.timers()).toEqual([]);
  });

  test('that was woken while its turn failed runs again at once', async () => {
    const { lanes, clock, turns } = openLanes();
    lanes.wake(one);
    await clock.settle();
    lanes.wake(one);
    turns[0]?.fail();
    await clock.settle();
    expect(turns).toHaveLength(2);
  });
});

describe('a destination', () => {
  test('runs as many turns at a time as it may, and the rest as these end', async () => {
    const { lanes, clock, turns } = openLanes();
    for (let number = 0; number < 40; number++) lanes.wake(reply(`c_${number}`));
    await clock.settle();
    expect(turns).toHaveLength(32);
    turns[7]?.end();
    turns[9]?.fail();
    await clock.settle();
    expect(turns).toHaveLength(34);
  });

  test('whose turns all hang keeps no other waiting', async () => {
    const { lanes, clock, running } = openLanes();
    for (let number = 0; number < 40; number++) lanes.wake(reply(`c_${number}`));
    const helpdesk = { tenant: 'shop', helpdesk: 'shop/main', conversation: 'c_1' } as const;
    lanes.wake(reply('c_club', 'club'));
    lanes.wake({ kind: 'helpdesk', ...helpdesk });
    lanes.wake({ kind: 'pull', topic: 'stream', ...helpdesk });
    await clock.settle();
    expect(running().slice(32)).toEqual([
      'reply c_club',
      'helpdesk shop/main c_1',
      'pull shop/main c_1 stream',
    ]);
  });
});
