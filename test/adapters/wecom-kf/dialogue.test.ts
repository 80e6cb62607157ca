import { startWecomKf } from '../../../sandbox/vendors/wecom-kf.ts';
import { readThread } from '../../../sandbox/wecom-kf-threads.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';
import { appSettings, SECRET } from './desk.ts';

helpdeskDialogue('wecom-kf, messages of the application', {
  adapter: 'wecom-kf',
  async open(now) {
    const wecom = await startWecomKf({
      secret: SECRET,
      now,
      keep: 10_000,
      callbackPauseMs: 0,
      memberPerMinute: Number.POSITIVE_INFINITY,
    });
    const thread = readThread(wecom);
    return {
      server: wecom,
      settings: { ...appSettings, baseUrl: wecom.url },
      callbackTries: wecom.settings.callbackTries,
      faults: [{ effect: { errcode: -1 } }],
      connect: (callbackUrl) => wecom.changeSettings({ callbackUrl }),
      agentSays: (visitor, text) =>
        wecom.people.memberSays('zhangsan', `#${thread.tagOf(visitor) ?? ''} ${text}`),
      // Lines that waited together come in one message.
      received: (visitor) => thread.of(visitor).flatMap(({ text }) => text.split('\n')),
      loseToken: wecom.loseToken,
      close: wecom.close,
    };
  },
});
