import { describe, expect, test } from 'vitest';
import { type BegunTurn, type Change, findStale } from '../../chaos/audit.ts';
import {
  type Holding,
  holdingsOf,
  judgeLimit,
  longestSilenceAfter,
  owedOrder,
} from '../../chaos/cluster-judge.ts';
import type { Deed, Kind } from '../../chaos/disturb.ts';
import { type Arrival, judge, type Saying } from '../../chaos/judge.ts';
import { attribute, type RoadCall } from '../../chaos/roads.ts';

const visitor = 'oChaos0000000000000000000001';

function said(number: number, acknowledgedAt = 0): Saying {
  return { direction: 'forward', visitor, number, acknowledgedAt };
}

function came(number: number, at: number, instance = 'i1'): Arrival {
  return { direction: 'forward', visitor, number, at, instance };
}

function called(at: number, numbers: readonly number[] = [], instance = 'i1'): RoadCall {
  return { at, instance, direction: 'forward', path: '/send', visitor, numbers };
}

function deed(kind: Kind, from: number, until: number, instance = 'i1'): Deed {
  return { kind, instance, from, until };
}

describe('repeats with several instances', () => {
  const twice = [came(1, 10, 'i1'), came(1, 50, 'i2')];

  test.each([
    ['the one that called first was disturbed meanwhile', deed('kill', 20, 40, 'i1'), 0],
    ['it had been disturbed before it called, and still was', deed('cut', 5, 12, 'i1'), 0],
    ['the one that repeats was', deed('pause', 2, 45, 'i2'), 0],
    ['a third one was', deed('kill', 20, 40, 'i3'), 1],
    ['the disturbance was over before', deed('cut', 2, 8, 'i1'), 1],
    ['the disturbance came later', deed('cut', 60, 80, 'i1'), 1],
  ])('are judged by who called: %s', (_, disturbance, unexplained) => {
    expect(judge([said(1)], twice, [disturbance]).unexplained).toHaveLength(unexplained);
  });
});

describe('who brought an arrival', () => {
  test('is the one that called last with these words before it', () => {
    const calls = [called(1, [1, 2], 'i1'), called(5, [1], 'i2'), called(30, [1], 'i3')];
    const arrivals = [{ direction: 'forward', visitor, number: 1, at: 6 } as const];
    expect(attribute(arrivals, calls)).toEqual([{ ...arrivals[0], instance: 'i2' }]);
  });

  test('is not known without a call', () => {
    const arrivals = [{ direction: 'forward', visitor, number: 3, at: 6 } as const];
    expect(attribute(arrivals, [called(1, [1])])).toEqual(arrivals);
  });
});

describe('a limit', () => {
  const limit = { name: 'sends', perSecond: 2, counts: ({ path }: RoadCall) => path === '/send' };

  test('counts the fullest window of 980 ms, whoever called', () => {
    const calls = [called(0), called(500, [], 'i2'), called(979, [], 'i3'), called(3000)];
    expect(judgeLimit(limit, calls, [])).toMatchObject({ calls: 4, fullest: 3, late: 0 });
    const apart = [called(0), called(500, [], 'i2'), called(980, [], 'i3')];
    expect(judgeLimit(limit, apart, [])).toMatchObject({ fullest: 2 });
  });

  test('counts no other calls', () => {
    expect(judgeLimit(limit, [{ ...called(0), path: '/token' }], [])).toMatchObject({ calls: 0, fullest: 0 });
  });

  test('counts apart what a process had begun before its pause', () => {
    const calls = [called(90, [], 'i2'), called(95, [], 'i2'), called(101, [], 'i1'), called(300, [], 'i1')];
    const judged = judgeLimit(limit, calls, [deed('pause', 10, 100, 'i1')]);
    expect(judged).toMatchObject({ calls: 4, fullest: 3, late: 1 });
    expect(judgeLimit(limit, calls, [deed('cut', 10, 100, 'i1')]).late).toBe(0);
  });
});

test('order is not owed to what nobody acknowledged', () => {
  const unheard: Saying = { direction: 'forward', visitor, number: 1 };
  const late = [came(2, 10), came(1, 20)];
  const sayings = [unheard, said(2)];
  expect(owedOrder(judge(sayings, late, []).disordered, sayings)).toEqual([]);
  const heard = [said(1), said(2)];
  expect(owedOrder(judge(heard, late, []).disordered, heard)).toEqual([came(1, 20)]);
});

describe('the longest silence after a kill', () => {
  test('is that of a conversation which was owed something', () => {
    const silence = longestSilenceAfter([deed('kill', 100, 150)], [said(1, 90)], [came(1, 400)]);
    expect(silence?.ms).toBe(300);
  });

  test('begins with the acknowledgement where that came later', () => {
    const silence = longestSilenceAfter([deed('kill', 100, 150)], [said(1, 250)], [came(1, 400)]);
    expect(silence?.ms).toBe(150);
  });

  test('is owed to a visitor once he has spoken', () => {
    const reply = (at: number) => ({ direction: 'reply', visitor, number: 1, at }) as const;
    const answered: Saying = { direction: 'reply', visitor, number: 1, acknowledgedAt: 90 };
    const kill = [deed('kill', 100, 150)];
    expect(longestSilenceAfter(kill, [answered], [reply(400)])).toBeUndefined();
    expect(longestSilenceAfter(kill, [answered, said(1, 350)], [reply(400)])?.ms).toBe(50);
  });

  test('begins anew where something was done to the one that had taken over, and only then', () => {
    const lane = `forward ${visitor}`;
    const all = [deed('kill', 100, 150), deed('kill', 250, 300, 'i2')];
    const silenceOf = (...holdings: readonly Holding[]) =>
      longestSilenceAfter(all.slice(0, 1), [said(1, 90)], [came(1, 400)], { all, holdings })?.ms;
    expect(silenceOf({ lane, instance: 'i1', at: 80 })).toBe(300);
    expect(silenceOf({ lane, instance: 'i2', at: 200 })).toBe(150);
    expect(silenceOf({ lane, instance: 'i2', at: 80 })).toBe(300);
    expect(silenceOf({ lane, instance: 'i2', at: 200 }, { lane, instance: 'i3', at: 220 })).toBe(300);
    expect(silenceOf({ lane: 'reply', instance: 'i2', at: 200 })).toBe(300);
  });

  test('knows the lanes of conversations by their visitors', () => {
    const turn = { by: 'i2.3', turn: 4, at: 7 };
    const turns = ['helpdesk shop/main c_1', 'reply c_1', 'helpdesk shop/main '].map((lane) => ({
      ...turn,
      lane,
    }));
    expect(holdingsOf(turns, new Map([['c_1', visitor]]))).toEqual([
      { lane: `forward ${visitor}`, instance: 'i2', at: 7 },
      { lane: `reply ${visitor}`, instance: 'i2', at: 7 },
    ]);
  });

  test('is none where nothing was owed', () => {
    const earlier = [came(1, 95)];
    expect(longestSilenceAfter([deed('kill', 100, 150)], [said(1, 90)], earlier)).toBeUndefined();
  });
});

describe('a change of state', () => {
  const lane = `helpdesk shop/main shop/${visitor}`;
  const begun = (by: string, turn: number, at: number): BegunTurn => ({ by, lane, turn, at });
  const changed = (by: string, turn: number, at: number): Change => ({
    ...begun(by, turn, at),
    message: 'm1',
    before: 'forwarding',
    after: 'forwarded',
  });
  const alive = [{ by: 'i1.1' }, { by: 'i2.1' }];
  const turns = [begun('i1.1', 1, 10), begun('i2.1', 2, 20)];

  test('stands in a turn of its own', () => {
    expect(findStale(turns, [changed('i1.1', 1, 12), changed('i2.1', 2, 22)], alive)).toEqual([]);
  });

  test('is stale by somebody whose turn is over', () => {
    const stale = changed('i1.1', 2, 30);
    expect(findStale(turns, [stale], alive)).toEqual([stale]);
  });

  test('is stale in the turn of somebody who lives, and not of the dead', () => {
    const taken = changed('i3.1', 2, 30);
    expect(findStale(turns, [taken], alive)).toEqual([taken]);
    expect(findStale(turns, [taken], [{ by: 'i1.1' }, { by: 'i2.1', endedAt: 25 }])).toEqual([]);
  });
});
