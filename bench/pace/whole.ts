import { type Bridges, openBridges } from '../bridges.ts';
import { inTens } from '../in-tens.ts';
import { nameVisitor } from '../intake/prepared.ts';
import type { Crew, CrewOptions } from './instances.ts';

const SEND = '/cgi-bin/message/custom/send';

/**
 * Whole bridges, and the pretended WeChat. The backlog is of replies, each in a conversation of its own, as lines of one
 * that wait together are one send.
 */
export async function openWholeBridges(options: CrewOptions): Promise<Crew> {
  const { instances: count, limit, seconds, databaseUrl } = options;
  const bridges = await openBridges({ store: databaseUrl, instances: count, sendPerSecond: limit });
  const { wechat, instances, pushUrl } = bridges;
  const visitors = Array.from({ length: limit * (seconds + 3) }, (_, index) => nameVisitor(index));
  await inTens(visitors, (visitor) => wechat.pushText(pushUrl, visitor, '你好'));
  return {
    processes: instances.map((instance) => instance.process),
    begin: () => sayWhileClosed(bridges, visitors),
    sends: () => wechat.sends.all.map(({ preciseAt }) => preciseAt),
    close: bridges.close,
  };
}

/**
 * An agent says one thing to each visitor. Until all of it is there WeChat says that its minute is used up; the next minute
 * finds the whole backlog. Resolves with the first send of it.
 */
export async function sayWhileClosed(
  { wechat, qiyu }: Pick<Bridges, 'wechat' | 'qiyu'>,
  visitors: readonly string[],
): Promise<void> {
  const resume = wechat.fail({ path: SEND, errcode: 45011, times: Number.POSITIVE_INFINITY });
  await inTens(visitors, (visitor) => qiyu.agentSays(visitor, '您好，有货的。'));
  resume();
  await wechat.nextSend(undefined, 70_000);
}
