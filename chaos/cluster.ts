import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Audit, type Change, findStale, openAudit } from './audit.ts';
import {
  holdingsOf,
  judgeLimit,
  type LimitJudgement,
  longestSilenceAfter,
  owedOrder,
  type Silence,
} from './cluster-judge.ts';
import { limitsOf, outsideFor } from './cluster-limits.ts';
import { type ClusterScene, type Instance, openClusterScene } from './cluster-scene.ts';
import { type Deed, disturb, type Kind, kinds } from './disturb.ts';
import {
  complaintsOf,
  type Disturbance,
  type Judgement,
  judge,
  leftComplaints,
  type Saying,
} from './judge.ts';
import { type Load, settle, startLoad } from './load.ts';
import { createRandom, type Random } from './random.ts';
import { attribute } from './roads.ts';

export interface ClusterOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly instances: number;
  /** Left out: the bridge's own, ten seconds. */
  readonly leaseSec?: number;
  readonly visitors: number;
  /** The longest pause of a visitor between two messages. */
  readonly pauseMs: number;
  /** Sends to WeChat in a second; the helpdesk allows more. */
  readonly limit: number;
  /** What is done to instances; default: all kinds. */
  readonly kinds?: readonly [Kind, ...Kind[]];
  /** How long everything may take to settle after the last disturbance. */
  readonly settleMs: number;
  /** Where logs and tables are left, whatever was found. */
  readonly evidence?: string;
}

export interface ClusterReport {
  /** What is wrong, in sentences; none: every invariant holds. */
  readonly complaints: readonly string[];
  readonly leaseMs: number;
  readonly deeds: readonly Deed[];
  readonly sayings: readonly Saying[];
  readonly judgement: Judgement;
  readonly limits: readonly LimitJudgement[];
  readonly stale: readonly Change[];
  readonly turns: number;
  readonly changes: number;
  /** The longest of a conversation after each kind of disturbance. */
  readonly silences: Readonly<Partial<Record<Kind, Silence>>>;
  /** Leases that ended although their process lived; and those of which no disturbance was the cause: a machine too busy. */
  readonly lapses: { readonly all: number; readonly unprovoked: number };
  /** Stops that cut what was in flight, as it took too long. */
  readonly slowStops: number;
  readonly states: Readonly<Record<string, number>>;
  readonly logged: Readonly<Record<string, number>>;
}

const usualLeaseMs = 10_000;

/**
 * Several bridges on one PostgreSQL behind a load balancer, with visitors and agents talking: at random moments one is
 * killed, paused beyond its lease, stopped, or loses its database. Then everything settles, and what arrived is judged.
 */
export async function runCluster(options: ClusterOptions): Promise<ClusterReport> {
  const random = createRandom(options.seed);
  const leaseMs = options.leaseSec === undefined ? usualLeaseMs : options.leaseSec * 1000;
  const scene = await openClusterScene({ ...outsideFor(options.limit), ...options });
  let audit: Audit | undefined;
  try {
    const [first, ...others] = scene.instances;
    await first?.start(); // makes the tables
    audit = await openAudit(scene.databaseUrl);
    await Promise.all(others.map((instance) => instance.start()));
    const load = startLoad(scene, options, random);
    const deeds = await disturbOften(scene.instances, { ...options, leaseMs, random });
    await load.stop();
    await settle(load, options.settleMs, audit.countStates);
    for (const instance of scene.instances) await instance.stop();
    return await report({ scene, load, deeds, audit, options, leaseMs });
  } finally {
    await audit?.close();
    await scene.close();
  }
}

interface Rounds {
  readonly rounds: number;
  readonly leaseMs: number;
  readonly random: Random;
  readonly kinds?: readonly [Kind, ...Kind[]];
}

/** One round in three begins while the one before still lasts, at another instance. Of several, one is always left alone. */
async function disturbOften(instances: readonly Instance[], given: Rounds): Promise<readonly Deed[]> {
  const { random, leaseMs } = given;
  const deeds: Deed[] = [];
  const busy = new Map<Instance, Promise<unknown>>();
  for (let round = 0; round < given.rounds; round += 1) {
    await pause(random.between(0.1 * leaseMs, 0.8 * leaseMs));
    const [one, ...more] = instances.filter((each) => !busy.has(each));
    if (one === undefined) break; // there are none at all
    const instance = random.pick([one, ...more]);
    // Whoever runs instances starts again what has ended; that it ended is a complaint all the same.
    if (!instance.isUp) await instance.start();
    const deed = disturb(instance, random.pick(given.kinds ?? kinds), given).then((done) => deeds.push(done));
    busy.set(
      instance,
      deed.finally(() => busy.delete(instance)),
    );
    if (random.next() >= 1 / 3 || busy.size >= instances.length - 1) await Promise.all(busy.values());
  }
  await Promise.all(busy.values());
  for (const instance of instances) if (!instance.isUp) await instance.start();
  return deeds;
}

interface Run {
  readonly scene: ClusterScene;
  readonly load: Load;
  readonly deeds: readonly Deed[];
  readonly audit: Audit;
  readonly options: ClusterOptions;
  readonly leaseMs: number;
}

async function report(run: Run): Promise<ClusterReport> {
  const { scene, load, deeds, audit, leaseMs, options } = run;
  const { sayings } = load;
  const arrivals = attribute(load.arrivals(), scene.roads.calls);
  const { lapses, slowStops } = scene;
  const judged = judge(sayings, arrivals, [...deeds.filter(isCutting), ...lapses, ...slowStops]);
  const judgement = { ...judged, disordered: owedOrder(judged.disordered, sayings) };
  const seen = await audit.read();
  const lives = scene.instances.flatMap((instance) => instance.lives);
  const stale = findStale(seen.turns, seen.changes, lives);
  const states = await audit.countStates();
  const holdings = holdingsOf(seen.turns, await audit.visitors());
  const limitJudgements = limitsOf(options.limit).map((limit) => judgeLimit(limit, scene.roads.calls, deeds));
  const silences = Object.fromEntries(
    kinds.map((kind) => {
      const ofKind = deeds.filter((deed) => deed.kind === kind);
      return [kind, longestSilenceAfter(ofKind, sayings, arrivals, { all: deeds, holdings })];
    }),
  );
  const complaints = [
    ...complaintsOf(judgement),
    ...limitJudgements.filter(({ limit, fullest }) => fullest > limit.perSecond).map(sayLimit),
    ...stale.map(sayStale),
    ...scene.badEnds,
    ...silenceComplaints(silences.kill, run),
    ...leftComplaints(states),
  ];
  await keepEvidence(run, { complaints, arrivals });
  return {
    complaints,
    leaseMs,
    deeds,
    sayings,
    judgement,
    limits: limitJudgements,
    stale,
    turns: seen.turns.length,
    changes: seen.changes.length,
    silences,
    lapses: { all: lapses.length, unprovoked: lapses.filter((lapse) => !isProvoked(lapse, run)).length },
    slowStops: slowStops.length,
    states,
    logged: scene.logged,
  };
}

/** A stop ends what is in flight, unless that takes too long. */
function isCutting({ kind }: Deed): boolean {
  return kind !== 'stop';
}

function isProvoked(lapse: Disturbance, { deeds, leaseMs }: Run): boolean {
  return deeds.some(
    ({ instance, from, until }) =>
      instance === lapse.instance && from <= lapse.from && lapse.from <= until + leaseMs,
  );
}

function sayLimit({ limit, fullest }: LimitJudgement): string {
  return `limit: ${limit.name}: expected at most ${limit.perSecond} a second, got ${fullest}`;
}

function sayStale({ by, lane, turn, message, before, after }: Change): string {
  return `stale: ${by} moved ${message} from ${before} to ${after} in turn ${turn} of ${lane}, which was not its own`;
}

/** How long a dead instance may keep a conversation waiting, beyond its lease. */
const graceMs = 5000;

/** Where conversations wait for each other, as the limit is used up, each has its turn once in so long. */
function silenceComplaints(
  silence: Silence | undefined,
  { leaseMs, options: { visitors, limit } }: Run,
): readonly string[] {
  const turnMs = (visitors * 1000) / limit;
  const goalMs = leaseMs + graceMs + Math.max(0, turnMs - 1000);
  if (silence === undefined || silence.ms <= goalMs) return [];
  const { lane, ms, deed } = silence;
  return [
    `silence: ${lane}: expected at most ${Math.round(goalMs)} ms after ${deed.instance} was killed, got ${Math.round(ms)} ms`,
  ];
}

const tables = ['message', 'conversation', 'lane', 'chaos_turn', 'chaos_change'] as const;

async function keepEvidence({ scene, audit, options, deeds, load }: Run, found: object): Promise<void> {
  const { evidence } = options;
  if (evidence === undefined) return;
  cpSync(scene.folder, evidence, { recursive: true });
  const seen = { ...found, deeds, sayings: load.sayings, calls: scene.roads.calls };
  const keep = (name: string, value: unknown) =>
    writeFileSync(join(evidence, `${name}.json`), JSON.stringify(value, null, 1));
  for (const [name, value] of Object.entries(seen)) keep(name, value);
  for (const table of tables) keep(table, await audit.rowsOf(table));
}
