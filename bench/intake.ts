import { parseArgs } from 'node:util';
import { measureForwards } from './intake/forwards.ts';
import type { Fired } from './intake/generator.ts';
import { type IntakeScene, openIntakeScene, type Round, type Side } from './intake/scene.ts';
import { judge, median, medianRatio, printTable, quantile, rateOf } from './numbers.ts';

/** What the intake is to reach, on two cores that the load generator shares. */
const goals = { ratio: 0.9, p99Ms: 50, rssMegabytes: 250 } as const;

interface Options {
  readonly starts: number;
  readonly rounds: number;
  readonly count: number;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
  readonly memory: number;
  readonly forwards: number;
}

/**
 * Signed, encrypted pushes acknowledged by the bridge's own intake and store, beside a twin that stores nothing: their
 * rates in alternating rounds, their latencies at a steady rate, and the memory over many pushes.
 */
export async function benchIntake(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const isQuick = await compareRates(options);
  const isFast = (await withScene((scene) => measureLatencies(scene, options))) && isQuick;
  // Processes of their own: what the rounds before left behind says nothing about pushes.
  const isLean = await withScene((scene) => measureMemory(scene, options));
  if (options.forwards > 0) await measureForwards(options);
  return isFast && isLean ? 0 : 1;
}

async function withScene<Result>(measure: (scene: IntakeScene) => Promise<Result>): Promise<Result> {
  const scene = await openIntakeScene();
  try {
    return await measure(scene);
  } finally {
    await scene.close();
  }
}

function readOptions(args: readonly string[]): Options {
  const whole = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      starts: whole,
      rounds: whole,
      count: whole,
      connections: whole,
      rate: whole,
      seconds: whole,
      memory: whole,
      forwards: whole,
    },
  });
  const { quick, ...given } = values;
  const defaults = quick
    ? {
        starts: 1,
        rounds: 5,
        count: 2000,
        connections: 64,
        rate: 1000,
        seconds: 3,
        memory: 50_000,
        forwards: 500,
      }
    : {
        starts: 5,
        rounds: 4,
        count: 10_000,
        connections: 64,
        rate: 1000,
        seconds: 20,
        memory: 500_000,
        forwards: 3000,
      };
  const chosen = Object.entries(given).map(([name, value]) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < 0)
      throw new Error(`expected --${name} to be a whole number`);
    return [name, number];
  });
  return { ...defaults, ...Object.fromEntries(chosen) };
}

/** Each start has a share of the rounds, as V8 compiles the same program better in one process than in another. */
async function compareRates(options: Options): Promise<boolean> {
  const { starts, rounds, count, connections } = options;
  const results: Record<Side, Round[]> = { none: [], nowhere: [], sqlite: [] };
  for (let start = 0; start < starts; start += 1) {
    await withScene((scene) => runRounds(scene, options, results));
  }
  const ratesOf = (side: Side) => results[side].map(({ fired }) => rateOf(fired));
  const ratioOf = (side: Side) => medianRatio(ratesOf(side), ratesOf('none'));
  const microsOf = (side: Side, cpu: 'cpuMs' | 'mainCpuMs') =>
    Math.round(median(results[side].map((result) => (result[cpu] * 1000) / count)));
  printTable(
    `Acknowledged pushes a second, ${starts} starts, ${rounds} alternating rounds of ${count}, ${connections} connections`,
    [
      ['', 'median', 'median ratio', 'CPU us/push', 'of the main thread'],
      ...sides.map((side) => [
        names[side],
        Math.round(median(ratesOf(side))),
        ratioOf(side).toFixed(2),
        microsOf(side, 'cpuMs'),
        microsOf(side, 'mainCpuMs'),
      ]),
    ],
  );
  const ratio = ratioOf('sqlite');
  return judge(`ratio to the twin at least ${goals.ratio}`, ratio >= goals.ratio, ratio.toFixed(2));
}

async function runRounds(
  scene: IntakeScene,
  options: Options,
  results: Readonly<Record<Side, Round[]>>,
): Promise<void> {
  const { rounds, count, connections } = options;
  await warmUp(scene, options);
  for (let round = 0; round < rounds; round += 1) {
    // There and back: what one leaves behind (pages on their way to the disk) meets another each time.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      results[side].push(await scene.fire(side, count, { kind: 'flood', connections }));
    }
  }
}

/**
 * What a process does for the first time takes many times as long, and V8 goes on compiling for tens of thousands of pushes,
 * on cores that are then missing.
 */
async function warmUp(scene: IntakeScene, { count, connections }: Options): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    for (const side of sides) await scene.fire(side, count, { kind: 'flood', connections });
  }
}

/** Rounds of the steady rate alternate too: the median of their quantiles is what one of them would show undisturbed. */
const steadyRounds = 5;

async function measureLatencies(scene: IntakeScene, options: Options): Promise<boolean> {
  const { rate, seconds } = options;
  await warmUp(scene, options);
  const results: Record<Side, Fired[]> = { none: [], nowhere: [], sqlite: [] };
  const order = { kind: 'steady', connections: 256, perSecond: rate } as const;
  const count = Math.ceil((rate * seconds) / steadyRounds);
  for (let round = 0; round < steadyRounds; round += 1) {
    for (const side of sides) results[side].push((await scene.fire(side, count, order)).fired);
  }
  const quantileOf = (side: Side, share: number) =>
    median(results[side].map(({ latenciesMs }) => quantile(latenciesMs, share)));
  printTable(`Latency at ${rate} pushes a second for ${seconds} s, from the scheduled time (ms)`, [
    ['', 'p50', 'p90', 'p99', 'p99.9', 'max', 'failed'],
    ...sides.map((side) => [
      names[side],
      ...[0.5, 0.9, 0.99, 0.999].map((share) => quantileOf(side, share).toFixed(1)),
      Math.max(...results[side].map(({ latenciesMs }) => quantile(latenciesMs, 1))).toFixed(1),
      results[side].reduce((sum, { failed }) => sum + failed, 0),
    ]),
  ]);
  const p99 = quantileOf('sqlite', 0.99);
  return judge(`p99 under ${goals.p99Ms} ms`, p99 < goals.p99Ms, `${p99.toFixed(1)} ms`);
}

const memoryStep = 50_000;

async function measureMemory(scene: IntakeScene, { memory, connections }: Options): Promise<boolean> {
  const curve: [number, number][] = [];
  for (let sent = 0; sent < memory; sent += memoryStep) {
    const count = Math.min(memoryStep, memory - sent);
    const { rssBytes } = await scene.fire('sqlite', count, { kind: 'flood', connections });
    curve.push([sent + count, rssBytes / 2 ** 20]);
  }
  printTable(`Resident memory of the bridge's intake and store over ${memory} pushes`, [
    ['pushes', 'MiB'],
    ...curve.map(([sent, megabytes]) => [sent, megabytes.toFixed(0)]),
  ]);
  const most = Math.max(...curve.map(([, megabytes]) => megabytes), 0);
  return judge(`under ${goals.rssMegabytes} MiB`, most < goals.rssMegabytes, `${most.toFixed(0)} MiB`);
}

const sides = ['none', 'nowhere', 'sqlite'] as const satisfies readonly Side[];

const names: Readonly<Record<Side, string>> = {
  none: 'twin: verify, decrypt, parse, answer',
  nowhere: 'planned, but not stored',
  sqlite: 'the bridge, durable',
};
