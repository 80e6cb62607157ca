import { messageKinds } from '../../src/model/message.ts';
import { defineAdapter, type HelpdeskAdapter, type Tools } from '../../src/ports/helpdesk.ts';
import { nothingToDo, ofVisitor } from '../../src/ports/of-visitor.ts';
import {
  askForAgent,
  closeSession,
  lookOnceMore,
  pollQueue,
  rate,
  sendProfile,
  tellDelivered,
  writeNote,
} from './actions.ts';
import { createApi } from './api.ts';
import { busy, createCallbackReader } from './callback.ts';
import { checkAccount } from './check.ts';
import type { Desk } from './desk.ts';
import { forwardMessage } from './forward.ts';
import { giveLink } from './link.ts';
import { foldEvent, grades, readMemory, servingOf, writeMemory } from './memory.ts';
import { ownIdOf } from './profile.ts';
import { pullTopic } from './pull.ts';
import { type MeiqiaSettings, meiqiaSettings } from './settings.ts';
import { support } from './support.ts';
import { createVisitors } from './visitors.ts';

/** Meiqia (美洽), by the protocol that its mobile SDK speaks, or by a link to its chat page. */
export const meiqia = defineAdapter({
  name: 'meiqia',
  settings: meiqiaSettings,
  support,
  // No limit is documented; uploads are the calls that weigh.
  limits: ({ perSecond }) => [
    { name: '', calls: perSecond, perMs: 1000, scope: 'all' },
    { name: 'upload', calls: 2, perMs: 1000, scope: 'all' },
  ],
  create: createAdapter,
});

function createAdapter(settings: MeiqiaSettings, tools: Tools): HelpdeskAdapter {
  const api = createApi(settings, tools);
  const { now, cached, media, mediaUrl } = tools;
  const desk = {
    settings,
    api,
    visitors: createVisitors(settings, api, tools),
    now,
    cached,
    media,
    mediaUrl,
  };
  const whole: HelpdeskAdapter = {
    accepts: new Set(messageKinds),
    forward: async (message, attempt) => giveLink(desk, message, attempt),
    visitorIds: (conversation) => [ownIdOf(settings, conversation)],
    fold: (memory, event, at) => writeMemory(foldEvent(readMemory(memory), event, { settings, now: at })),
    readCallback: createCallbackReader(settings),
    busy,
    serving: (memory, at) => servingOf(readMemory(memory), at),
    check: (signal) => checkAccount(desk, signal),
  };
  return settings.mode === 'link' ? whole : { ...whole, ...speaking(desk) };
}

/** What is possible where the bridge speaks for the visitor. */
function speaking(desk: Desk): Partial<HelpdeskAdapter> & Pick<HelpdeskAdapter, 'forward'> {
  const { settings } = desk;
  return {
    settles: true,
    forward: (message, attempt) => forwardMessage(desk, message, attempt),
    ratingOptions: () => grades,
    pull: (from, signal) => pullTopic(desk, from, signal),
    rate: (choice, context) => ofVisitor(context, (known) => rate(desk, choice, known)),
    sendProfile: (context) => ofVisitor(context, (known) => sendProfile(desk, known)),
    closeSession: (context) => ofVisitor(context, (known) => closeSession(desk, known)),
    react: (_event, context) => ofVisitor(context, lookOnceMore),
    wake: (name, context) =>
      name === 'queue' ? ofVisitor(context, (known) => pollQueue(desk, known)) : nothingToDo(),
    // In words, the robot understands the wish itself.
    ...(settings.handover === 'scheduler' && {
      askForAgent: (context) => ofVisitor(context, (known) => askForAgent(desk, known)),
    }),
    ...(settings.noteAs === 'text' && {
      note: (text, context) => ofVisitor(context, (known) => writeNote(desk, text, known)),
    }),
    ...(settings.receipts === 'delivered' && {
      delivered: (reply, context) => ofVisitor(context, (known) => tellDelivered(desk, reply, known)),
    }),
  };
}
