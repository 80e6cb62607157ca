import { wordsToBe } from '../../../src/formats/describe-part.ts';
import type { Message } from '../../../src/model/message.ts';
import type { Channel } from '../../../src/ports/channel.ts';
import { type ChannelTools, defineChannel } from '../../../src/ports/channel-definition.ts';
import { CallFailed } from '../../../src/ports/errors.ts';
import { rulesOf } from '../../../src/ports/send-settings.ts';
import { createKfApi } from '../kf-api.ts';
import { asksToWait } from '../outcome.ts';
import { createBellReader } from './bell.ts';
import { checkChannel } from './check.ts';
import type { ChannelDesk } from './desk.ts';
import { createMediaFetch } from './media.ts';
import { planPieces } from './pieces.ts';
import { createPuller } from './pull.ts';
import { sendReply } from './send.ts';
import { type KfChannelSettings, kfChannelSettings } from './settings.ts';

/** A kf account as a channel: its customers are visitors whom any helpdesk answers. */
export const wecomKfChannel = defineChannel({
  name: 'wecomKf',
  description: 'a kf account of WeCom (微信客服) whose customers the helpdesks answer',
  settings: kfChannelSettings,
  accountSetting: 'openKfid',
  accountOf: ({ openKfid }) => openKfid,
  // Without a notification's token the limit is stricter, and unpublished.
  limits: () => [{ name: '/cgi-bin/kf/sync_msg', calls: 1, perMs: 200, scope: 'all' }],
  asksToWait,
  policy: ({ retryMaxAgeSec, dedupTtlSec, answerBudgetMs, servedTtlSec }) => ({
    // A message id that was used tells that the message had arrived.
    onUnknown: 'settle',
    retryMaxAgeMs: retryMaxAgeSec * 1000,
    seenForMs: dedupTtlSec * 1000,
    answerBudgetMs,
    pushMaxBytes: 1_048_576,
    routeTtlMs: servedTtlSec * 1000,
  }),
  create: createKfChannel,
});

/** One kf account as the bridge sees it. */
export function createKfChannel(settings: KfChannelSettings, tools: ChannelTools): Channel {
  const desk: ChannelDesk = { settings, api: createKfApi(settings, tools), tools };
  return {
    appid: settings.openKfid,
    kind: 'wecom-kf',
    rules: rulesOf(settings),
    textOf: textOfReply,
    readPush: createBellReader(settings),
    answerPush: () => ({ type: 'text/plain', body: 'success' }),
    puller: createPuller(desk),
    ownAgents: { name: '企业微信接待人员' },
    send: (reply, attempt) => sendReply(desk, reply, attempt),
    fetchMedia: createMediaFetch(desk),
    call: async (path) => {
      throw new CallFailed(path, 'no WeChat account');
    },
    check: (signal) => checkChannel(desk, signal),
  };
}

/** A reply of several messages is none that another could be joined with. */
function textOfReply({ parts }: Message): string | undefined {
  const [piece, ...others] = planPieces(parts);
  if (piece?.kind !== 'text' || others.length > 0) return undefined;
  return wordsToBe(piece.parts);
}
