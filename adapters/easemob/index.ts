import { messageKinds } from '../../src/model/message.ts';
import {
  type Delivery,
  defineAdapter,
  type HelpdeskAdapter,
  type ReactContext,
  type Tools,
  type VendorEvent,
} from '../../src/ports/helpdesk.ts';
import { ofVisitor } from '../../src/ports/of-visitor.ts';
import { askForAgent, makeUp, rate } from './actions.ts';
import { createApi } from './api.ts';
import { busy, createCallbackReader } from './callback.ts';
import { checkAccount } from './check.ts';
import type { Desk } from './desk.ts';
import { forwardMessage } from './forward.ts';
import { readHistory } from './history.ts';
import { foldEvent, readExtra, readMemory, servingOf, writeMemory } from './memory.ts';
import { visitorIdOf } from './names.ts';
import { asksToWait } from './outcome.ts';
import { createRestApi } from './rest-api.ts';
import { type EasemobSettings, easemobSettings } from './settings.ts';
import { support } from './support.ts';

/** Easemob's helpdesk (环信客服云), by its IM channel or its REST API channel. */
export const easemob = defineAdapter({
  name: 'easemob',
  settings: easemobSettings,
  support,
  limits: ({ limits: { perSecond, perMinute, restPerSecond }, mode }) =>
    mode === 'im'
      ? [
          { name: '', calls: perSecond, perMs: 1000, scope: 'all' },
          { name: '/messages', calls: perMinute, perMs: 60_000, scope: 'all' },
        ]
      : [{ name: '', calls: restPerSecond, perMs: 1000, scope: 'all' }],
  asksToWait,
  create: createAdapter,
});

function createAdapter(settings: EasemobSettings, tools: Tools): HelpdeskAdapter {
  const apis = { im: createApi(settings, tools), rest: createRestApi(settings, tools) };
  const { now, media, mediaUrl, channelKind } = tools;
  const desk: Desk = { settings, ...apis, now, media, mediaUrl, channelKind };
  const isIm = settings.mode === 'im';
  return {
    accepts: new Set(messageKinds),
    // Whatever the helpdesk gets twice under one id is one message for it.
    settles: true,
    ...(isIm && { receiptWithinMs: settings.ackTimeoutMs }),
    forward: (message, attempt) => forwardMessage(desk, message, attempt),
    visitorIds: (conversation) => [visitorIdOf(settings, conversation)],
    fold: (memory, event) => writeMemory(foldEvent(readMemory(memory), event)),
    readCallback: createCallbackReader(settings),
    busy,
    react: async (event, context) => resolveRecall(event, context),
    serving: (memory) => servingOf(readMemory(memory)),
    askForAgent: (context) => ofVisitor(context, (known) => askForAgent(desk, known)),
    rate: (choice, context) => ofVisitor(context, (known) => rate(desk, choice, known)),
    wake: async (name, { signal }) =>
      name === 'start' && isIm ? makeUp(desk, signal) : { outcome: 'accepted' },
    ...(isIm && { mediaRequest: (url) => apis.im.fileRequest(url) }),
    ...(isIm && { pull: (from, signal) => readHistory({ ...desk, fetch: tools.fetch }, from, signal) }),
    check: (signal) => checkAccount(settings, apis, signal),
  };
}

/** The IM cloud took a message back: the reply that it became has the helpdesk's id, which the memory knows. */
function resolveRecall(event: VendorEvent, { memory }: ReactContext): Delivery {
  const { recalledIm } = readExtra(event);
  if (recalledIm === undefined) return { outcome: 'accepted' };
  const { recent = [] } = readMemory(memory.conversation);
  const vendorId = recent.find(([im]) => im === recalledIm)?.[1] ?? recalledIm;
  const keys = [`recalled:${recalledIm}`];
  return { outcome: 'accepted', events: [{ kind: 'recalled', vendorId, keys, at: event.at }] };
}
