import { setTimeout as pause } from 'node:timers/promises';
import type { BridgeScene } from '../test/bridge/scene.ts';
import { type Arrival, laneOf, leftComplaints, nameOf, type Saying } from './judge.ts';
import type { Random } from './random.ts';
import { readWords, writeWords } from './words.ts';

/** A helpdesk whose own limits and patience are out of the way. */
export const tirelessQiyu = {
  keep: 1_000_000,
  perInterfaceRate: Number.POSITIVE_INFINITY,
  perTenantRate: Number.POSITIVE_INFINITY,
  resendAfterMs: 300,
  maxCallbackFailures: Number.POSITIVE_INFINITY,
} as const;

/** Visitors and agents who talk at the same time, each one sentence after another. */
export interface Load {
  readonly sayings: readonly Saying[];
  /** What has arrived by now, in order. */
  arrivals(): readonly Arrival[];
  /** Acknowledged, and not arrived yet. */
  outstanding(): readonly Saying[];
  /** One more message of a visitor, which allows more sends to him. */
  act(visitor: string): Promise<void>;
  /** Nobody begins another sentence; resolves when the last ones have their answers. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly visitors: number;
  /** The longest pause of a visitor between two messages; agents pause up to twice as long. */
  readonly pauseMs: number;
}

/** The two sides that talk, and where WeChat pushes to. */
export type Talkers = Pick<BridgeScene, 'wechat' | 'qiyu' | 'pushUrl'>;

/**
 * Starts to talk. Who speaks waits until the other system is done with the sentence before (acknowledged, or given up
 * after its repeats), so that the order of a conversation is defined.
 */
export function startLoad(scene: Talkers, options: LoadOptions, random: Random): Load {
  const { wechat, qiyu } = scene;
  const sayings: Saying[] = [];
  const counts = new Map<string, number>();
  const visitors = Array.from({ length: options.visitors }, (_, index) => nameVisitor(index));
  let stopped = false;

  async function say(direction: Saying['direction'], visitor: string): Promise<void> {
    const lane = laneOf({ direction, visitor });
    const number = (counts.get(lane) ?? 0) + 1;
    counts.set(lane, number);
    const saying = { direction, visitor, number };
    const place = sayings.push(saying) - 1;
    const text = writeWords(saying);
    const { verdict } =
      direction === 'forward'
        ? await wechat.pushText(scene.pushUrl, visitor, text)
        : await qiyu.agentSays(visitor, text);
    if (verdict.kind === 'accepted') sayings[place] = { ...saying, acknowledgedAt: preciseNow() };
  }
  async function talk(direction: Saying['direction'], visitor: string): Promise<void> {
    const mostPauseMs = direction === 'forward' ? options.pauseMs : 2 * options.pauseMs;
    // Visitors come one by one, and some find that an agent has written to them already.
    if (direction === 'forward') await pause(random.between(0, 10 * options.pauseMs));
    while (!stopped) {
      await pause(random.between(0, mostPauseMs));
      if (!stopped) await say(direction, visitor);
    }
  }
  function arrivals(): readonly Arrival[] {
    const forwards = qiyu.messages.all.flatMap(({ text = '', uid, preciseAt }) =>
      readWords(text, { direction: 'forward', visitor: uid, at: preciseAt }),
    );
    const replies = wechat.sends.all.flatMap(({ text = '', openid, preciseAt }) =>
      readWords(text, { direction: 'reply', visitor: openid, at: preciseAt }),
    );
    return [...forwards, ...replies];
  }
  const talking = visitors.flatMap((visitor) => [talk('forward', visitor), talk('reply', visitor)]);

  return {
    sayings,
    arrivals,
    outstanding() {
      const arrived = new Set(arrivals().map(nameOf));
      return sayings.filter((saying) => saying.acknowledgedAt !== undefined && !arrived.has(nameOf(saying)));
    },
    act: (visitor) => say('forward', visitor),
    async stop() {
      stopped = true;
      await Promise.all(talking);
    },
  };
}

/** The clock of the pretended servers' records. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

function nameVisitor(index: number): string {
  return `oChaos${String(index).padStart(22, '0')}`;
}

const lookAgainMs = 100;
const patienceMs = 500;

/**
 * Held replies go on when their visitor acts: each does so until all is delivered, or the time is over. Then their rows: what
 * arrived while its process was killed is settled by another, in PostgreSQL once the lease is over.
 */
export async function settle(
  load: Load,
  settleMs: number,
  countStates: () => Promise<Readonly<Record<string, number>>>,
): Promise<void> {
  const until = performance.now() + settleMs;
  let before = load.outstanding().length;
  let movedAt = performance.now();
  while (before > 0 && performance.now() < until) {
    await pause(lookAgainMs);
    const left = load.outstanding();
    if (left.length < before) movedAt = performance.now();
    before = left.length;
    if (performance.now() - movedAt < patienceMs) continue;
    await Promise.all([...new Set(left.map(({ visitor }) => visitor))].map((visitor) => load.act(visitor)));
    movedAt = performance.now();
    before = load.outstanding().length;
  }
  while (leftComplaints(await countStates()).length > 0 && performance.now() < until)
    await pause(lookAgainMs);
}
