import type { Limit } from './cluster-judge.ts';
import type { ClusterSceneOptions } from './cluster-scene.ts';
import { tirelessQiyu } from './load.ts';

/** The helpdesk's limits, of one interface and of all, as multiples of that of WeChat. */
const helpdeskShares = { perInterface: 3, perTenant: 5 } as const;

/** What is owed to the outside where WeChat allows so many sends a second. */
export function limitsOf(limit: number): readonly Limit[] {
  return [
    {
      name: 'sends to WeChat',
      perSecond: limit,
      counts: ({ path }) => path === '/cgi-bin/message/custom/send',
    },
    {
      name: 'messages to the helpdesk',
      perSecond: helpdeskShares.perInterface * limit,
      counts: ({ path }) => path === '/openapi/message/send',
    },
    {
      name: 'all calls to the helpdesk',
      perSecond: helpdeskShares.perTenant * limit,
      counts: ({ direction }) => direction === 'forward',
    },
  ];
}

/**
 * The outside, and what the bridges are told of it. The pretended sides refuse nothing for its rate: how much came is
 * counted at their doors.
 */
export function outsideFor(
  limit: number,
): Pick<ClusterSceneOptions, 'wechat' | 'qiyu' | 'wechatSettings' | 'helpdeskSettings'> {
  const { perInterface, perTenant } = helpdeskShares;
  return {
    wechat: { keep: 1_000_000, answerTimeoutMs: 2500 },
    qiyu: { ...tirelessQiyu, answerTimeoutMs: 2500 },
    wechatSettings: { sendPerSecond: limit, sendPerMinute: 1_000_000, answerBudgetMs: 2000 },
    helpdeskSettings: { qps: { perInterface: perInterface * limit, perTenant: perTenant * limit } },
  };
}
