import { parseArgs } from 'node:util';
import { type BothWays, type CrashReport, runCrash } from './crash.ts';

/** `npm run chaos -- crash [--rounds N] [--seed S]`: exit status 1 if an invariant breaks, 2 for a wrong call. */

const usage = `usage: npm run chaos -- crash [--rounds 50] [--seed S] [--visitors 20] [--pause-ms 150] [--evidence FOLDER]
`;
const mostComplaints = 20;

process.exit(await run());

async function run(): Promise<number> {
  const call = readCall();
  if (call === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  process.stdout.write(`seed ${call.seed}, ${call.rounds} rounds\n`);
  const report = await runCrash(call);
  process.stdout.write(describe(report));
  if (report.complaints.length === 0) return 0;
  for (const complaint of report.complaints.slice(0, mostComplaints)) process.stdout.write(`${complaint}\n`);
  process.stdout.write(`${report.complaints.length} complaints; repeat with --seed ${call.seed}\n`);
  return 1;
}

function readCall() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '50' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        visitors: { type: 'string', default: '20' },
        'pause-ms': { type: 'string', default: '150' },
        'life-ms': { type: 'string', default: '1500' },
        evidence: { type: 'string' },
      },
    });
    const numbers = {
      rounds: Number(values.rounds),
      seed: Number(values.seed),
      visitors: Number(values.visitors),
      pauseMs: Number(values['pause-ms']),
      lifeMs: Number(values['life-ms']),
    };
    const isSound = positionals.join() === 'crash' && Object.values(numbers).every(Number.isSafeInteger);
    if (!isSound) return undefined;
    return {
      ...numbers,
      settleMs: 120_000,
      ...(values.evidence !== undefined && { evidence: values.evidence }),
    };
  } catch {
    return undefined; // an unknown option: the usage says what is known
  }
}

function describe({ said, acknowledged, judgement, silenceMs, ...report }: CrashReport): string {
  const repeats = (direction: 'forward' | 'reply') =>
    judgement.repeated.filter((arrival) => arrival.direction === direction).length;
  const rows = [
    ['', 'to the helpdesk', 'to the visitor'],
    ['said', said.forward, said.reply],
    ['acknowledged', acknowledged.forward, acknowledged.reply],
    ['acknowledged and lost', ...count(judgement.lost)],
    ['out of order', ...count(judgement.disordered)],
    ['twice, in flight at a kill', repeats('forward'), repeats('reply')],
    ['twice without a kill', ...count(judgement.unexplained)],
    ['longest silence (ms)', ...bothWays(silenceMs)],
    ['  of a bridge that listens', ...bothWays(report.silenceAliveMs)],
    ['longest wait (ms)', ...bothWays(judgement.longestWaitMs)],
  ];
  return [
    ...rows.map(
      ([name, ...cells]) => String(name).padEnd(28) + cells.map((cell) => String(cell).padStart(17)).join(''),
    ),
    `killed while starting: ${report.killedEarly}; slowest start: ${Math.round(report.slowestStartMs)} ms`,
    `rows by state: ${JSON.stringify(report.states)}`,
    `warnings and errors: ${JSON.stringify(report.logged)}`,
    '',
  ].join('\n');
}

function count(list: readonly { readonly direction: string }[]): readonly number[] {
  return ['forward', 'reply'].map((direction) => list.filter((one) => one.direction === direction).length);
}

function bothWays({ forward, reply }: BothWays): readonly number[] {
  return [Math.round(forward), Math.round(reply)];
}
