import { parseArgs } from 'node:util';
import type { TestServer } from '../test/postgres/server.ts';
import { measureBacklog } from './engines/backlog.ts';
import { makeDatabase, startDurableServer } from './engines/databases.ts';
import { type EngineScene, openEngineScene, type Underway } from './engines/scene.ts';
import type { Fired } from './intake/generator.ts';
import { openGenerator } from './intake/scene.ts';
import { judge, median, medianRatio, printTable, quantile, rateOf } from './numbers.ts';

/**
 * A line may come so much later with the store in a database than in a file, at the median: about what it takes a queue
 * beside the rows to wake a worker.
 */
const goals = { hopMs: 11 } as const;

const whole = { type: 'string' } as const;
const settings = {
  rounds: whole,
  count: whole,
  connections: whole,
  rate: whole,
  seconds: whole,
  waiting: whole,
  restarts: whole,
} as const;

type Options = Readonly<Record<keyof typeof settings, number>> & { readonly instances: readonly number[] };

interface Side {
  readonly name: string;
  readonly scene: EngineScene;
}

/**
 * The whole bridge with its store in SQLite, and as several instances on one PostgreSQL, all behind the load balancer:
 * pushes acknowledged a second, and how long a line is under way in each direction; then with many messages waiting.
 */
export async function benchEngines(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const server = await startDurableServer();
  try {
    const isFast = await measureEngines(server, options);
    const isSqlite = await measureBacklog(server, 'sqlite', options);
    const isPostgres = await measureBacklog(server, 'postgres', options);
    return isFast && isSqlite && isPostgres ? 0 : 1;
  } finally {
    await server.stop();
  }
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...settings,
      quick: { type: 'boolean', default: false },
      instances: { ...whole, default: '1,2,4' },
    },
  });
  const { quick, instances, ...given } = values;
  const defaults = quick
    ? { rounds: 1, count: 500, connections: 64, rate: 10, seconds: 5, waiting: 100_000, restarts: 1 }
    : { rounds: 5, count: 3000, connections: 64, rate: 10, seconds: 20, waiting: 1_000_000, restarts: 3 };
  const read = (name: string, text: string) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1)
      throw new Error(`expected --${name} to be a whole number from 1`);
    return number;
  };
  const chosen = Object.entries(given).map(([name, text]) => [name, read(name, String(text))]);
  return {
    ...defaults,
    ...Object.fromEntries(chosen),
    instances: instances.split(',').map((text) => read('instances', text)),
  };
}

async function measureEngines(server: TestServer, options: Options): Promise<boolean> {
  const sides: Side[] = [];
  const generator = openGenerator();
  try {
    sides.push({ name: 'SQLite', scene: await openEngineScene('sqlite', 1) });
    for (const count of options.instances) {
      const scene = await openEngineScene(await makeDatabase(server), count);
      sides.push({ name: `PostgreSQL, instances: ${count}`, scene });
    }
    const floods = await inTurns(sides, options.rounds, ({ scene }) => scene.flood(generator, options));
    const isTaken = printRates(floods, options);
    const { rate: perSecond, rounds } = options;
    const talk = { perSecond, seconds: Math.max(1, Math.round(options.seconds / rounds)) };
    const talks = await inTurns(sides, rounds, ({ scene }) => scene.talk(talk));
    return printTimes(talks, options) && isTaken;
  } finally {
    await Promise.all([generator.end(), ...sides.map(({ scene }) => scene.close())]);
  }
}

/** What each side gave. */
type Given<Result> = readonly (readonly [name: string, results: readonly Result[]])[];

/** Rounds in which each side has its go; the first warms up. */
async function inTurns<Result>(
  sides: readonly Side[],
  rounds: number,
  run: (side: Side) => Promise<Result>,
): Promise<Given<Result>> {
  const given = sides.map(({ name }): [string, Result[]] => [name, []]);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, side] of sides.entries()) {
      const result = await run(side);
      if (round > 0) given[index]?.[1].push(result);
    }
  }
  return given;
}

function printRates(floods: Given<Fired>, { rounds, count, connections }: Options): boolean {
  const ratesOf = (all: readonly Fired[]) => all.map(rateOf);
  const first = ratesOf(floods[0]?.[1] ?? []);
  const failed = floods.flatMap(([, all]) => all).reduce((sum, fired) => sum + fired.failed, 0);
  printTable(
    `Acknowledged pushes a second while all are forwarded, ${rounds} alternating rounds of ${count}, ${connections} connections`,
    [
      ['', 'median', 'median ratio', 'p50 ms', 'p99 ms'],
      ...floods.map(([name, all]) => {
        const latencies = all.flatMap(({ latenciesMs }) => latenciesMs);
        const rates = ratesOf(all);
        return [
          name,
          Math.round(median(rates)),
          medianRatio(rates, first).toFixed(2),
          ...quantiles(latencies),
        ];
      }),
    ],
  );
  return judge('every push acknowledged', failed === 0, `${failed} that were not`);
}

function printTimes(talks: Given<Underway>, { rate, seconds }: Options): boolean {
  const sums = talks.map(([name, all]) => ({
    name,
    forwards: all.flatMap(({ forwards }) => forwards),
    replies: all.flatMap(({ replies }) => replies),
    missing: all.reduce((sum, { missing }) => sum + missing, 0),
  }));
  printTable(`From line to line at ${rate} a second each way for ${seconds} s (ms)`, [
    ['', 'push to helpdesk p50', 'p99', 'callback to WeChat p50', 'p99', 'missing'],
    ...sums.map(({ name, forwards, replies, missing }) => [
      name,
      ...quantiles(forwards),
      ...quantiles(replies),
      missing,
    ]),
  ]);
  const missing = sums.reduce((sum, side) => sum + side.missing, 0);
  const [first, second] = sums.map(({ forwards, replies }) => median([...forwards, ...replies]));
  const hop = (second ?? 0) - (first ?? 0);
  const isThere = judge('every line comes', missing === 0, `${missing} missing`);
  const isNear = judge(
    `at the median less than ${goals.hopMs} ms later than with SQLite`,
    hop < goals.hopMs,
    `${hop.toFixed(1)} ms`,
  );
  return isThere && isNear;
}

function quantiles(times: readonly number[]): readonly string[] {
  return [0.5, 0.99].map((share) => quantile(times, share).toFixed(1));
}
