import { setTimeout as pause } from 'node:timers/promises';
import { openScene } from '../../test/bridge/scene.ts';
import { quantile, rateOf, writeTable } from '../numbers.ts';
import type { Order } from './generator.ts';
import { openGenerator } from './scene.ts';

/** Few enough that everybody is with an agent after the warm-up. */
const visitors = 200;
const steadyRate = 200;
const steadySeconds = 5;
const patienceMs = 120_000;

/** The same with forwards: the whole bridge as a process, and a pretended helpdesk that answers at once. */
export async function measureForwards({
  forwards,
  connections,
}: {
  readonly forwards: number;
  readonly connections: number;
}): Promise<void> {
  const scene = await openScene({
    qiyu: {
      record: false,
      perInterfaceRate: Number.POSITIVE_INFINITY,
      perTenantRate: Number.POSITIVE_INFINITY,
    },
    wechat: { record: false },
    wechatSettings: { sendPerMinute: 1_000_000 },
    helpdeskSettings: { qps: { perInterface: 1000, perTenant: 1000 } },
    config: { log: { level: 'warn' } },
  });
  const generator = openGenerator();
  const fire = async (count: number, order: Order) => {
    const { account } = scene.wechat;
    await generator.ask({ kind: 'prepare', count, url: scene.pushUrl, account, visitors });
    const before = scene.qiyu.messages.count;
    const startedAt = performance.now();
    const fired = await generator.ask(order);
    const until = performance.now() + patienceMs;
    while (scene.qiyu.messages.count < before + count && performance.now() < until) await pause(5);
    const tookMs = performance.now() - startedAt;
    return { fired, forwarded: scene.qiyu.messages.count - before, tookMs };
  };
  try {
    await fire(visitors, { kind: 'flood', connections });
    const flood = await fire(forwards, { kind: 'flood', connections });
    const steady = await fire(steadyRate * steadySeconds, {
      kind: 'steady',
      connections,
      perSecond: steadyRate,
    });
    const row = (name: string, { fired, forwarded, tookMs }: typeof flood) => [
      name,
      Math.round(rateOf(fired)),
      quantile(fired.latenciesMs, 0.5).toFixed(1),
      quantile(fired.latenciesMs, 0.99).toFixed(1),
      Math.round(rateOf({ count: forwarded, tookMs })),
      fired.count - forwarded,
    ];
    process.stdout.write(
      '\nThe whole bridge, forwarding to a quick helpdesk (the pretended one shares the cores)\n',
    );
    process.stdout.write(
      writeTable([
        ['', 'acknowledged/s', 'p50 ms', 'p99 ms', 'forwarded/s', 'missing'],
        row(`${forwards} at once`, flood),
        row(`${steadyRate} a second`, steady),
      ]),
    );
  } finally {
    await generator.end();
    await scene.close();
  }
}
