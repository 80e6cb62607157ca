import { setTimeout as pause } from 'node:timers/promises';
import { openBalancer } from '../../chaos/balancer.ts';
import { preciseNow } from '../../chaos/load.ts';
import { type BridgeProcess, makeHome, startBridge } from '../../test/bridge/process.ts';
import { account, qiyuKeys, startOutside, unjoined } from '../../test/bridge/scene.ts';
import type { Child } from '../intake/child.ts';
import type { Fired, Order } from '../intake/generator.ts';
import { visitors } from '../intake/scene.ts';

/** Whole bridges on one store behind the load balancer, between a pretended WeChat and a quick pretended helpdesk. */
export interface EngineScene {
  /** Sends pushes as fast as they are acknowledged, and waits until all are forwarded. */
  flood(generator: Child<Order, Fired>, given: Flood): Promise<Fired>;
  /** Visitors and agents speak at a steady rate; how long each line was under way, milliseconds. */
  talk(given: Talk): Promise<Underway>;
  close(): Promise<void>;
}

interface Flood {
  readonly count: number;
  readonly connections: number;
}

export interface Talk {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Underway {
  /** From a push to the helpdesk's call. */
  readonly forwards: readonly number[];
  /** From a callback to the send. */
  readonly replies: readonly number[];
  /** Lines that did not come. */
  readonly missing: number;
}

const patienceMs = 60_000;
const talkers = 40;

/** `store`: as the configuration names it. */
export async function openEngineScene(store: string, instances: number): Promise<EngineScene> {
  const fast = { perInterface: 1000, perTenant: 1000 };
  const { wechat, qiyu } = await startOutside({
    wechat: { keep: 50_000 },
    qiyu: {
      keep: 50_000,
      perInterfaceRate: Number.POSITIVE_INFINITY,
      perTenantRate: Number.POSITIVE_INFINITY,
    },
  });
  const home = makeHome();
  home.writeConfig({
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    publicUrl: 'http://127.0.0.1',
    log: { level: 'warn' },
    store: store === 'sqlite' ? 'sqlite:bridge.db' : store,
    tenants: {
      shop: {
        wechat: {
          ...account,
          ...unjoined,
          baseUrl: wechat.url,
          sendPerSecond: 10_000,
          sendPerMinute: 1_000_000,
        },
        helpdesks: {
          main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url, qps: fast, showGreeting: false },
        },
      },
    },
  });
  const bridges: BridgeProcess[] = [];
  // One after another: the first makes the tables.
  while (bridges.length < instances) bridges.push(await startBridge(home.configFile));
  const targets = bridges.map(({ publicUrl }) => publicUrl);
  const balancer = await openBalancer({ targets, timeoutMs: 30_000, restMs: 0 });
  const pushUrl = `${balancer.url}/wechat/shop`;
  qiyu.changeSettings({ callbackUrl: `${balancer.url}/callback/shop/main` });

  return {
    async flood(generator, { count, connections }) {
      const before = qiyu.messages.count;
      await generator.ask({ kind: 'prepare', count, url: pushUrl, account: wechat.account, visitors });
      const fired = await generator.ask({ kind: 'flood', connections });
      await until(() => qiyu.messages.count >= before + count);
      return fired;
    },
    async talk({ perSecond, seconds }) {
      const all = Array.from({ length: talkers }, (_, index) => `oTalk${String(index).padStart(23, '0')}`);
      // Everybody is with an agent before the clock runs.
      await Promise.all(all.map((visitor) => wechat.pushText(pushUrl, visitor, '在吗')));
      await until(() => all.every((visitor) => qiyu.sessionOf(visitor) !== undefined));
      const saidAt = new Map<string, number>();
      const say = (text: string, run: () => Promise<unknown>) => {
        saidAt.set(text, preciseNow());
        return run();
      };
      const lines: Promise<unknown>[] = [];
      const startedAt = performance.now();
      for (let index = 0; index < perSecond * seconds; index += 1) {
        await pause(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
        const visitor = all[index % talkers] ?? '';
        const [question, reply] = [`问${startedAt} ${index}`, `答${startedAt} ${index}`];
        lines.push(say(question, () => wechat.pushText(pushUrl, visitor, question)));
        await pause(500 / perSecond);
        lines.push(say(reply, () => qiyu.agentSays(visitor, reply)));
      }
      await Promise.all(lines);
      const cameAt = () =>
        new Map(
          [...qiyu.messages.all, ...wechat.sends.all].map(({ text = '', preciseAt }) => [text, preciseAt]),
        );
      await until(() => [...saidAt.keys()].every((text) => cameAt().has(text)));
      const came = cameAt();
      const timesOf = (mark: string) =>
        [...saidAt].flatMap(([text, at]) => {
          const arrivedAt = text.startsWith(mark) ? came.get(text) : undefined;
          return arrivedAt === undefined ? [] : [arrivedAt - at];
        });
      const [forwards, replies] = [timesOf('问'), timesOf('答')];
      return { forwards, replies, missing: saidAt.size - forwards.length - replies.length };
    },
    async close() {
      await Promise.all(bridges.map((bridge) => bridge.kill()));
      await Promise.all([balancer.close(), wechat.close(), qiyu.close()]);
      home.remove();
    },
  };
}

/** What has not come by the end of the patience is counted as missing by whoever waits. */
async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo() && performance.now() < end) await pause(20);
}
