import type { Knock, Knocker, KnockOutcome } from '../ports/channel.ts';
import type { ApiFailure } from './api-answer.ts';
import type { WeChatClient } from './client.ts';
import { outcomeOf } from './outcome.ts';
import { fillValue, type SubscribeSettings } from './subscribe-settings.ts';

/**
 * Subscription messages as knocks (WeChat, subscription message page): each that a visitor has accepted may be sent
 * once. They count against no allowance, and open no window.
 */
export function createKnocker(
  settings: SubscribeSettings,
  { client, now }: { readonly client: WeChatClient; readonly now: () => number },
): Knocker {
  return {
    template: settings.templateId,
    async knock(knock) {
      const answer = await client.sendSubscription(writeMessage(settings, knock), knock.signal);
      return answer.kind === 'ok' ? { outcome: 'accepted' } : outcomeOfFailure(answer, now());
    },
  };
}

function writeMessage(settings: SubscribeSettings, knock: Knock): string {
  const values = {
    time: timeInShanghai(knock.writtenAt),
    count: String(Math.min(knock.replies, 9999)),
    agent: knock.agent ?? '',
  };
  const data = Object.entries(settings.data).map(
    ([key, text]) => [key, { value: fillValue(key, text, values).toWellFormed() }] as const,
  );
  return JSON.stringify({
    touser: knock.visitor,
    template_id: settings.templateId,
    page: settings.page,
    data: Object.fromEntries(data),
    miniprogram_state: settings.miniprogramState,
    lang: settings.lang,
  });
}

/** What visitors of WeChat have on their clocks: eight hours ahead all year. */
function timeInShanghai(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}

function outcomeOfFailure(failure: ApiFailure, now: number): KnockOutcome {
  return (failure.kind === 'said' ? outcomeOfCode(failure) : undefined) ?? outcomeOfOther(failure, now);
}

/** What codes mean here alone, or otherwise than for customer-service messages. */
function outcomeOfCode({ errcode, text }: Extract<ApiFailure, { kind: 'said' }>): KnockOutcome | undefined {
  const code = String(errcode);
  const refuse = (alarm?: string): KnockOutcome => ({
    outcome: 'refused',
    code,
    ...(alarm !== undefined && { alarm }),
  });
  switch (errcode) {
    case 40003:
      return refuse();
    case 40037:
      return refuse('WeChat does not know the template of subscribe.templateId');
    case 41030:
      return refuse('WeChat does not know the page of subscribe.page, or that version is not published');
    case 43101:
      return { outcome: 'unallowed', code };
    case 43107:
      return refuse('WeChat has banned the account from sending subscription messages');
    case 43108:
      return { outcome: 'later', code, afterMs: 1000 };
    case 45168:
      return refuse('WeChat found forbidden words in a value of subscribe.data');
    case 47003:
      return refuse(`WeChat does not take a value of subscribe.data${fieldIn(text)}`);
    default:
      return undefined;
  }
}

/** The key that the answer names. */
function fieldIn(text: string): string {
  const key = /\bdata\.([a-z_]{1,20}\d{1,3})\b/.exec(text)?.[1];
  return key === undefined ? '' : `: ${key}`;
}

function outcomeOfOther(failure: ApiFailure, now: number): KnockOutcome {
  const outcome = outcomeOf(failure, now);
  switch (outcome.outcome) {
    case 'pause':
      return { outcome: 'later', code: outcome.code, afterMs: outcome.untilMs - now };
    case 'later':
      return { outcome: 'later', code: outcome.code };
    case 'held':
      return { outcome: 'refused', code: outcome.code };
    case 'refused':
    case 'unknown':
      return outcome;
    default:
      return outcome satisfies never;
  }
}
