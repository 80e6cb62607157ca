import { parseArgs } from 'node:util';
import type { SendRules } from '../src/ports/channel.ts';
import { wechatSettings } from '../src/wechat/settings.ts';
import { type Burst, type Rhythm, rhythmA, rhythmB, seededRandom } from './allowance/rhythms.ts';
import { type Delivered, deliverKnowing, deliverNaively, deliverPlanned } from './allowance/simulate.ts';
import { judge, printTable } from './numbers.ts';

/**
 * Agents' rhythms through the real planner with a moved clock: the share of their lines that reach the visitor without
 * a further act of his, and how long each line waited for it, beside sending each line at once and beside a planner that
 * knows the future. Exit status 1 if a goal is missed.
 */
export async function benchAllowance(args: readonly string[]): Promise<number> {
  const whole = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { bursts: whole, seed: whole } });
  const count = Number(values.bursts ?? 20_000);
  const seed = Number(values.seed ?? 42);
  const results = [rhythmA, rhythmB].map((rhythm) => measure(rhythm, count, seed));
  for (const { rhythm, rows } of results) {
    printTable(`${rhythm.name}, ${count} bursts, seed ${seed}`, rows);
  }
  const [a, b] = results;
  if (!a || !b) return 1;
  const half = (b.naive.share + b.knowing.share) / 2;
  const verdicts = [
    judge('A: share at least 0.96', a.planned.share >= 0.96, a.planned.share.toFixed(4)),
    judge('A: median wait 0 s', a.planned.medianMs === 0, seconds(a.planned.medianMs)),
    judge('A: p95 of the wait under 12 s', a.planned.p95Ms < 12_000, seconds(a.planned.p95Ms)),
    judge(`B: share at least ${half.toFixed(4)}`, b.planned.share >= half, b.planned.share.toFixed(4)),
    judge('B: p95 of the wait under 25 s', b.planned.p95Ms < 25_000, seconds(b.planned.p95Ms)),
  ];
  return verdicts.every(Boolean) ? 0 : 1;
}

/** The settings as they come, without a WeChat account. */
const defaults: SendRules = (() => {
  const { joinWaitMs, joinWaitMaxMs, reserveForHuman, textMaxBytes, holdTtlSec } = wechatSettings.shape;
  return {
    joinWaitMs: joinWaitMs.parse(undefined),
    joinWaitMaxMs: joinWaitMaxMs.parse(undefined),
    reserveForHuman: reserveForHuman.parse(undefined),
    textMaxBytes: textMaxBytes.parse(undefined),
    holdTtlMs: holdTtlSec.parse(undefined) * 1000,
  };
})();

/** Waits by remaining sends (1, 2, 3, more), from none to the longest pause of a rhythm. */
const curve: readonly (readonly number[])[] = [
  [0, 0, 0, 0],
  [5000, 0, 0, 0],
  [10_000, 0, 0, 0],
  [10_000, 4000, 1000, 0],
  [10_000, 8000, 4000, 0],
  [12_000, 8000, 4000, 0],
  [15_000, 8000, 0, 0],
  [15_000, 15_000, 0, 0],
  [15_000, 15_000, 8000, 0],
  [15_000, 15_000, 15_000, 15_000],
];

function measure(rhythm: Rhythm, count: number, seed: number) {
  const random = seededRandom(seed);
  const bursts = Array.from({ length: count }, () => rhythm.burst(random));
  const naive = sum(bursts.map(deliverNaively));
  const knowing = sum(bursts.map(deliverKnowing));
  const planned = sum(deliverAll(bursts, defaults));
  const rows = [
    ['', 'share', 'median', 'p95'],
    row('each line at once', naive),
    ...curve.map((joinWaitMs) =>
      row(
        `waits ${joinWaitMs.map((ms) => ms / 1000).join(' ')} s`,
        sum(deliverAll(bursts, { ...defaults, joinWaitMs })),
      ),
    ),
    row(`default: ${defaults.joinWaitMs.map((ms) => ms / 1000).join(' ')} s`, planned),
    row('knows the future', knowing),
  ];
  return { rhythm, rows, naive, knowing, planned };
}

function deliverAll(bursts: readonly Burst[], rules: SendRules): readonly Delivered[] {
  return bursts.map((burst) => deliverPlanned(burst, rules));
}

interface Sum {
  readonly share: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

function sum(delivered: readonly Delivered[]): Sum {
  const lines = delivered.reduce((total, each) => total + each.lines, 0);
  const waits = delivered.flatMap((each) => each.waits).toSorted((one, other) => one - other);
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
  return { share: waits.length / lines, medianMs: at(0.5), p95Ms: at(0.95) };
}

function row(name: string, { share, medianMs, p95Ms }: Sum): readonly string[] {
  return [name, share.toFixed(4), seconds(medianMs), seconds(p95Ms)];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
