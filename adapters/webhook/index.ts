import { messageKinds, type PartKind } from '../../src/model/message.ts';
import { defineAdapter, type HelpdeskAdapter, type Tools } from '../../src/ports/helpdesk.ts';
import {
  askForAgent,
  closeSession,
  forwardMessage,
  note,
  rate,
  sendProfile,
  tellDelivered,
} from './actions.ts';
import { createApi } from './api.ts';
import { busy, createCallbackReader } from './callback.ts';
import { checkHelpdesk } from './check.ts';
import { foldEvent, servingOf } from './memory.ts';
import { type WebhookSettings, webhookSettings } from './settings.ts';
import { support } from './support.ts';

/** A helpdesk of one's own, by signed JSON calls both ways (Standard Webhooks; `openapi.yaml`). */
export const webhook = defineAdapter({
  name: 'webhook',
  settings: webhookSettings,
  support,
  limits: ({ maxCallsPerSec }) => [{ name: '', calls: maxCallsPerSec, perMs: 1000, scope: 'all' }],
  // There is one address, whatever the event is.
  asksToWait: ({ status }) =>
    status === 429 ? { code: 'http 429', afterMs: 1000, calls: 'all' } : undefined,
  create: createAdapter,
});

function createAdapter(settings: WebhookSettings, tools: Tools): HelpdeskAdapter {
  const { receiptWithinSec } = settings;
  const api = createApi(settings, tools);
  const desk = { api, now: tools.now, mediaUrl: tools.mediaUrl };
  return {
    accepts: new Set<PartKind>(settings.forwardEvents ? [...messageKinds, 'event'] : messageKinds),
    // The helpdesk knows a repeat by its webhook-id, so that a lost answer is settled by asking again.
    settles: true,
    ...(receiptWithinSec !== undefined && { receiptWithinMs: receiptWithinSec * 1000 }),
    forward: (message, attempt) => forwardMessage(desk, message, attempt),
    visitorIds: ({ visitor }) => [visitor],
    fold: foldEvent,
    readCallback: createCallbackReader(settings),
    busy,
    serving: servingOf,
    ratingOptions: () => settings.defaultRating,
    askForAgent: (context) => askForAgent(desk, context),
    rate: (choice, context) => rate(desk, choice, context),
    note: (text, context) => note(desk, text, context),
    notesBefore: true,
    sendProfile: (context) => sendProfile(desk, context),
    ...(settings.deliveryReports && {
      delivered: (reply, context) => tellDelivered(desk, reply, context),
    }),
    closeSession: (context) => closeSession(desk, context),
    check: (signal) => checkHelpdesk(desk, signal),
  };
}
