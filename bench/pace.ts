import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openScene, unjoined } from '../test/bridge/scene.ts';
import { nameVisitor } from './intake/prepared.ts';
import { judge, mostWithin, printTable, quantile } from './numbers.ts';
import { benchInstances } from './pace/instances.ts';
import { shareUsed } from './pace/windows.ts';

/** Of the limit so much is to be used while there is a backlog, and no window this long may hold more than the limit. */
const goals = { share: 0.98, windowMs: 980 } as const;
const SEND = '/cgi-bin/message/custom/send';

interface Options {
  readonly limit: number;
  readonly seconds: number;
  /** With so many instances each; none: the whole bridge, as one process. */
  readonly instances: readonly number[];
}

/**
 * A backlog of replies over many conversations through the real bridge, as a process of its own, to the pretended WeChat:
 * how much of a limit of so many sends a second is used, and how many arrive in the fullest window. With `--instances` the
 * pace alone, in several processes.
 */
export async function benchPace(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.instances.length > 0) return benchInstances(options);
  const { sends, tookMs } = await sendBacklog(options);
  const { limit, seconds } = options;
  const share = shareUsed(sends, options);
  const fullest = mostWithin(sends, goals.windowMs);
  const gaps = sends.slice(limit).map((at, index) => at - (sends[index] ?? 0));
  printTable(`A backlog at ${limit} sends a second for ${seconds} s; it was handed over in ${tookMs} ms`, [
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
  const given = { limit: whole, seconds: whole, instances: { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options: given });
  const { limit = '20', seconds = '30', instances } = values;
  return {
    limit: readWhole('limit', limit),
    seconds: readWhole('seconds', seconds),
    instances: instances?.split(',').map((number) => readWhole('instances', number)) ?? [],
  };
}

function readWhole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`expected --${name} to be a whole number`);
  return number;
}

/**
 * When each send arrived, milliseconds with fractions, first first. Until all replies are there WeChat says that its minute
 * is used up; the next minute finds the whole backlog.
 */
async function sendBacklog({ limit, seconds }: Options) {
  const fast = { perInterface: 1000, perTenant: 1000 };
  const scene = await openScene({
    wechat: { keep: 1_000_000 },
    qiyu: { keep: 1000, perInterfaceRate: fast.perInterface, perTenantRate: fast.perTenant },
    wechatSettings: { ...unjoined, sendPerSecond: limit, sendPerMinute: 1_000_000 },
    helpdeskSettings: { qps: fast, showGreeting: false },
  });
  const { wechat, qiyu, pushUrl } = scene;
  try {
    // Lines of one conversation that wait together are one send, so each has a conversation of its own.
    const visitors = Array.from({ length: limit * (seconds + 2) }, (_, index) => nameVisitor(index));
    const resume = wechat.fail({ path: SEND, errcode: 45011, times: Number.POSITIVE_INFINITY });
    const startedAt = performance.now();
    await inTens(visitors, (visitor) => wechat.pushText(pushUrl, visitor, '你好'));
    await inTens(visitors, (visitor) => qiyu.agentSays(visitor, '您好，有货的。'));
    const tookMs = Math.round(performance.now() - startedAt);
    resume();
    await wechat.nextSend(undefined, 70_000);
    await pause(seconds * 1000);
    return { sends: wechat.sends.all.map(({ preciseAt }) => preciseAt), tookMs };
  } finally {
    await scene.close();
  }
}

async function inTens<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += 10) await Promise.all(items.slice(at, at + 10).map(run));
}
