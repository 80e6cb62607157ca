import { startQiyu } from '../../../sandbox/vendors/qiyu.ts';
import { qiyuKeys } from '../../bridge/account.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';

helpdeskDialogue('qiyu', {
  adapter: 'qiyu',
  async open(now) {
    const qiyu = await startQiyu({ ...qiyuKeys, now, keep: 10_000, resendAfterMs: 0 });
    return {
      server: qiyu,
      settings: { ...qiyuKeys, baseUrl: qiyu.url },
      callbackTries: qiyu.settings.maxCallbackTries,
      faults: [
        { effect: { errcode: 14009 } },
        // Three of them would be the message's own fault.
        { effect: { errcode: 14500 }, mostForOne: 2 },
      ],
      connect: (callbackUrl) => qiyu.changeSettings({ callbackUrl }),
      agentSays: (visitor, text) => qiyu.agentSays(visitor, text),
      received: (visitor) =>
        qiyu.messages.all.flatMap(({ uid, text }) => (uid === visitor && text !== undefined ? [text] : [])),
      catchUp: qiyu.applyTimeouts,
      close: qiyu.close,
    };
  },
});
