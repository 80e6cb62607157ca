import { startMeiqia } from '../../../sandbox/vendors/meiqia.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';
import { APP_KEY, SECRET_KEY } from './desk.ts';

helpdeskDialogue('meiqia', {
  adapter: 'meiqia',
  async open(now) {
    const keys = { appKey: APP_KEY, secretKey: SECRET_KEY };
    const meiqia = await startMeiqia({ ...keys, now, keep: 10_000 });
    return {
      server: meiqia,
      settings: { ...keys, baseUrls: [meiqia.url], perSecond: 1000 },
      // What no push brought is found in the stream.
      callbackTries: Number.POSITIVE_INFINITY,
      connect: (callbackUrl) => meiqia.changeSettings({ pushUrl: `${callbackUrl}/push` }),
      agentSays: (visitor, text) => meiqia.agentSays(visitor, text),
      received: (visitor) =>
        meiqia.messages.all.flatMap(({ ownId, text }) =>
          ownId === visitor && text !== undefined ? [text] : [],
        ),
      loseToken() {
        for (const { ownId } of meiqia.visitors) if (ownId !== undefined) meiqia.changeKey(ownId);
      },
      catchUp: meiqia.applyTimeouts,
      close: meiqia.close,
    };
  },
});
