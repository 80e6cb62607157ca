import type { Finding } from '../../src/ports/channel.ts';
import type { EasemobApi } from './api.ts';
import { outcomeOf } from './outcome.ts';
import type { RestApi } from './rest-api.ts';
import type { EasemobSettings } from './settings.ts';

/**
 * Tries what no agent sees. Over IM: a token, and a user that nobody is, who never writes, or the one who speaks for all. By
 * the REST channel: a message without anything in it, which a right signature makes a bad one and a wrong signature an
 * unproved one.
 */
export async function checkAccount(
  settings: EasemobSettings,
  { im, rest }: { readonly im: EasemobApi; readonly rest: RestApi },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings =
    settings.mode === 'im' ? await checkIm(settings, im, signal) : await checkRest(rest, signal);
  return findings.some(({ level }) => level === 'ok') ? [...findings, ...guesses(settings)] : findings;
}

async function checkIm(
  { namePrefix, identity, sharedUser, exceptionStorage }: EasemobSettings,
  im: EasemobApi,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const user = (identity === 'shared' && sharedUser) || `${namePrefix}kefu-bridge-check`;
  const registered = await im.register(user, signal);
  if (registered.kind !== 'ok') return [describe(registered, 'im')];
  const ok: Finding = {
    level: 'ok',
    text: 'Easemob IM accepts the AppKey, clientId and clientSecret, and takes users',
  };
  const stored = exceptionStorage ? await im.storedCallbacks(signal) : undefined;
  const hasNone = stored !== undefined && stored.kind !== 'ok';
  return hasNone
    ? [
        ok,
        {
          level: 'warn',
          text: 'Easemob keeps no callbacks that failed (回调异常存储): exceptionStorage is of no use',
        },
      ]
    : [ok];
}

async function checkRest(rest: RestApi, signal: AbortSignal): Promise<readonly Finding[]> {
  const answer = await rest.send(Buffer.from('{}'), signal);
  const ok: Finding = {
    level: 'ok',
    text: 'Easemob accepts the channel, restClientId, restClientSecret and the time of this host',
  };
  if (answer.kind === 'ok') {
    const text = 'Easemob took a message without anything in it: look whether agents see it';
    return [ok, { level: 'warn', text }];
  }
  if (answer.kind === 'said' && outcomeOf(answer, 1, 'rest').outcome === 'refused') return [ok];
  return [describe(answer, 'rest')];
}

function describe(failure: Parameters<typeof outcomeOf>[0], mode: 'im' | 'rest'): Finding {
  const { code, alarm } = outcomeOf(failure, 1, mode);
  if (alarm !== undefined) return { level: 'fatal', text: alarm };
  const isAway =
    failure.kind === 'notSent' || (failure.kind === 'tokenless' && failure.because.kind === 'notSent');
  if (isAway) {
    const setting = mode === 'im' ? 'restBase' : 'kefuBase';
    return { level: 'fatal', text: `Easemob cannot be reached (${code}): check ${setting} and the network` };
  }
  const text = `Easemob gave no answer that tells whether the settings are right (${code}): try again`;
  return { level: 'warn', text };
}

/** What no document says, and the first hour with a real tenant does. */
function guesses(settings: EasemobSettings): readonly Finding[] {
  const texts = [...(settings.mode === 'im' ? imGuesses(settings) : restGuesses(settings)), ...bothGuesses];
  return texts.map((text) => ({ level: 'warn', text: `to settle with a real tenant: ${text}` }));
}

function imGuesses({
  maxAgeSec,
  restrictFiles,
  ackTimeoutMs,
  maxTextBytes,
}: EasemobSettings): readonly string[] {
  return [
    "that the helpdesk's replies are called back at all is known of 2017: write once and answer once; else set mode rest",
    'the callback rule must have kind 发送后回调, type chat and the events of 单聊, and callbackSecret must be its own: a wrong one loses replies without a word',
    `callbacks that are sent again may keep their time: maxAgeSec is ${maxAgeSec}`,
    'names come back in small letters, so visitors have names without capitals: imNames, namePrefix',
    'whether the helpdesk can answer who is not registered is unknown: every visitor is',
    `whether agents can open files that need a secret: restrictFiles is ${restrictFiles}`,
    `each message is confirmed by a KF-ACK: where none comes within ${ackTimeoutMs} ms it is unconfirmed; ackTimeoutMs, onUnconfirmed`,
    'a message that is repeated under its id is one for the helpdesk: else set onUnknown and onUnconfirmed',
    `a request may have 5 KB, older pages say 3: maxRequestBytes, and maxTextBytes ${maxTextBytes}`,
  ];
}

function restGuesses({
  restMd5,
  restTimestampUnit,
  restVisitorId,
  restCallbackAuth,
}: EasemobSettings): readonly string[] {
  return [
    `the MD5 within a signature is written in ${restMd5}: restMd5`,
    `the timestamp of a message is in ${restTimestampUnit}: restTimestampUnit`,
    `openids keep their capitals (${restVisitorId}): set restVisitorId to name if replies find nobody`,
    `callbacks are proved by ${restCallbackAuth}: if all are refused, set restCallbackAuth to url-token, and urlToken`,
    'a signature may say that it never ends: restAllowNoExpiry',
    'what a callback looks like, and whether it is sent again: keep the first ones (raw copies) and compare',
    'pictures and files go as links of the bridge, for as long as media.keepSec: try one',
    'cards and answers to menus go as over IM: set cards to text if they are refused',
    'what answers mean beside their status is unknown; 200 with a status that is not OK is a refusal',
  ];
}

const bothGuesses: readonly string[] = [
  'session events have to be switched on by the vendor (自定义事件推送): without them, ends of sessions are not told',
  'a rating goes by ratingMode; as a digit, 1 is five stars; tags of a degree are left out',
  'texts of agents come with &lt; and its like: unescapeHtml',
];
