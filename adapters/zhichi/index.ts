import { messageKinds } from '../../src/model/message.ts';
import {
  type ActionContext,
  type CallLimit,
  type Delivery,
  defineAdapter,
  type Effects,
  type HelpdeskAdapter,
  type Memories,
  type Tools,
} from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import { askForAgent, closeSession, grades, rate, react } from './actions.ts';
import { createApi, recordName } from './api.ts';
import { busy, createCallbackReader, longestCallback } from './callback.ts';
import { checkAccount } from './check.ts';
import type { Desk } from './desk.ts';
import { foldEvent } from './fold.ts';
import { forwardMessage } from './forward.ts';
import { listGroups } from './groups.ts';
import { readMemory, servingOf, writeMemory } from './memory.ts';
import { partnerIdOf } from './profile.ts';
import { pullRecord } from './record.ts';
import { type ZhichiSettings, zhichiSettings } from './settings.ts';
import { support } from './support.ts';
import { isFought, noteRenewal } from './token-fight.ts';

/** Zhichi (智齿), by the online-service interface of its open platform 5.0. */
export const zhichi = defineAdapter({
  name: 'zhichi',
  settings: zhichiSettings,
  support,
  limits: limitsOf,
  create: createAdapter,
});

/** None is documented. Records are read beside everything else. */
function limitsOf({ limits, apiPrefix }: ZhichiSettings): readonly CallLimit[] {
  const { perSecond, perMinute, recordPerSecond } = limits;
  return [
    { name: '', calls: perSecond, perMs: 1000, scope: 'all' },
    { name: '', calls: perMinute, perMs: 60_000, scope: 'all' },
    { name: `${apiPrefix}/${recordName}`, calls: recordPerSecond, perMs: 1000, scope: 'all' },
  ];
}

function createAdapter(settings: ZhichiSettings, tools: Tools): HelpdeskAdapter {
  const { now, media, mediaUrl, channelKind } = tools;
  /** What an attempt does, and beside it what became of the token. */
  async function act<Given extends Effects>(
    memory: Memories,
    attempt: (desk: Desk) => Promise<Given>,
  ): Promise<Given> {
    const use = { isFought: isFought(memory, now()), isRenewed: false };
    const desk = { settings, api: createApi(settings, tools, use), now, media, mediaUrl, channelKind };
    const given = await attempt(desk);
    return use.isRenewed ? noteRenewal(given, memory, now()) : given;
  }
  const apiOfNobody = () => createApi(settings, tools, { isFought: false, isRenewed: false });
  /** Without a visitor there is nothing to do. */
  async function ofVisitor(
    context: ActionContext,
    attempt: (desk: Desk, context: VisitorContext) => Promise<Delivery>,
  ): Promise<Delivery> {
    const { conversation, memory } = context;
    if (conversation === undefined) return { outcome: 'accepted' };
    return act(memory, (desk) => attempt(desk, { ...context, conversation }));
  }
  return {
    // An event is not worth a call: what the visitor came with is told when an agent is asked for.
    accepts: new Set(messageKinds),
    settles: true,
    forward: (message, attempt) => act(attempt.memory, (desk) => forwardMessage(desk, message, attempt)),
    visitorIds: (conversation) => idsOfVisitor(settings, conversation),
    fold: (memory, event, at) => writeMemory(foldEvent(readMemory(memory), event, at)),
    readCallback: createCallbackReader(settings),
    callbackMaxBytes: longestCallback,
    busy,
    react: (event, context) => act(context.memory, (desk) => react(desk, event, context)),
    pull: (from, signal) => act(from.memory, (desk) => pullRecord(desk, from, signal)),
    serving: (memory) => servingOf(readMemory(memory)),
    ratingOptions: () => grades,
    askForAgent: (context) => ofVisitor(context, askForAgent),
    rate: (choice, context) => ofVisitor(context, (desk, known) => rate(desk, choice, known)),
    closeSession: (context) => ofVisitor(context, closeSession),
    check: (signal) => checkAccount(settings, apiOfNobody(), signal),
    groups: (signal) => listGroups(apiOfNobody(), signal),
  };
}

/** Whether Zhichi keeps the case of an id is not documented: openids that differ in nothing else do not exist. */
function idsOfVisitor(
  { uidTemplate }: ZhichiSettings,
  conversation: Parameters<HelpdeskAdapter['visitorIds']>[0],
): readonly string[] {
  const id = partnerIdOf(uidTemplate, conversation);
  return [...new Set([id, id.toLowerCase()])];
}
