import { type Fields, fieldsOf, numberOf, textOf } from '../../src/formats/fields.ts';
import type { EndReason, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { Entry } from './entry.ts';
import { type Conv, note, writeExtra } from './memory.ts';
import { askRating, inviteRating } from './rating.ts';
import type { MeiqiaSettings } from './settings.ts';
import { type Agent, idOf, isTrue, readAgent } from './wire.ts';

interface Happening {
  readonly settings: MeiqiaSettings;
  readonly now: number;
  readonly at: number;
  /** Tells the entry from others, as it has no id. */
  readonly key: string;
}

/** What happened in a conversation, by the `action` of an entry (Meiqia SDK, frames of its channel). */
export function eventsOfAction(entry: Entry, happening: Happening): readonly VendorEvent[] {
  const read = Object.hasOwn(actions, entry.action) ? actions[entry.action] : undefined;
  if (read !== undefined) return read(entry, happening);
  const { key, at } = happening;
  return [{ kind: 'unsupported', vendorKind: entry.action, keys: [key], at }];
}

/** A conversation began: in an answer of `scheduler`, in the stream or by a webhook, it is the same start. */
export function startOf(
  conv: string,
  agent: Agent | undefined,
  given: { readonly at: number; readonly key?: string; readonly isTransfer?: boolean },
): VendorEvent {
  const facts = factsOf(conv, agent);
  return {
    kind: 'sessionStarted',
    session: conv,
    by: facts.isRobot ? 'robot' : 'agent',
    ...(agent !== undefined && { agent: shownAgent(agent) }),
    ...(given.isTransfer && { transferredFrom: conv }),
    keys: [given.key ?? `session:${conv}:start`],
    at: given.at,
    extra: writeExtra({ open: facts }),
  };
}

/** What the memory keeps of a conversation and who serves in it. */
export function factsOf(conv: string, agent: Agent | undefined): Conv {
  return {
    conv,
    isRobot: agent?.isRobot === true,
    ...(agent?.token !== undefined && { token: agent.token }),
    ...(agent?.name !== undefined && { name: agent.name }),
  };
}

/** A conversation ended, whoever tells of it. */
export function endOf(conv: string, given: { readonly reason: EndReason; readonly at: number }): VendorEvent {
  return { kind: 'sessionEnded', session: conv, by: 'agent', keys: [`session:${conv}:end`], ...given };
}

type ActionReader = (entry: Entry, happening: Happening) => readonly VendorEvent[];

const nothing: ActionReader = () => [];

const transferred: ActionReader = ({ conv, body }, { at, key }) =>
  conv === undefined ? [] : [startOf(conv, agentIn(body, 'to'), { at, key, isTransfer: true })];

/** From the robot to a human: no move among agents. */
const handedOn: ActionReader = ({ conv, body }, { at, key }) =>
  conv === undefined ? [] : [startOf(conv, agentIn(body, 'to'), { at, key })];

const ended =
  (reason: EndReason): ActionReader =>
  ({ conv, body }, { at, settings }) => {
    if (conv === undefined) return [];
    const asks = isTrue(body, 'evaluation');
    return [endOf(conv, { reason, at }), ...(asks ? [askRating(conv, { settings, at, isEnd: true })] : [])];
  };

/** Somebody who was typing long ago is no sign of life. */
const typing: ActionReader = (_entry, { at, now }) =>
  now - at < typingMs ? [{ kind: 'typing', keys: [], at }] : [];

const typingMs = 10_000;

const actions: Readonly<Record<string, ActionReader | undefined>> = {
  init_conv: ({ conv, body }, { at }) =>
    conv === undefined ? [] : [startOf(conv, agentIn(body, 'agent'), { at })],
  agent_redirect: transferred,
  timeout_redirect: transferred,
  system_redirect: transferred,
  bot_redirect_manual: handedOn,
  bot_redirect_auto: handedOn,
  bot_redirect_keyword: handedOn,
  bot_redirect_mpush: handedOn,
  switch_human: (_entry, { at, key }) => [
    { kind: 'nobodyOnline', keeps: true, keys: [key], at, extra: writeExtra({ isServed: true }) },
  ],
  end_conv_agent: ended('agent'),
  end_conv_timeout: ended('silence'),
  invite_evaluation: ({ conv }, { at, settings }) =>
    conv === undefined ? [] : inviteRating(conv, { settings, at }),
  queueing_remove: (_entry, { at, key }) => [{ kind: 'queueLeft', reason: 'other', keys: [key], at }],
  withdraw_msg: ({ body }, { at }) => {
    const id = idOf(body, 'msg_id');
    return id === undefined ? [] : [{ kind: 'recalled', vendorId: id, keys: [`withdrawn:${id}`], at }];
  },
  agent_inputting: typing,
  mpush_simulate_inputting: typing,
  agent_send_card: cardOf,
  agent_update: ({ conv, body }, { at }) => {
    const agent = readAgent(body);
    return conv === undefined || agent.name === undefined
      ? []
      : [note({ renamed: factsOf(conv, agent) }, at)];
  },
  visit_black_add: (_entry, { at }) => [note({ blocked: true }, at)],
  visit_black_del: (_entry, { at }) => [note({ blocked: false }, at)],
  mass_message_push: nothing,
};

/** A form that WeChat's visitor cannot be shown: its words, if there are any. */
function cardOf({ body, agent }: Entry, { at, key }: Happening): readonly VendorEvent[] {
  const text = ['title', 'text', 'content']
    .map((name) => textOf(body, name))
    .find((words) => words !== undefined);
  if (text === undefined) return [];
  const from = { role: 'agent', ...shownAgent(agent) } as const;
  return [{ kind: 'message', from, parts: [{ kind: 'text', text }], automatic: true, keys: [key], at }];
}

function agentIn(body: Fields, name: string): Agent | undefined {
  const fields = fieldsOf(body, name);
  return fields && readAgent(fields);
}

/** An agent as events name him. */
export function shownAgent({ token, name, avatar }: Agent) {
  return {
    ...(token !== undefined && { id: token }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
  };
}

/** Seconds of a webhook in milliseconds. */
export function secondsOf(fields: Fields, name: string): number | undefined {
  const seconds = numberOf(fields, name);
  return seconds === undefined ? undefined : seconds * 1000;
}
