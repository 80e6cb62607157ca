import { Keyv } from 'keyv';
import type { Middleware } from 'koa';
import type { Random } from '../../chaos/random.ts';
import { buildTenants } from '../../src/build.ts';
import { createCached } from '../../src/cache/cached.ts';
import { formatFaults } from '../../src/config/faults.ts';
import { loadConfig } from '../../src/config/load.ts';
import { listen } from '../../src/intake/listener.ts';
import { createPublicApp } from '../../src/intake/public.ts';
import type { Fetch } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Bridge } from '../../src/relay/bridge.ts';
import { createLanes } from '../../src/relay/lanes.ts';
import { recover } from '../../src/relay/restart.ts';
import { runTurn } from '../../src/relay/run-turn.ts';
import { sweep } from '../../src/relay/sweep.ts';
import { takeUpWaiting } from '../../src/relay/take-up-waiting.ts';
import { settings } from '../../src/settings.ts';
import { createPermits } from '../../src/store/permits.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { MessageTable } from '../../src/store/tables.ts';
import { makeHome } from '../bridge/process.ts';
import type { TestClock } from '../clock.ts';
import { forgetTestStore, openTestStore } from '../store/test-store.ts';

/** The whole bridge in this process, but for media, with a clock that is moved by hand. */
export interface OpenBridge {
  /** The same after a restart. */
  readonly url: string;
  /** The helpdesk can be asked what became of a call whose answer was lost. */
  readonly settles: boolean;
  /** What was logged, a line an event. */
  readonly lines: readonly string[];
  /** Moves the time on, and comes to rest. */
  advance(ms: number): Promise<void>;
  /** Messages that are not done with, and those that were given up: a line each. */
  leftOver(): Promise<readonly string[]>;
  /** The process dies where it is, and starts again on the same store and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenBridgeOptions {
  readonly clock: TestClock;
  readonly random: Random;
  /** The tenants, as the configuration has them. */
  readonly tenants: object;
  readonly fetch: Fetch;
  /** What requests meet on their way in. */
  readonly door: Middleware;
  /** The process is gone. */
  readonly onDeath: () => void;
}

export async function openBridge(options: OpenBridgeOptions): Promise<OpenBridge> {
  const { clock } = options;
  const home = makeHome();
  home.writeConfig({ publicUrl: 'http://127.0.0.1', tenants: options.tenants });
  const lines: string[] = [];
  const file = { config: home.configFile, store: home.folder };
  let life = await live(options, { ...file, lines, port: 0 });
  const { url } = life;
  return {
    url,
    settles: life.settles,
    lines,
    advance: (ms) => clock.advance(ms),
    leftOver: () => life.leftOver(),
    async restart() {
      await clock.settle();
      await life.die();
      options.onDeath();
      life = await live(options, { ...file, lines, port: Number(new URL(url).port) });
      await clock.settle();
    },
    async close() {
      await life.die();
      await forgetTestStore(home.folder);
      home.remove();
    },
  };
}

const unfinished = statement<Record<string, never>, Partial<MessageTable>>('dialogue.unfinished', () =>
  queries
    .selectFrom('message')
    .select(['conversation', 'lane', 'action', 'seq', 'state', 'reason', 'tries', 'code', 'due'])
    .where('state', 'not in', ['forwarded', 'sent', 'done', 'dropped'])
    .orderBy('conversation')
    .orderBy('seq'),
);

/** From a start of the process to its end. */
async function live(
  { clock, random, fetch, door }: OpenBridgeOptions,
  given: { readonly config: string; readonly store: string; readonly lines: string[]; readonly port: number },
) {
  const loaded = await loadConfig(given.config, {}, settings);
  if (loaded.kind === 'faults') throw new Error(formatFaults(loaded.faults));
  const log = recordLog(given.lines, clock);
  const store = clock.watchStore(
    await openTestStore(given.store, () => {
      given.lines.push('store.failed');
    }),
  );
  const stopping = new AbortController();
  const tenants = buildTenants(loaded.config, {
    ...createCached({ keyv: new Keyv(), clock, log }),
    log,
    clock,
    store,
    now: clock.now,
    fetch,
    claimPermit: createPermits(store, clock.now),
    convertPicture: nothing,
    media: nothing,
    mediaUrl: nothing,
    mediaIdsOf: () => ({ find: nothing, keep: nothing, forget: nothing }),
  });
  const lanes = createLanes({
    clock,
    log,
    runTurn: (lane) => runTurn(bridge, lane),
    sweep: (now) => sweep(store, now),
  });
  const bridge: Bridge = {
    store,
    clock,
    log,
    random: random.next,
    lanes,
    tenants,
    stopping: stopping.signal,
    media: { wake() {}, read: nothing, urlOf: nothing, keepText: nothing },
  };
  const left = await recover(bridge);
  const app = createPublicApp({ bridge, findMedium: nothing });
  app.middleware.unshift(door);
  const listener = await listen(app, { host: '127.0.0.1', port: given.port });
  void takeUpWaiting(bridge, left);
  return {
    url: listener.url,
    settles: tenants.get('shop')?.helpdesks.get('shop/main')?.adapter.settles ?? false,
    async leftOver() {
      const [rows] = await store.batch([unfinished({})]);
      return rows.map((row) => JSON.stringify(row));
    },
    /** Turns under way never come back: their outcome is lost with the process. */
    async die() {
      stopping.abort();
      await listener.close(0);
      await store.close();
      void lanes.stop();
    },
  };
}

function recordLog(lines: string[], clock: TestClock): Log {
  const write = (event: string, fields?: object) =>
    lines.push(`${new Date(clock.now()).toISOString()} ${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return log;
}

async function nothing(): Promise<undefined> {
  return undefined;
}
