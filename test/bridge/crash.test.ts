import { describe, expect, test } from 'vitest';
import { runCrash } from '../../chaos/crash.ts';
import { type Arrival, complaintsOf, judge, longestSilenceAliveMs, type Saying } from '../../chaos/judge.ts';

describe('the bridge under kill -9', () => {
  test('loses nothing that was acknowledged, keeps every conversation in order, and stops cleanly', async () => {
    const report = await runCrash({
      rounds: 2,
      seed: 20,
      visitors: 6,
      pauseMs: 150,
      lifeMs: 700,
      settleMs: 8000,
    });
    expect(report.complaints).toEqual([]);
    expect(report.acknowledged.forward).toBeGreaterThan(0);
    expect(report.acknowledged.reply).toBeGreaterThan(0);
  }, 60_000);
});

describe('the judgement of a crash', () => {
  const said = (number: number): Saying => ({
    direction: 'forward',
    visitor: 'v',
    number,
    acknowledgedAt: 0,
  });
  const came = (number: number, at: number): Arrival => ({ direction: 'forward', visitor: 'v', number, at });
  const restart = (at: number) => ({ from: at, until: at });

  test('has nothing to say where all arrived in order', () => {
    expect(complaintsOf(judge([said(1), said(2)], [came(1, 10), came(2, 20)], []))).toEqual([]);
  });

  test('tells what was acknowledged and never arrived', () => {
    expect(judge([said(1), said(2)], [came(2, 20)], []).lost).toEqual([said(1)]);
  });

  test('does not miss what nobody acknowledged', () => {
    const unheard: Saying = { direction: 'forward', visitor: 'v', number: 1 };
    expect(complaintsOf(judge([unheard, said(2)], [came(2, 20)], []))).toEqual([]);
  });

  test('tells a first arrival after a later message', () => {
    expect(judge([said(1), said(2)], [came(2, 10), came(1, 20)], []).disordered).toEqual([came(1, 20)]);
  });

  test('takes a repeat across a restart for what was in flight', () => {
    const judgement = judge([said(1)], [came(1, 10), came(1, 30)], [restart(20)]);
    expect(judgement.repeated).toEqual([came(1, 30)]);
    expect(complaintsOf(judgement)).toEqual([]);
  });

  test('takes lines that were joined into one send for one', () => {
    const once = [came(1, 10), came(2, 10)];
    const again = [came(1, 30), came(2, 30)];
    const judgement = judge([said(1), said(2)], [...once, ...again], [restart(20)]);
    expect(judgement.repeated).toEqual(again);
    expect(complaintsOf(judgement)).toEqual([]);
    expect(judge([said(1), said(2)], [...once, ...again], [restart(5)]).unexplained).toEqual(again);
  });

  test.each([
    ['without a restart between', [came(1, 10), came(1, 30)], [restart(5)]],
    ['of what was not the last before the restart', [came(1, 10), came(2, 11), came(1, 30)], [restart(20)]],
  ])('tells a repeat %s', (_, arrivals, disturbances) => {
    expect(judge([said(1), said(2)], arrivals, disturbances).unexplained).toEqual([came(1, 30)]);
  });

  test('tells what nobody said', () => {
    expect(judge([said(1)], [came(1, 10), came(7, 20)], []).invented).toEqual([came(7, 20)]);
  });

  test('counts silence only while a process listens', () => {
    const lives = [
      { startedAt: 0, listenedAt: 5, endedAt: 15 },
      { startedAt: 900, listenedAt: 1000, endedAt: 2000 },
    ];
    expect(longestSilenceAliveMs([came(1, 10), came(2, 1040)], 'forward', lives)).toBe(40);
  });
});
