import { randomBytes } from 'node:crypto';
import { wordsToBe } from '../formats/describe-part.ts';
import type { Message } from '../model/message.ts';
import type { Channel } from '../ports/channel.ts';
import { CallFailed } from '../ports/errors.ts';
import { unpaced } from '../ports/pace.ts';
import { rulesOf } from '../ports/send-settings.ts';
import { writeAnswer } from './answer.ts';
import type { ApiFailure } from './api-answer.ts';
import { checkAccount } from './check.ts';
import { createClient } from './client.ts';
import { fetchMedia } from './download.ts';
import { openableAppids, planPieces } from './forms.ts';
import { createKnocker } from './knock.ts';
import { QUOTA_APIS } from './limits.ts';
import { makeLinksSafe } from './links.ts';
import { createPushReader } from './push.ts';
import { keysOfAccount } from './push-keys.ts';
import { readQuota } from './quota.ts';
import { sendReply } from './send.ts';
import type { WeChatSettings } from './settings.ts';
import type { ChannelTools } from './tools.ts';
import { createTyping } from './typing.ts';

/** One WeChat account as the bridge sees it. `random` is for tests; without a `pace` nobody minds pauses. */
export function createWeChatChannel(
  settings: WeChatSettings,
  lent: Omit<ChannelTools, 'random' | 'pace'> & Partial<Pick<ChannelTools, 'random' | 'pace'>>,
): Channel {
  const tools: ChannelTools = { random: randomBytes, pace: unpaced, ...lent };
  const keys = lent.component?.pushKeys ?? keysOfAccount(settings);
  const client = createClient(settings, tools);
  return {
    appid: settings.appid,
    kind: settings.kind,
    rules: rulesOf(settings),
    textOf: ({ parts }) => textOf(parts, settings),
    readPush: createPushReader(settings, keys),
    answerPush: (answer, context, now) =>
      writeAnswer(answer, { settings, keys, context, now, random: tools.random }),
    send: (reply, attempt) => sendReply({ settings, client, tools }, reply, attempt),
    ...(settings.subscribe && {
      knocker: createKnocker(settings.subscribe, { client, now: tools.now }),
    }),
    typing: createTyping(settings, client),
    fetchMedia: (from, into, signal) => fetchMedia({ settings, client, tools, into }, from, signal),
    async call(path, body) {
      const answer = await client.callApi(path, body);
      if (answer.kind === 'ok') return answer.value;
      throw new CallFailed(path, reasonOf(answer));
    },
    check: () => checkAccount(settings, tools),
    quota: { apis: QUOTA_APIS, read: (api) => readQuota(client, api) },
  };
}

/** WeChat's code, also where it was said to an earlier call and stopped this one. */
function reasonOf(failure: ApiFailure): string {
  if (failure.kind === 'said') return String(failure.errcode);
  return failure.kind === 'stopped' ? failure.code : failure.kind;
}

/** A reply of several sends is none that another could be joined with. */
function textOf(parts: Message['parts'], settings: WeChatSettings): string | undefined {
  const [piece, ...others] = planPieces(parts, settings);
  if (piece?.kind !== 'text' || others.length > 0) return undefined;
  return makeLinksSafe(wordsToBe(piece.parts), openableAppids(settings));
}
