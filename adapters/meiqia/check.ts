import type { Finding } from '../../src/ports/channel.ts';
import type { MeiqiaApi } from './api.ts';
import { outcomeOfHarmless } from './outcome.ts';
import type { MeiqiaSettings } from './settings.ts';
import type { Visitors } from './visitors.ts';

/** Of nobody: it has six characters and more, and agents see nothing of it before it writes. */
const nobody = { visitor: 'kefu-bridge-check', appid: '' };

/** Makes a visitor who never writes, and asks for the enterprise's switches: no agent sees anything of it. */
export async function checkAccount(
  desk: { readonly settings: MeiqiaSettings; readonly api: MeiqiaApi; readonly visitors: Visitors },
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { settings, api, visitors } = desk;
  if (settings.mode === 'link') return [linkFinding];
  const found = await visitors.find(nobody, { number: 1, signal });
  if (found.kind === 'failed') {
    const { alarm, code } = found.outcome;
    const text = alarm ?? `Meiqia cannot be reached (${code}): check baseUrls and the network`;
    return [{ level: 'fatal', text }];
  }
  const entId: Finding = { level: 'ok', text: `Meiqia knows the AppKey: enterprise ${found.record.entId}` };
  const answer = await api.init(found.record, signal);
  if (answer.kind === 'ok') return [entId, ...guesses(settings)];
  const { code, alarm } = outcomeOfHarmless(answer, 1);
  return [
    entId,
    { level: 'fatal', text: alarm ?? `Meiqia gives no settings (${code}): its protocol may have changed` },
  ];
}

const linkFinding: Finding = {
  level: 'warn',
  text: 'to settle with a real tenant: open the link that a visitor gets, and see whether agents see his id and profile',
};

/** What no document says, and the first hour with a real tenant does. */
function guesses(settings: MeiqiaSettings): readonly Finding[] {
  const texts = [
    'mode sdk speaks a protocol that Meiqia has not published: ask Meiqia whether this account may, and whether it has a channel API',
    'pushes come only for visitors whom the workbench shows as 已离线: write as a visitor and look; else the polls find answers (pollScheduleSec)',
    `pushes may need a device token: registerDeviceToken is ${settings.registerDeviceToken}`,
    'a host that does not serve this enterprise says “invalid domain”: baseUrls, hostDiscovery',
    'bodies are taken with a zero IV and without line breaks: requestIv, wrapBase64; the caller is taken as it names itself: userAgent, sdkVersion, platform, statistics',
    'an unknown own id is given to the visitor who asks for it: clear the cache, write again, and see that it is the same customer; whoever knows AppKey and id may read that chat: visitorIds, idSecret',
    'whoever has an open conversation gets the same one again: noReallocate',
    `the stream may be read by a server, each ${settings.pollScheduleSec.join(', ')} s after a message, and its bound may be included: pullOverlapSec, pollWindowSec, pollScheduleSec; if it is closed: receive push`,
    'what Meiqia wants as the answer to a push, and whether it repeats one, is unknown: pushAnswer, pushMaxAgeSec',
    `PNG and GIF are uploaded, up to ${settings.maxUploadBytes} bytes, and texts have ${settings.maxTextChars} characters: imageTypes, maxUploadBytes, maxTextChars`,
    `${settings.perSecond} calls a second are allowed, and each is answered within ${settings.timeoutMs} ms: perSecond, timeoutMs`,
    'a lost answer is settled by looking for the same words in the stream: onUnknown',
    `a rating is taken for ${settings.ratingExpiresSec} s, and a place of 0 or -1 is out of the queue: ratingExpiresSec, queuePollSec`,
    'HTTP 400 to a message means that nobody is there, 401 and 403 that keys are old: look at the outcomes in the log',
  ];
  return texts.map((text) => ({ level: 'warn', text: `to settle with a real tenant: ${text}` }));
}
