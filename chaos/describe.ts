import { writeTable } from '../bench/numbers.ts';
import type { ClusterReport } from './cluster.ts';
import type { BothWays, CrashReport } from './crash.ts';
import { kinds } from './disturb.ts';
import type { Judgement } from './judge.ts';

/** What a run with kills of one process found, as a table. */
export function describeCrash({ said, acknowledged, judgement, silenceMs, ...report }: CrashReport): string {
  return [
    writeTable([
      ['', 'to the helpdesk', 'to the visitor'],
      ['said', said.forward, said.reply],
      ['acknowledged', acknowledged.forward, acknowledged.reply],
      ...describeJudgement(judgement),
      ['longest silence (ms)', ...bothWays(silenceMs)],
      ['  of a bridge that listens', ...bothWays(report.silenceAliveMs)],
      ['longest wait (ms)', ...bothWays(judgement.longestWaitMs)],
    ]),
    `killed while starting: ${report.killedEarly}; slowest start: ${Math.round(report.slowestStartMs)} ms\n`,
    describeEnd(report),
  ].join('');
}

/** What a run with several processes found. */
export function describeCluster(report: ClusterReport): string {
  const { judgement, deeds, silences, sayings } = report;
  const acknowledged = sayings.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined);
  const counts = kinds.map((kind) => `${deeds.filter((deed) => deed.kind === kind).length} ${kind}`);
  return [
    writeTable([
      ['', 'to the helpdesk', 'to the visitor'],
      ['said', ...count(sayings)],
      ['acknowledged', ...count(acknowledged)],
      ...describeJudgement(judgement),
      ['longest wait (ms)', ...bothWays(judgement.longestWaitMs)],
    ]),
    `lease ${report.leaseMs / 1000} s; done to instances: ${counts.join(', ')}\n`,
    writeTable([
      ['limits, windows of 980 ms', 'calls', 'a second', 'fullest', 'begun before a pause'],
      ...report.limits.map(({ limit, calls, fullest, late }) => [
        limit.name,
        calls,
        limit.perSecond,
        fullest,
        late,
      ]),
    ]),
    `changes in and out of flight: ${report.changes} in ${report.turns} turns, ${report.stale.length} of a turn not their own\n`,
    `leases that lapsed in a process that lived: ${report.lapses.all}, ${report.lapses.unprovoked} without our doing; stops that cut what was in flight: ${report.slowStops}\n`,
    'longest silence of a conversation that was owed something, after a',
    ...kinds.map((kind) => ` ${kind} ${Math.round(silences[kind]?.ms ?? 0)} ms`),
    '\n',
    describeEnd(report),
  ].join('');
}

function describeJudgement(judgement: Judgement): readonly (readonly (string | number)[])[] {
  return [
    ['acknowledged and lost', ...count(judgement.lost)],
    ['out of order', ...count(judgement.disordered)],
    ['twice, in flight at a cut', ...count(judgement.repeated)],
    ['twice without a cause', ...count(judgement.unexplained)],
  ];
}

function describeEnd({ states, logged }: Pick<CrashReport, 'states' | 'logged'>): string {
  return `rows by state: ${JSON.stringify(states)}\nwarnings and errors: ${JSON.stringify(logged)}\n`;
}

function count(list: readonly { readonly direction: string }[]): readonly number[] {
  return ['forward', 'reply'].map((direction) => list.filter((one) => one.direction === direction).length);
}

function bothWays({ forward, reply }: BothWays): readonly number[] {
  return [Math.round(forward), Math.round(reply)];
}
