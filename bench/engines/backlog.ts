import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePlace } from '../../src/ports/store.ts';
import { type Home, makeHome, startBridge } from '../../test/bridge/process.ts';
import type { TestServer } from '../../test/postgres/server.ts';
import { intakeConfig, openServers } from '../intake/scene.ts';
import { judge, median, medianRatio, printTable, rateOf } from '../numbers.ts';
import { makeDatabase } from './databases.ts';
import { fillStore } from './fill.ts';

const goals = { ratio: 0.9, restartMs: 5000 } as const;

export interface BacklogOptions {
  readonly waiting: number;
  readonly rounds: number;
  readonly count: number;
  readonly connections: number;
  readonly restarts: number;
}

/**
 * With many messages waiting in the store behind a helpdesk that is down: what the intake takes beside the same with an
 * empty store, in alternating rounds, and how soon the whole bridge listens again after a kill.
 */
export async function measureBacklog(
  server: TestServer,
  engine: 'sqlite' | 'postgres',
  options: BacklogOptions,
): Promise<boolean> {
  const homes = { empty: makeHome(), full: makeHome() };
  try {
    const places = { empty: await placeOf(homes.empty), full: await placeOf(homes.full) };
    const startedAt = performance.now();
    await fillStore(places.full, options.waiting);
    const fillMs = performance.now() - startedAt;
    for (const side of sides) homes[side].writeConfig(intakeConfig(textOf(places[side])));
    const rates = await compareIntake(homes, options);
    const restarts = await timeRestarts(homes, options);
    const waiting = options.waiting.toLocaleString('en');
    const ratio = medianRatio(rates.full, rates.empty);
    printTable(
      `${engine} with ${waiting} messages waiting, written in ${seconds(fillMs)}${sizeOf(places.full)}`,
      [
        ['', 'acknowledged/s', 'median ratio', 'ready after a kill'],
        ['empty', Math.round(median(rates.empty)), '1.00', seconds(restarts.empty)],
        ['full', Math.round(median(rates.full)), ratio.toFixed(2), seconds(restarts.full)],
      ],
    );
    const isQuick = judge(
      `${engine}: intake at least ${goals.ratio} of an empty store's`,
      ratio >= goals.ratio,
      ratio.toFixed(2),
    );
    const isReady = judge(
      `${engine}: ready within ${goals.restartMs / 1000} s`,
      restarts.full < goals.restartMs,
      seconds(restarts.full),
    );
    return isQuick && isReady;
  } finally {
    for (const home of Object.values(homes)) home.remove();
  }

  async function placeOf(home: Home): Promise<StorePlace> {
    if (engine === 'sqlite') return { kind: 'sqlite', path: join(home.folder, 'bridge.db') };
    return { kind: 'postgres', url: await makeDatabase(server), connections: 10 };
  }
}

const sides = ['empty', 'full'] as const;

type Both<Value> = Readonly<Record<'empty' | 'full', Value>>;

/** Pushes acknowledged a second, by round. */
async function compareIntake(
  homes: Both<Home>,
  { rounds, count, connections }: BacklogOptions,
): Promise<Both<readonly number[]>> {
  const scene = openServers({
    empty: { store: 'real', configFile: homes.empty.configFile },
    full: { store: 'real', configFile: homes.full.configFile },
  });
  try {
    const rates: Record<'empty' | 'full', number[]> = { empty: [], full: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const { fired } = await scene.fire(side, count, { kind: 'flood', connections });
        if (fired.failed > 0)
          throw new Error(`expected all pushes to be taken, got ${fired.failed} that were not`);
        if (round > 0) rates[side].push(rateOf(fired)); // the first warms up
      }
    }
    return rates;
  } finally {
    await scene.close();
  }
}

/** From the start of the process until it listens, median. */
async function timeRestarts(homes: Both<Home>, { restarts }: BacklogOptions): Promise<Both<number>> {
  const times: Record<'empty' | 'full', number[]> = { empty: [], full: [] };
  for (let start = 0; start <= restarts; start += 1) {
    for (const side of sides) {
      const startedAt = performance.now();
      const bridge = await startBridge(homes[side].configFile);
      if (start > 0) times[side].push(performance.now() - startedAt); // the first fills the compile cache
      await bridge.kill();
    }
  }
  return { empty: median(times.empty), full: median(times.full) };
}

function textOf(place: StorePlace): string {
  return place.kind === 'sqlite' ? `sqlite:${place.path}` : place.url;
}

function sizeOf(place: StorePlace): string {
  if (place.kind !== 'sqlite') return '';
  return `, ${(statSync(place.path).size / 2 ** 20).toFixed(0)} MiB`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
