import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { type BridgeProcess, openBridgeProcess } from '../sandbox/bridge-process.ts';
import type { JsonRecord } from '../sandbox/vendors/json.ts';
import type { Direction } from '../src/model/message.ts';
import { statement } from '../src/store/statement.ts';
import { type BridgeScene, openScene } from '../test/bridge/scene.ts';
import { readBeside } from '../test/store/test-store.ts';
import {
  complaintsOf,
  type Judgement,
  judge,
  type Life,
  leftComplaints,
  longestSilenceAliveMs,
  longestSilenceMs,
  type Saying,
} from './judge.ts';
import { type Load, preciseNow, settle, startLoad, tirelessQiyu } from './load.ts';
import { createRandom, type Random } from './random.ts';

const statesOfRows = statement<Record<string, never>, { state: string; count: number }>(
  'crash.states',
  () => sql<{ state: string; count: number }>`select state, count(*) as count from message group by state`,
);

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly visitors: number;
  /** The longest pause of a visitor between two messages. */
  readonly pauseMs: number;
  /** The longest life of a process after it listens. */
  readonly lifeMs: number;
  /** How long everything may take to settle after the last kill. */
  readonly settleMs: number;
  /** Where the store is copied if an invariant breaks. */
  readonly evidence?: string;
}

export type BothWays = Readonly<Record<Direction, number>>;

export interface CrashReport {
  /** What is wrong, in sentences; none: every invariant holds. */
  readonly complaints: readonly string[];
  readonly judgement: Judgement;
  readonly said: BothWays;
  readonly acknowledged: BothWays;
  readonly silenceMs: BothWays;
  /** Without the time in which no process listened. */
  readonly silenceAliveMs: BothWays;
  readonly slowestStartMs: number;
  /** Kills while the process was still starting. */
  readonly killedEarly: number;
  /** How many rows are left in each state. */
  readonly states: Readonly<Record<string, number>>;
  /** How often each event was logged as a warning or an error. */
  readonly logged: Readonly<Record<string, number>>;
}

/**
 * Kills the real bridge with SIGKILL at random moments, also while it starts, with visitors and agents talking; starts
 * it again each time, lets everything settle and judges what arrived.
 */
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const random = createRandom(options.seed);
  const scene = await openScene(sceneOptions);
  const logged: Record<string, number> = {};
  const selfEnds: number[] = [];
  const bridge = openBridgeProcess({
    args: [resolve(import.meta.dirname, '../src/main.ts'), '--config', scene.home.configFile],
    folder: scene.home.folder,
    environment: {},
    url: scene.bridge.publicUrl,
    now: Date.now,
    onLine: (line) => countLine(logged, line),
    onSelfEnd: () => selfEnds.push(preciseNow()),
  });
  try {
    await scene.bridge.kill();
    const load = startLoad(scene, options, random);
    const lives = await killOften(bridge, options, random);
    const last = await startLast(bridge);
    await load.stop();
    await settle(load, options.settleMs, () => countStates(scene));
    const endedAt = preciseNow();
    await bridge.stop();
    const { end } = bridge.state();
    return await report(scene, {
      options,
      load,
      lives: [...lives, { ...last, endedAt }],
      logged,
      selfEnds,
      end,
    });
  } finally {
    await bridge.kill();
    await scene.close();
  }
}

/** Limits of the outside are not what is tried here: they are set out of the way. */
const sceneOptions = {
  wechat: { keep: 1_000_000, answerTimeoutMs: 1000 },
  qiyu: tirelessQiyu,
  wechatSettings: { sendPerMinute: 1_000_000, answerBudgetMs: 800 },
  helpdeskSettings: { qps: { perInterface: 1000, perTenant: 1000 } },
  config: { log: { level: 'warn' } },
} as const;

/** One kill in four comes while the process is still starting. */
async function killOften(
  bridge: BridgeProcess,
  { rounds, lifeMs }: CrashOptions,
  random: Random,
): Promise<readonly Life[]> {
  const lives: Life[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isEarly = random.next() < 0.25;
    const waitMs = isEarly ? random.between(50, 700) : random.between(10, lifeMs);
    const startedAt = preciseNow();
    const up = bridge.start();
    if (!isEarly) await up;
    const listenedAt = isEarly ? {} : { listenedAt: preciseNow() };
    await pause(waitMs);
    await bridge.kill();
    await up;
    lives.push({ startedAt, ...listenedAt, endedAt: preciseNow() });
    // What the dead process had sent is read before the next one starts.
    await pause(random.between(50, 400));
  }
  return lives;
}

async function startLast(bridge: BridgeProcess): Promise<Omit<Life, 'endedAt'>> {
  const startedAt = preciseNow();
  await bridge.start();
  return { startedAt, listenedAt: preciseNow() };
}

interface Run {
  readonly options: CrashOptions;
  readonly load: Load;
  readonly lives: readonly Life[];
  readonly logged: Readonly<Record<string, number>>;
  /** When a process ended that nobody had killed. */
  readonly selfEnds: readonly number[];
  /** How the last process ended. */
  readonly end: { readonly status?: number; readonly signal?: string } | undefined;
}

async function report(
  scene: BridgeScene,
  { load, lives, options, logged, selfEnds, end }: Run,
): Promise<CrashReport> {
  const arrivals = load.arrivals();
  const starts = lives.map(({ startedAt: at }) => ({ from: at, until: at }));
  const judgement = judge(load.sayings, arrivals, starts);
  const states = await countStates(scene);
  const complaints = [
    ...complaintsOf(judgement),
    ...(end?.status === 0 ? [] : [`stop: expected exit status 0, got ${JSON.stringify(end)}`]),
    ...selfEnds.map(() => 'end: the bridge ended by itself'),
    ...leftComplaints(states),
  ];
  if (complaints.length > 0 && options.evidence) {
    cpSync(join(scene.home.folder, 'data'), options.evidence, { recursive: true });
  }
  const acknowledged = load.sayings.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined);
  return {
    complaints,
    judgement,
    said: both((direction) => countOf(load.sayings, direction)),
    acknowledged: both((direction) => countOf(acknowledged, direction)),
    silenceMs: both((direction) => longestSilenceMs(arrivals, direction)),
    silenceAliveMs: both((direction) => longestSilenceAliveMs(arrivals, direction, lives)),
    slowestStartMs: Math.max(...lives.map(({ startedAt, listenedAt = startedAt }) => listenedAt - startedAt)),
    killedEarly: lives.filter(({ listenedAt }) => listenedAt === undefined).length,
    states,
    logged,
  };
}

function both(count: (direction: Direction) => number): BothWays {
  return { forward: count('forward'), reply: count('reply') };
}

function countOf(sayings: readonly Saying[], direction: Direction): number {
  return sayings.filter((saying) => saying.direction === direction).length;
}

async function countStates({ store }: BridgeScene): Promise<Record<string, number>> {
  const rows = await readBeside(store, statesOfRows({}));
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}

function countLine(logged: Record<string, number>, { msg, level }: JsonRecord): void {
  if (level !== 'warn' && level !== 'error') return;
  const name = String(msg);
  logged[name] = (logged[name] ?? 0) + 1;
}
