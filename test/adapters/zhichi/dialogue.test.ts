import { startZhichi, type ZhichiOptions } from '../../../sandbox/vendors/zhichi.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';
import type { DialogueVendor } from '../../dialogues/vendor.ts';
import { APP_ID, APP_KEY, SECRET } from './desk.ts';

/** A dialogue with a Zhichi, by one of the ways in which words come back. */
function vendorBy(
  settings: { readonly replies: string; readonly recordPollSec?: number },
  {
    options = {},
    callbackTries,
  }: { readonly options?: Partial<ZhichiOptions>; readonly callbackTries: number },
): DialogueVendor {
  return {
    adapter: 'zhichi',
    async open(now) {
      const keys = { appId: APP_ID, appKey: APP_KEY };
      const zhichi = await startZhichi({ ...keys, now, keep: 10_000, resendAfterMs: 0, ...options });
      return {
        server: zhichi,
        settings: {
          ...keys,
          ...settings,
          baseUrl: zhichi.url,
          callbackToken: SECRET,
          uidTemplate: '{openid}',
          limits: { perSecond: 1000, perMinute: 60_000, recordPerSecond: 1000 },
        },
        callbackTries,
        // Three of them would be the message's own fault.
        faults: [{ effect: { errcode: 999999 }, mostForOne: 1 }, { effect: { errcode: 900002 } }],
        connect: (callbackUrl) => zhichi.changeSettings({ pushUrl: `${callbackUrl}/push-${SECRET}` }),
        agentSays: (visitor, text) => zhichi.agentSays(visitor, text),
        received: (visitor) =>
          zhichi.messages.all.flatMap(({ partnerId, content }) => (partnerId === visitor ? [content] : [])),
        loseToken: zhichi.revokeToken,
        catchUp: zhichi.applyTimeouts,
        close: zhichi.close,
      };
    },
  };
}

helpdeskDialogue(
  'zhichi, by pushes',
  vendorBy({ replies: 'push' }, { options: { maxPushTries: 3 }, callbackTries: 3 }),
);

helpdeskDialogue(
  'zhichi, by the record',
  vendorBy({ replies: 'record', recordPollSec: 60 }, { callbackTries: Number.POSITIVE_INFINITY }),
);
