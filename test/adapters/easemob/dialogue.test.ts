import { visitorIdOf } from '../../../adapters/easemob/names.ts';
import { easemobSettings } from '../../../adapters/easemob/settings.ts';
import { startEasemob } from '../../../sandbox/vendors/easemob.ts';
import { account } from '../../bridge/account.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';
import { association, im, rest } from './desk.ts';

const busy = (status: number, error: string, description: string) => ({
  answer: { status, body: JSON.stringify({ error, error_description: description }) },
});
const noLimits = { perSecondRate: Number.POSITIVE_INFINITY, perMinuteRate: Number.POSITIVE_INFINITY };

/** Talks through one of the two channels. */
async function openTalk(now: () => number, settings: Record<string, unknown>) {
  const easemob = await startEasemob({
    ...im,
    ...noLimits,
    rest: association,
    now,
    keep: 20_000,
    // A bad way in is none of the rule's.
    maxCallbackFailures: Number.POSITIVE_INFINITY,
  });
  const parsed = easemobSettings.parse(settings);
  const nameOf = (visitor: string) => visitorIdOf(parsed, { visitor, appid: account.appid });
  return {
    server: easemob,
    settings: { ...settings, restBase: easemob.url, kefuBase: easemob.url },
    callbackTries: easemob.settings.maxCallbackTries,
    connect: (callbackUrl: string) =>
      easemob.changeSettings({ callbackUrl, rest: { ...association, callbackUrl } }),
    agentSays: (visitor: string, text: string) => easemob.agentSays(nameOf(visitor), text),
    received(visitor: string) {
      const own = nameOf(visitor);
      return easemob.messages.all.flatMap(({ visitor: name, text }) =>
        name === own && text !== undefined ? [text] : [],
      );
    },
    loseToken: easemob.revokeTokens,
    close: easemob.close,
  };
}

helpdeskDialogue('easemob over IM', {
  adapter: 'easemob',
  open: async (now) => ({
    ...(await openTalk(now, im)),
    faults: [
      { effect: busy(403, 'forbidden_op', 'message send reach limit'), path: '/acme/shop/messages' },
      { effect: busy(429, 'reach_limit', 'This request has reached api limit') },
    ],
  }),
});

helpdeskDialogue('easemob by the REST channel', {
  adapter: 'easemob',
  open: (now) => openTalk(now, rest),
});
