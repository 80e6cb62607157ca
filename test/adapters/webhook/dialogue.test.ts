import { startWebhook } from '../../../sandbox/vendors/webhook.ts';
import { helpdeskDialogue } from '../../contract/helpdesk-dialogue.ts';
import { SECRET } from './desk.ts';

helpdeskDialogue('webhook', {
  adapter: 'webhook',
  async open(now) {
    const helpdesk = await startWebhook({ secret: SECRET, now, keep: 10_000, resendAfterMs: 0 });
    return {
      server: helpdesk,
      settings: { url: helpdesk.address, secret: SECRET, maxCallsPerSec: 10_000 },
      callbackTries: helpdesk.maxCallbackTries,
      faults: [
        { effect: { status: 401 } },
        { effect: { status: 410 } },
        { effect: { cut: true } },
        // Three of them would be the message's own fault.
        { effect: { status: 400 }, mostForOne: 2 },
      ],
      connect: (callbackUrl) => helpdesk.changeSettings({ callbackUrl }),
      agentSays: (visitor, text) => helpdesk.agentSays(visitor, text),
      received: helpdesk.textsOf,
      close: helpdesk.close,
    };
  },
});
