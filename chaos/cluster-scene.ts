import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { type BridgeProcess, openBridgeProcess } from '../sandbox/bridge-process.ts';
import { findFreePort } from '../sandbox/free-port.ts';
import { account, qiyuKeys } from '../test/bridge/account.ts';
import { makeHome } from '../test/bridge/process.ts';
import { type SceneOptions, startOutside } from '../test/bridge/scene.ts';
import { type Line, openLine } from '../test/postgres/line.ts';
import { startServer } from '../test/postgres/server.ts';
import type { ProcessLife } from './audit.ts';
import { openBalancer } from './balancer.ts';
import type { Disturbance } from './judge.ts';
import { preciseNow, type Talkers } from './load.ts';
import { openRoads, type Roads } from './roads.ts';

/** One of several processes of the bridge, with a line of its own to the database and roads of its own to the outside. */
export interface Instance {
  readonly name: string;
  readonly line: Line;
  readonly isUp: boolean;
  /** Resolves when it listens, or has ended. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** As an operator does; whoever does not end cleanly is noted. */
  stop(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Its processes, each with the name that the database knows it by. */
  readonly lives: readonly ProcessLife[];
}

export interface ClusterScene extends Talkers {
  readonly databaseUrl: string;
  readonly instances: readonly Instance[];
  readonly roads: Roads;
  /** How often each event was logged as a warning or an error. */
  readonly logged: Readonly<Record<string, number>>;
  /** Leases that instances lost although they lived, by their logs: what was in flight then is repeated. */
  readonly lapses: readonly Disturbance[];
  /** Stops whose patience ended before the work in hand did: what was in flight was put back. */
  readonly slowStops: readonly Disturbance[];
  /** Ends that nobody had asked for, and stops that were not clean, in sentences. */
  readonly badEnds: readonly string[];
  /** Where each instance's log lies. */
  readonly folder: string;
  close(): Promise<void>;
}

export interface ClusterSceneOptions
  extends Pick<SceneOptions, 'wechat' | 'qiyu' | 'wechatSettings' | 'helpdeskSettings'> {
  readonly instances: number;
  /** Left out: the bridge's own. */
  readonly leaseSec?: number;
}

/** Longer than the bridge's own budget for an answer, shorter than WeChat's. */
const balancing = { timeoutMs: 2250, restMs: 500 } as const;

/** Several bridges on one PostgreSQL behind a load balancer, between the pretended WeChat and the pretended Qiyu. */
export async function openClusterScene(options: ClusterSceneOptions): Promise<ClusterScene> {
  const database = await startServer();
  const { wechat, qiyu } = await startOutside(options);
  const home = makeHome();
  const roads = openRoads();
  const notes: Notes = { logged: {}, badEnds: [], lapses: [], slowStops: [] };
  const names = Array.from({ length: options.instances }, (_, index) => `i${index + 1}`);
  const instances = await Promise.all(
    names.map(async (name) => {
      const line = await openLine(database.url);
      const port = await findFreePort();
      const out = await roads.open({ instance: name, to: wechat.url, direction: 'reply' });
      const over = await roads.open({ instance: name, to: qiyu.url, direction: 'forward' });
      const configure = (store: string) => ({
        listen: { host: '127.0.0.1', port },
        admin: { host: '127.0.0.1', port: 0 },
        publicUrl: 'http://127.0.0.1',
        store,
        ...(options.leaseSec !== undefined && { leaseSec: options.leaseSec }),
        tenants: {
          shop: {
            wechat: { ...account, baseUrl: out.url, ...options.wechatSettings },
            helpdesks: {
              main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: over.url, ...options.helpdeskSettings },
            },
          },
        },
      });
      const folder = join(home.folder, name);
      mkdirSync(folder);
      return {
        url: `http://127.0.0.1:${port}`,
        instance: openInstance({ name, line, folder, port, configure, notes }),
      };
    }),
  );
  const balancer = await openBalancer({ targets: instances.map(({ url }) => url), ...balancing });
  qiyu.changeSettings({ callbackUrl: `${balancer.url}/callback/shop/main` });
  return {
    wechat,
    qiyu,
    pushUrl: `${balancer.url}/wechat/shop`,
    databaseUrl: database.url,
    instances: instances.map(({ instance }) => instance),
    roads,
    ...notes,
    folder: home.folder,
    async close() {
      await Promise.all(instances.map(({ instance }) => instance.kill()));
      await Promise.all([balancer.close(), wechat.close(), qiyu.close(), roads.close()]);
      await Promise.all(instances.map(({ instance }) => instance.line.close()));
      await database.stop();
      home.remove();
    },
  };
}

interface Notes {
  readonly logged: Record<string, number>;
  readonly badEnds: string[];
  readonly lapses: Disturbance[];
  readonly slowStops: Disturbance[];
}

interface InstanceParts {
  readonly name: string;
  readonly line: Line;
  readonly folder: string;
  readonly port: number;
  readonly configure: (store: string) => object;
  readonly notes: Notes;
}

/** So long a stop waits for the work in hand. */
const stopPatienceMs = 6000;
/** Bytes of a call that is being cut may still be on their way. */
const lapseMs = 200;

const main = resolve(import.meta.dirname, '../src/main.ts');

function openInstance({ name, line, folder, port, configure, notes }: InstanceParts): Instance {
  const lives: ProcessLife[] = [];
  const configFile = join(folder, 'config.yaml');
  const bridge: BridgeProcess = openBridgeProcess({
    args: [main, '--config', configFile],
    folder,
    environment: {},
    url: `http://127.0.0.1:${port}`,
    now: Date.now,
    onLine(entry) {
      appendFileSync(join(folder, 'log.jsonl'), `${JSON.stringify(entry)}\n`);
      const at = Number(entry.time);
      if (entry.msg === 'lease.lapsed') notes.lapses.push({ from: at, until: at + lapseMs, instance: name });
      if (entry.level !== 'warn' && entry.level !== 'error') return;
      const event = String(entry.msg);
      notes.logged[event] = (notes.logged[event] ?? 0) + 1;
    },
    onSelfEnd() {
      noteEnd();
      notes.badEnds.push(`end: ${name} ended by itself: ${sayEnd(bridge)}`);
    },
  });
  const noteEnd = () => {
    const last = lives.pop();
    if (last !== undefined) lives.push({ endedAt: preciseNow(), ...last });
  };
  return {
    name,
    line,
    lives,
    get isUp() {
      return bridge.state().status === 'running';
    },
    async start() {
      const by = `${name}.${lives.length + 1}`;
      const store = new URL(line.url);
      store.searchParams.set('application_name', by);
      writeFileSync(configFile, stringify(configure(store.href)));
      lives.push({ by });
      await bridge.start();
    },
    async kill() {
      await bridge.kill();
      noteEnd();
    },
    async stop() {
      const from = preciseNow() + stopPatienceMs;
      await bridge.stop();
      noteEnd();
      if (from < preciseNow()) notes.slowStops.push({ from, until: preciseNow(), instance: name });
      if (bridge.state().end?.status !== 0) notes.badEnds.push(`stop: ${name}: ${sayEnd(bridge)}`);
    },
    signal(signal) {
      const { pid } = bridge.state();
      if (pid !== undefined) process.kill(pid, signal);
    },
  };
}

function sayEnd(bridge: BridgeProcess): string {
  return JSON.stringify(bridge.state().end ?? {});
}
