import { parseArgs } from 'node:util';
import { runCluster } from './cluster.ts';
import { runCrash } from './crash.ts';
import { describeCluster, describeCrash } from './describe.ts';
import { type Kind, kinds } from './disturb.ts';

/** `npm run chaos -- crash|cluster [options]`: exit status 1 if an invariant breaks, 2 for a wrong call. */

const usage = `usage: npm run chaos -- crash [--rounds 50] [--seed S] [--visitors 20] [--pause-ms 150] [--life-ms 1500]
       npm run chaos -- cluster [--rounds 50] [--seed S] [--instances 3] [--lease SECONDS] [--visitors 12]
                                [--pause-ms 800] [--limit 12] [--kinds ${kinds.join()}]
       both: [--evidence FOLDER] for logs and tables (crash: if an invariant breaks)
`;
const mostComplaints = 20;
const settleMs = 120_000;

/** The numbers that each command takes, with their defaults. */
const numbers = {
  crash: { rounds: 50, visitors: 20, 'pause-ms': 150, 'life-ms': 1500 },
  cluster: { rounds: 50, visitors: 12, 'pause-ms': 800, instances: 3, limit: 12 },
} as const;

process.exit(await run());

async function run(): Promise<number> {
  const call = readCall();
  if (call === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  process.stdout.write(`seed ${call.options.seed}, ${call.options.rounds} rounds\n`);
  const { complaints, text } = await call.start();
  process.stdout.write(text);
  if (complaints.length === 0) return 0;
  for (const complaint of complaints.slice(0, mostComplaints)) process.stdout.write(`${complaint}\n`);
  process.stdout.write(`${complaints.length} complaints; repeat with --seed ${call.options.seed}\n`);
  return 1;
}

function readCall() {
  const [command, ...args] = process.argv.slice(2);
  try {
    if (command === 'crash') {
      const { read, common } = readOptions(args, [...Object.keys(numbers.crash), 'seed'], numbers.crash);
      const options = { ...common, lifeMs: read('life-ms') };
      const start = async () => {
        const report = await runCrash(options);
        return { complaints: report.complaints, text: describeCrash(report) };
      };
      return { options, start };
    }
    if (command !== 'cluster') return undefined;
    const names = [...Object.keys(numbers.cluster), 'seed', 'lease', 'kinds'];
    const { values, read, common } = readOptions(args, names, numbers.cluster);
    const options = {
      ...common,
      instances: read('instances'),
      limit: read('limit'),
      ...(values.lease !== undefined && { leaseSec: read('lease') }),
      ...(values.kinds !== undefined && { kinds: readKinds(values.kinds) }),
    };
    const start = async () => {
      const report = await runCluster(options);
      return { complaints: report.complaints, text: describeCluster(report) };
    };
    return { options, start };
  } catch {
    return undefined; // an unknown option, or no number: the usage says what is known
  }
}

function readOptions(
  args: readonly string[],
  names: readonly string[],
  defaults: Readonly<Record<string, number>>,
) {
  const whole = { type: 'string' } as const;
  const known = Object.fromEntries([...names, 'evidence'].map((name) => [name, whole]));
  const values: Readonly<Record<string, string | undefined>> = parseArgs({
    args: [...args],
    options: known,
  }).values;
  const read = (name: string) => {
    const number = Number(values[name] ?? defaults[name]);
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`expected ${name} to be a whole number`);
    return number;
  };
  const { evidence } = values;
  const common = {
    rounds: read('rounds'),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : read('seed'),
    visitors: read('visitors'),
    pauseMs: read('pause-ms'),
    settleMs,
    ...(evidence !== undefined && { evidence }),
  };
  return { values, read, common };
}

function readKinds(text: string): readonly [Kind, ...Kind[]] {
  const [first, ...others] = text.split(',').map((name) => {
    const kind = kinds.find((known) => known === name);
    if (kind === undefined) throw new Error(`expected one of ${kinds.join()}, got ${name}`);
    return kind;
  });
  if (first === undefined) throw new Error('expected a kind');
  return [first, ...others];
}
