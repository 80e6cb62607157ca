import type { Finding } from '../../src/ports/channel.ts';
import type { QiyuApi } from './api.ts';
import { codes, outcomeOf } from './outcome.ts';
import type { QiyuSettings } from './settings.ts';

/** Asks for the place of a visitor that nobody is: agents see nothing of it, and a right signature has its own answer. */
export async function checkAccount(
  settings: QiyuSettings,
  api: QiyuApi,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const answer = await api.queryQueue('kefu-bridge-check', signal);
  const isProved = answer.kind === 'ok' || (answer.kind === 'said' && answer.code === codes.visitorUnknown);
  if (isProved) {
    return [
      { level: 'ok', text: 'Qiyu accepts appKey, appSecret and the time of this host' },
      ...guesses(settings),
    ];
  }
  const { code, alarm } = outcomeOf(answer, 1);
  if (alarm !== undefined) return [{ level: 'fatal', text: alarm }];
  if (answer.kind === 'notSent') {
    return [{ level: 'fatal', text: `Qiyu cannot be reached (${code}): check baseUrl and the network` }];
  }
  return [
    {
      level: 'warn',
      text: `Qiyu gave no answer that tells whether the settings are right (${code}): try again`,
    },
  ];
}

/** What no document says, and the first hour with a real tenant does. */
function guesses(settings: QiyuSettings): readonly Finding[] {
  const texts = [
    `callbacks are taken for proved by ${settings.callbackScheme}: if all are refused, try callbackScheme`,
    'a callback that Qiyu sends again may carry its old time: raise callbackToleranceSec if some are refused',
    `a file may have ${settings.maxFileBytes} bytes (5 MB is taken for MiB): lower maxFileBytes if uploads fail`,
    `message types beside TEXT, PICTURE and AUDIO go as text: list in extraSendTypes what works`,
    'whether a visitor who queues is answered by the robot is unknown: whileQueued hold keeps messages back',
    `nobody online is remembered for ${settings.offlineCacheSec} s, as a leave-message stays open: offlineCacheSec`,
    'a push does not say whether a robot wrote it: set robotId if robots are taken for agents',
  ];
  return texts.map((text) => ({ level: 'warn', text: `to settle with a real tenant: ${text}` }));
}
