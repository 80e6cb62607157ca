import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Audit, type Change, findStale, openAudit } from './audit.ts';
import {
  judgeLimit,
  type Limit,
  type LimitJudgement,
  longestSilenceAfter,
  owedOrder,
  type Silence,
} from './cluster-judge.ts';
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
import { type Load, settle, startLoad, tirelessQiyu } from './load.ts';
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
  /** What is done to instances; default: all kinds. */
  readonly kinds?: readonly [Kind, ...Kind[]];
  /** How long everything may take to settle after the last disturbance. */
  readonly settleMs: number;
  /** Where logs and tables are left if an invariant breaks. */
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
  const scene = await openClusterScene({ ...sceneOptions, ...options });
  let audit: Audit | undefined;
  try {
    const [first, ...others] = scene.instances;
    await first?.start(); // makes the tables
    audit = await openAudit(scene.databaseUrl);
    await Promise.all(others.map((instance) => instance.start()));
    const load = startLoad(scene, options, random);
    const deeds = await disturbOften(scene.instances, { ...options, leaseMs, random });
    await load.stop();
    await settle(load, options.settleMs);
    for (const instance of scene.instances) await instance.stop();
    return await report({ scene, load, deeds, audit, options, leaseMs });
  } finally {
    await audit?.close();
    await scene.close();
  }
}

const limits = { sendPerSecond: 12, perInterface: 40, perTenant: 60 } as const;
const wechatSend = '/cgi-bin/message/custom/send';

/** What is owed to the outside; each is in the configuration of every instance. */
const judgedLimits: readonly Limit[] = [
  { name: 'sends to WeChat', perSecond: limits.sendPerSecond, counts: ({ path }) => path === wechatSend },
  {
    name: 'messages to the helpdesk',
    perSecond: limits.perInterface,
    counts: ({ path }) => path === '/openapi/message/send',
  },
  {
    name: 'all calls to the helpdesk',
    perSecond: limits.perTenant,
    counts: ({ direction }) => direction === 'forward',
  },
];

/** The pretended sides refuse nothing for its rate: how much came is counted at their doors. */
const sceneOptions = {
  wechat: { keep: 1_000_000, answerTimeoutMs: 2500 },
  qiyu: { ...tirelessQiyu, answerTimeoutMs: 2500 },
  wechatSettings: {
    sendPerSecond: limits.sendPerSecond,
    sendPerMinute: 1_000_000,
    answerBudgetMs: 2000,
  },
  helpdeskSettings: { qps: { perInterface: limits.perInterface, perTenant: limits.perTenant } },
} as const;

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
  const { scene, load, deeds, audit, leaseMs } = run;
  const { sayings } = load;
  const arrivals = attribute(load.arrivals(), scene.roads.calls);
  const { lapses, slowStops } = scene;
  const judged = judge(sayings, arrivals, [...deeds.filter(isCutting), ...lapses, ...slowStops]);
  const judgement = { ...judged, disordered: owedOrder(judged.disordered, sayings) };
  const seen = await audit.read();
  const lives = scene.instances.flatMap((instance) => instance.lives);
  const stale = findStale(seen.turns, seen.changes, lives);
  const states = await audit.countStates();
  const limitJudgements = judgedLimits.map((limit) => judgeLimit(limit, scene.roads.calls, deeds));
  const silences = Object.fromEntries(
    kinds.map((kind) => {
      const ofKind = deeds.filter((deed) => deed.kind === kind);
      return [kind, longestSilenceAfter(ofKind, sayings, arrivals)];
    }),
  );
  const complaints = [
    ...complaintsOf(judgement),
    ...limitJudgements.filter(({ limit, fullest }) => fullest > limit.perSecond).map(sayLimit),
    ...stale.map(sayStale),
    ...scene.badEnds,
    ...silenceComplaints(silences.kill, leaseMs),
    ...leftComplaints(states),
  ];
  if (complaints.length > 0) await keepEvidence(run, { complaints, arrivals });
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

function silenceComplaints(silence: Silence | undefined, leaseMs: number): readonly string[] {
  if (silence === undefined || silence.ms <= leaseMs + graceMs) return [];
  return [
    `silence: ${silence.lane} waited ${Math.round(silence.ms)} ms after ${silence.deed.instance} was killed`,
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
