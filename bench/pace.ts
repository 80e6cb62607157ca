import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openScene, unjoined } from '../test/bridge/scene.ts';
import { inTens } from './in-tens.ts';
import { nameVisitor } from './intake/prepared.ts';
import { judge, mostWithin, printTable, quantile } from './numbers.ts';
import { benchInstances } from './pace/instances.ts';
import { sayWhileClosed } from './pace/whole.ts';
import { shareUsed } from './pace/windows.ts';

/** Of the limit so much is to be used while there is a backlog, and no window this long may hold more than the limit. */
const goals = { share: 0.98, windowMs: 980 } as const;

interface Options {
  readonly limit: number;
  readonly seconds: number;
  /** With so many instances each, over one PostgreSQL; none: one process over SQLite. */
  readonly instances: readonly number[];
  /** Of several instances the pace alone, not the whole bridge. */
  readonly alone: boolean;
}

/**
 * A backlog of replies over many conversations through the real bridge, as a process of its own, to the pretended WeChat:
 * how much of a limit of so many sends a second is used, and how many arrive in the fullest window. With `--instances` the
 * same by several processes over one PostgreSQL, with `--alone` by their pace alone.
 */
export async function benchPace(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.instances.length > 0) return benchInstances(options);
  const sends = await sendBacklog(options);
  const { limit, seconds } = options;
  const share = shareUsed(sends, options);
  const fullest = mostWithin(sends, goals.windowMs);
  const gaps = sends.slice(limit).map((at, index) => at - (sends[index] ?? 0));
  printTable(`A backlog at ${limit} sends a second for ${seconds} s`, [
    [
      'sends',
      'share used',
      `most in ${goals.windowMs} ms`,
      'most in 1000 ms',
      `shortest time of ${limit + 1}`,
      'median',
    ],
    [
      sends.length,
      share.toFixed(4),
      fullest,
      mostWithin(sends, 1000),
      `${quantile(gaps, 0).toFixed(1)} ms`,
      `${quantile(gaps, 0.5).toFixed(1)} ms`,
    ],
  ]);
  const isUsed = judge(`at least ${goals.share} of the limit`, share >= goals.share, share.toFixed(4));
  const isKept = judge(`never more than ${limit} in ${goals.windowMs} ms`, fullest <= limit, String(fullest));
  return isUsed && isKept ? 0 : 1;
}

function readOptions(args: readonly string[]): Options {
  const whole = { type: 'string' } as const;
  const given = { limit: whole, seconds: whole, instances: whole, alone: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: [...args], options: given });
  const { limit = '20', seconds = '30', instances, alone = false } = values;
  return {
    limit: readWhole('limit', limit),
    seconds: readWhole('seconds', seconds),
    instances: instances?.split(',').map((number) => readWhole('instances', number)) ?? [],
    alone,
  };
}

function readWhole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`expected --${name} to be a whole number`);
  return number;
}

/** When each send arrived, milliseconds with fractions, first first. */
async function sendBacklog({ limit, seconds }: Options) {
  const fast = { perInterface: 1000, perTenant: 1000 };
  const scene = await openScene({
    wechat: { keep: 1_000_000 },
    qiyu: { keep: 1000, perInterfaceRate: fast.perInterface, perTenantRate: fast.perTenant },
    wechatSettings: { ...unjoined, sendPerSecond: limit, sendPerMinute: 1_000_000 },
    helpdeskSettings: { qps: fast, showGreeting: false },
  });
  const { wechat, pushUrl } = scene;
  try {
    // Lines of one conversation that wait together are one send, so each has a conversation of its own.
    const visitors = Array.from({ length: limit * (seconds + 2) }, (_, index) => nameVisitor(index));
    await inTens(visitors, (visitor) => wechat.pushText(pushUrl, visitor, '你好'));
    await sayWhileClosed(scene, visitors);
    await pause(seconds * 1000);
    return wechat.sends.all.map(({ preciseAt }) => preciseAt);
  } finally {
    await scene.close();
  }
}
