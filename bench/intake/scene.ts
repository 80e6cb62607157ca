import { makeHome } from '../../test/bridge/process.ts';
import { account, qiyuKeys } from '../../test/bridge/scene.ts';
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
export interface IntakeScene {
  readonly sides: readonly Side[];
  /** Prepares pushes, then sends them to one of the servers; what the server used meanwhile, and its memory after. */
  fire(side: Side, count: number, order: Exclude<Order, { kind: 'prepare' }>): Promise<Round>;
  close(): Promise<void>;
}

/** As many conversations as a busy account has in a day. */
const visitors = 2000;

export async function openIntakeScene(): Promise<IntakeScene> {
  const home = makeHome();
  home.writeConfig({
    publicUrl: 'http://127.0.0.1',
    tenants: {
      shop: {
        wechat: { ...account, baseUrl: 'http://127.0.0.1:9' },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: 'http://127.0.0.1:9' } },
      },
    },
  });
  const sides = ['none', 'nowhere', 'sqlite'] as const;
  const servers = new Map<Side, Child<object, ServerState>>(
    sides.map((side) => [
      side,
      openChild('./server.ts', ['--store', side, '--config', home.configFile], profile(side)),
    ]),
  );
  const generator = openChild<Order, Fired>('./generator.ts', []);

  return {
    sides,
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
      home.remove();
    },
  };
}

/** `BENCH_PROFILE=folder`: where the durable server leaves its CPU profile. */
function profile(side: Side): readonly string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder !== undefined && side === 'sqlite' ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}
