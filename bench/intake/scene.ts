import { account, qiyuKeys } from '../../test/bridge/account.ts';
import { makeHome } from '../../test/bridge/process.ts';
import { type Child, openChild } from './child.ts';
import type { Fired, Order } from './generator.ts';
import type { ServerState } from './server.ts';

/** The twin, the bridge's planning without its store, and the bridge's intake with its store. */
export type Side = 'none' | 'nowhere' | 'sqlite';

export interface Round {
  readonly fired: Fired;
  /** CPU time of the server: of all its threads, and of the one that answers. */
  readonly cpuMs: number;
  readonly mainCpuMs: number;
  readonly rssBytes: number;
}

/** The servers and the load generator, each a process of its own. */
export interface IntakeScene<Name extends string = Side> {
  /** Prepares pushes, then sends them to one of the servers; what the server used meanwhile, and its memory after. */
  fire(side: Name, count: number, order: Exclude<Order, { kind: 'prepare' }>): Promise<Round>;
  close(): Promise<void>;
}

/** What a server is started with. */
interface ServerOptions {
  readonly store: 'none' | 'nowhere' | 'real';
  readonly configFile: string;
  readonly execArgv?: readonly string[];
}

/** As many conversations as a busy account has in a day. */
export const visitors = 2000;

/** A configuration whose outside is not there: what is taken is only kept. */
export function intakeConfig(store?: string): object {
  const nowhere = 'http://127.0.0.1:9';
  return {
    publicUrl: 'http://127.0.0.1',
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    ...(store !== undefined && { store }),
    tenants: {
      shop: {
        wechat: { ...account, baseUrl: nowhere },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: nowhere } },
      },
    },
  };
}

export async function openIntakeScene(): Promise<IntakeScene> {
  const home = makeHome();
  home.writeConfig(intakeConfig());
  const { configFile } = home;
  const scene = openServers({
    none: { store: 'none', configFile },
    nowhere: { store: 'nowhere', configFile },
    sqlite: { store: 'real', configFile, execArgv: profile() },
  });
  return {
    ...scene,
    async close() {
      await scene.close();
      home.remove();
    },
  };
}

/** Starts the servers, by their names, and a load generator for all of them. */
export function openServers<Name extends string>(
  options: Readonly<Record<Name, ServerOptions>>,
): IntakeScene<Name> {
  const sides = Object.keys(options) as Name[]; // a record's keys are its type's
  const servers = new Map<Name, Child<object, ServerState>>(
    sides.map((side) => {
      const { store, configFile, execArgv = [] } = options[side];
      return [side, openChild('./server.ts', ['--store', store, '--config', configFile], execArgv)];
    }),
  );
  const generator = openGenerator();

  return {
    async fire(side, count, order) {
      const server = servers.get(side);
      if (server === undefined) throw new Error(`expected a server for ${side}`);
      const before = await server.ask({});
      await generator.ask({ kind: 'prepare', count, url: `${before.url}/wechat/shop`, account, visitors });
      const fired = await generator.ask(order);
      const after = await server.ask({});
      return {
        fired,
        cpuMs: after.cpuMs - before.cpuMs,
        mainCpuMs: after.mainCpuMs - before.mainCpuMs,
        rssBytes: after.rssBytes,
      };
    },
    async close() {
      await Promise.all([...servers.values(), generator].map((child) => child.end()));
    },
  };
}

export function openGenerator(): Child<Order, Fired> {
  return openChild<Order, Fired>('./generator.ts', []);
}

/** `BENCH_PROFILE=folder`: where the durable server leaves its CPU profile. */
function profile(): readonly string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}
