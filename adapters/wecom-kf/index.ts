import { messageKinds } from '../../src/model/message.ts';
import {
  type ActionContext,
  defineAdapter,
  type HelpdeskAdapter,
  type Tools,
  type WakeDelivery,
} from '../../src/ports/helpdesk.ts';
import { nothingToDo, ofVisitor } from '../../src/ports/of-visitor.ts';
import { listGroups } from './account-list.ts';
import { accountsOf } from './accounts.ts';
import { createApi } from './api.ts';
import { endChat, forwardToMember, writeNote } from './app-forward.ts';
import { readInbox } from './app-inbox.ts';
import { busy, createCallbackReader } from './callback.ts';
import { checkAccount } from './check.ts';
import type { Desk } from './desk.ts';
import { endQuiet, lapseOffer } from './expiry.ts';
import { requestFile } from './files.ts';
import { keepForHandoff, offerCard } from './handoff.ts';
import { findHandoff } from './link.ts';
import { foldEvent, readMemory, servingOf, writeMemory } from './memory.ts';
import { asksToWait } from './outcome.ts';
import { outsideIdOf } from './profile.ts';
import { pullChat } from './pull.ts';
import { reactToChat } from './reactions.ts';
import { type WecomKfSettings, wecomKfSettings } from './settings.ts';
import { meetStrangers } from './strangers.ts';
import { support } from './support.ts';

/** WeCom kf (企业微信客服): a hand-off to the kf chat, or messages of an application to members. */
export const wecomKf = defineAdapter({
  name: 'wecom-kf',
  settings: wecomKfSettings,
  support,
  accountsIn,
  limits: ({ app }) => [
    // Without a notification's token the limit is stricter, and unpublished.
    { name: '/cgi-bin/kf/sync_msg', calls: 1, perMs: 200, scope: 'all' },
    // What is over the limit of a member is dropped, and called a success.
    { name: '/cgi-bin/message/send', calls: app.perMinute, perMs: 60_000, scope: 'each' },
  ],
  asksToWait,
  create: createAdapter,
});

/** Messages of the application go past the kf chat; a hand-off reads it, of every account that it knows. */
function accountsIn({ mode, openKfid, accounts }: Readonly<Record<string, unknown>>) {
  if (mode === 'app') return [];
  const further = (Array.isArray(accounts) ? accounts : []).map((account: unknown, place) => ({
    path: ['accounts', place],
    account,
  }));
  return [{ path: ['openKfid'], account: openKfid }, ...further];
}

function createAdapter(settings: WecomKfSettings, tools: Tools): HelpdeskAdapter {
  const { now, cached, media, mediaUrl, history, channel } = tools;
  const desk: Desk = {
    settings,
    api: createApi(settings, tools),
    now,
    cached,
    media,
    mediaUrl,
    history,
    channel,
  };
  const { idleCloseSec, agents } = settings.app;
  const given = { idleCloseMs: idleCloseSec * 1000, agents };
  const whole = {
    accepts: new Set(messageKinds),
    visitorIds: ({ id }: { readonly id: string }) => [outsideIdOf(id)],
    fold: (memory, event, at) => writeMemory(foldEvent(readMemory(memory), event, { ...given, now: at })),
    readCallback: createCallbackReader(settings),
    busy,
    mediaRequest: (url) => requestFile(desk, url),
    serving: (memory) => servingOf(readMemory(memory)),
    check: (signal) => checkAccount(desk, signal),
  } satisfies Partial<HelpdeskAdapter>;
  return settings.mode === 'app' ? { ...whole, ...speakToMembers(desk) } : { ...whole, ...handOff(desk) };
}

type Speaking = Partial<HelpdeskAdapter> & Pick<HelpdeskAdapter, 'forward'>;

function handOff(desk: Desk): Speaking {
  return {
    settles: true,
    forward: (message, attempt) => keepForHandoff(desk, message, attempt),
    askForAgent: (context) => ofVisitor(context, (known) => offerCard(desk, known)),
    react: (event, context) => ofVisitor(context, (known) => reactToChat(desk, event, known)),
    pull: (from, signal) => pullChat(desk, from, signal),
    wake: (name, context) => wakeUp(desk, name, context),
    groups: (signal) => listGroups(desk, signal),
    handoff: (ref) => findHandoff(desk, ref),
  };
}

async function wakeUp(desk: Desk, name: string, context: ActionContext): Promise<WakeDelivery> {
  const { conversation } = context;
  if (conversation !== undefined) {
    const known = { ...context, conversation };
    return name === 'offer' ? lapseOffer(desk, known) : endQuiet(desk, known);
  }
  return name === 'strangers' ? meetStrangers(desk, context) : lookEverywhere(desk);
}

/** A notification may have been lost while nobody listened. */
async function lookEverywhere({ settings }: Desk): Promise<WakeDelivery> {
  return { outcome: 'accepted', watch: accountsOf(settings).map((topic) => ({ topic, afterMs: 0 })) };
}

function speakToMembers(desk: Desk): Speaking {
  return {
    settles: desk.settings.app.duplicateCheckSec > 0,
    forward: (message, attempt) => forwardToMember(desk, message, attempt),
    note: (text, context) => ofVisitor(context, (known) => writeNote(desk, text, known)),
    closeSession: (context) => ofVisitor(context, (known) => endChat(desk, known)),
    wake: (name, context) => (name === 'inbox' ? readInbox(desk, context) : nothingToDo()),
  };
}
