import { defineAdapter, type HelpdeskAdapter, type Tools } from '../../src/ports/helpdesk.ts';
import { createApi } from './api.ts';
import { checkMiniProgram, checkOfficialAccount } from './check.ts';
import { foldOnline, isOnline, pullOnline } from './online.ts';
import { pullRecords } from './records.ts';
import { type OfficialSettings, officialSettings } from './settings.ts';
import { support } from './support.ts';

/** WeChat's own agents (微信官方客服): a hand-over, no relay. */
export const wechatOfficial = defineAdapter({
  name: 'wechat-official',
  settings: officialSettings,
  handsOver: true,
  support,
  create: createAdapter,
});

function createAdapter(settings: OfficialSettings, tools: Tools): HelpdeskAdapter {
  const { kfAccount } = settings;
  const api = createApi(tools);
  // A mini-program tells nothing of its agents, and nobody in particular can be asked for.
  const isTold = tools.channelKind !== 'miniprogram';
  const online = { api, pollMs: settings.onlinePollSec * 1000 };
  const records = { api, pollMs: settings.recordsPollSec * 1000 };
  const hasOnline = isTold && kfAccount !== undefined;
  const hasRecords = isTold && settings.recordsPollSec > 0;
  const topics = [...(hasOnline ? ['online'] : []), ...(hasRecords ? ['records'] : [])];
  return {
    accepts: new Set(),
    handOver: {
      account: (memory, now) =>
        hasOnline && isOnline(kfAccount, memory, { now, pollMs: online.pollMs }) ? kfAccount : undefined,
    },
    // Only what was kept for another helpdesk of this name comes here: it is too late to hand it over.
    forward: async () => ({ outcome: 'refused', code: 'handed over only' }),
    visitorIds: ({ visitor }) => (hasRecords ? [visitor] : []),
    fold: foldOnline,
    wake: async () => ({ outcome: 'accepted', watch: topics.map((topic) => ({ topic, afterMs: 0 })) }),
    async pull(from) {
      if (from.topic === 'online' && hasOnline) return pullOnline(online, tools.now());
      if (from.topic === 'records' && hasRecords) return pullRecords(records, from, tools.now());
      return { outcome: 'page', cursor: from.cursor, more: false };
    },
    check: async () => (isTold ? checkOfficialAccount(settings, api) : checkMiniProgram(settings)),
  };
}
