import type { Finding } from '../ports/channel.ts';
import type { ApiAnswer } from './api-answer.ts';
import { createClient } from './client.ts';
import { consequenceOf } from './errors.ts';
import type { WeChatSettings } from './settings.ts';
import { tokenOrigin } from './token.ts';
import type { ChannelTools } from './tools.ts';

/** Makes a call that needs an access token and changes nothing, and says in plain words why it does not work. */
export async function checkAccount(
  settings: WeChatSettings,
  tools: ChannelTools,
): Promise<readonly Finding[]> {
  const isClassic = settings.tokenSource === 'classic';
  // A classic token more would end the one that a running bridge uses; the stable one proves the same.
  const asked: WeChatSettings = isClassic ? { ...settings, tokenSource: 'stable' } : settings;
  const answer = await createClient(asked, tools).callApi('/cgi-bin/getcallbackip', undefined);
  return [...describeAnswer(answer, asked), ...(isClassic ? [classicWarning] : [])];
}

const classicWarning: Finding = {
  level: 'warn',
  text: 'tokenSource is classic: any other system that fetches tokens of this account ends the bridge’s; asked for a stable one here, so as to end none',
};

function describeAnswer(answer: ApiAnswer<unknown>, settings: WeChatSettings): readonly Finding[] {
  const { name, setting } = tokenOrigin(settings);
  const fatal = (text: string): readonly Finding[] => [{ level: 'fatal', text }];
  switch (answer.kind) {
    case 'ok':
      return [];
    case 'said':
      // Whatever else WeChat has against this call, it took the token.
      return consequenceOf(answer.errcode).kind === 'refreshToken'
        ? fatal(`WeChat refuses the access token that ${name} gives, code ${answer.errcode}`)
        : [];
    case 'noToken':
      return describeNoToken(answer.because, { name, setting });
    case 'stopped':
      return fatal(answer.alarm);
    case 'status':
    case 'notSent':
    case 'lost':
      return describeNoToken(answer, { name: 'WeChat', setting: 'baseUrl' });
    default:
      return answer satisfies never;
  }
}

function describeNoToken(
  failure: Exclude<ApiAnswer<unknown>, { kind: 'ok' }>,
  { name, setting }: ReturnType<typeof tokenOrigin>,
): readonly Finding[] {
  switch (failure.kind) {
    case 'notSent':
      return [
        {
          level: 'fatal',
          text: `${name} cannot be reached (${failure.code}): check ${setting} and the network`,
        },
      ];
    case 'status':
      return [
        {
          level: 'fatal',
          text: `expected an answer of ${name}, got HTTP ${failure.status}: is ${setting} right?`,
        },
      ];
    case 'lost':
      return [
        { level: 'warn', text: `${name} gave no answer that can be read (${failure.code}): try again` },
      ];
    case 'said':
      return [
        { level: 'warn', text: `${name} gives no access token now, code ${failure.errcode}: try again` },
      ];
    case 'noToken':
    case 'stopped':
      return [];
    default:
      return failure satisfies never;
  }
}
