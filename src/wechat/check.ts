import type { Finding } from '../ports/channel.ts';
import type { ApiFailure } from './api-answer.ts';
import type { WeChatClient } from './client.ts';
import { consequenceOf } from './errors.ts';

/** Asks WeChat for an access token, and says in plain words why there is none. */
export async function checkAccount(client: WeChatClient): Promise<readonly Finding[]> {
  const reading = await client.getToken();
  return reading.kind === 'token' ? [] : [describeFailure(reading)];
}

function describeFailure(failure: ApiFailure): Finding {
  switch (failure.kind) {
    case 'said':
      return { level: 'fatal', text: describeCode(failure.errcode, failure.text) };
    case 'status':
      return {
        level: 'fatal',
        text: `expected an answer of the WeChat API, got HTTP ${failure.status}: is baseUrl right?`,
      };
    case 'notSent':
      return {
        level: 'fatal',
        text: `WeChat cannot be reached (${failure.code}): check baseUrl and the network`,
      };
    case 'lost':
      return { level: 'warn', text: `WeChat gave no answer that can be read (${failure.code}): try again` };
    case 'noToken':
      return describeFailure(failure.because);
    default:
      return failure satisfies never;
  }
}

/** What to do about the codes that a wrong setting causes; the others are named by the table. */
const advice: ReadonlyMap<number, string> = new Map([
  [40013, 'compare appid with the console'],
  [40125, 'compare secret with the console; it may have been reset'],
  [40164, 'add the address to the IP whitelist in the console, and wait ten minutes'],
  [40243, 'unfreeze the secret in the console'],
  [89503, 'the administrator has to confirm the request in WeChat'],
]);

function describeCode(errcode: number, text: string): string {
  const consequence = consequenceOf(errcode);
  const what = consequence.kind === 'stop' ? consequence.alarm : 'WeChat gives no access token';
  // The only place where the address stands that WeChat saw.
  const address = errcode === 40164 ? /invalid ip ([0-9a-fA-F.:]+)/.exec(text)?.[1] : undefined;
  const todo = advice.get(errcode);
  return `${what}${address === undefined ? '' : ` (${address})`}, code ${errcode}${todo === undefined ? '' : `: ${todo}`}`;
}
