import type { Json, Option, Part } from '../../src/model/message.ts';
import type { EndReason, VendorEvent } from '../../src/ports/helpdesk.ts';
import { readContent, readText } from './content.ts';
import type { Extra, SessionFacts } from './memory.ts';
import type { QiyuSettings } from './settings.ts';
import type { Grade, Push, Session, Staff } from './wire.ts';

/** When a push was signed, and what tells it from others where it has no id of its own. */
export interface PushMark {
  readonly eventType: string;
  /** Milliseconds since 1970; the query has whole seconds. */
  readonly at: number;
  readonly bodyHash: string;
}

/** What a push tells the core. */
export function eventsOfPush(push: Push, mark: PushMark, settings: QiyuSettings): readonly VendorEvent[] {
  const { at } = mark;
  switch (push.kind) {
    case 'message':
      return eventsOfMessage(push, mark, settings);
    case 'sessionStart':
      return eventsOfSession(push.session, { settings, at }).map((event) => ({
        ...event,
        visitor: push.uid,
      }));
    case 'sessionEnd':
      return eventsOfEnd(push, mark, settings);
    case 'invitation':
      return eventsOfInvitation(push, mark, settings);
    case 'joinQueue':
      // The answer that made the visitor queue has said so already, and with the place.
      return [{ kind: 'noted', keys: [], visitor: push.uid, at }];
    case 'queueTimeout': {
      const keys = [`queue-timeout:${push.uid}:${at}`];
      return [{ kind: 'queueLeft', reason: 'timeout', keys, visitor: push.uid, at }];
    }
    case 'echo':
      return [];
    case 'unknown': {
      const { eventType, bodyHash } = mark;
      const keys = [`${eventType}:${bodyHash}`];
      return [{ kind: 'unsupported', vendorKind: eventType, keys, visitor: push.uid ?? null, at }];
    }
    default:
      return push satisfies never;
  }
}

/** A session's start and its greeting, whether an answer or a push told of it: keys make both one. */
export function eventsOfSession(
  session: Session,
  given: { readonly settings: QiyuSettings; readonly at: number },
): readonly VendorEvent[] {
  const { staff, transferFrom } = session;
  const { at } = given;
  const facts = factsOf(session);
  const started: VendorEvent = {
    kind: 'sessionStarted',
    session: session.id,
    by: facts.by,
    agent: agentOf(staff),
    ...(transferFrom !== undefined && { transferredFrom: transferFrom }),
    keys: [`session:${session.id}:start${facts.by === 'robot' ? ':robot' : ''}`],
    at,
    extra: writeExtra({ started: facts }),
  };
  return [started, ...greetingOf(session, given)];
}

/** That a session is the present one, although its start may be a repeat. For answers, which tell how it is now. */
export function noteSession(session: Session, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: writeExtra({ present: factsOf(session) }) };
}

/** For the memory alone. */
export function noteExtra(extra: Extra, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: writeExtra(extra) };
}

/** A grade's value is the id of its option: it is what Qiyu wants back. */
export function optionsOf(grades: readonly Grade[]): readonly Option[] {
  return grades.map(({ name, value }) => ({ id: value, label: name }));
}

function factsOf({ id, staff, grades }: Session): SessionFacts {
  return {
    session: id,
    by: staff.type === 'robot' ? 'robot' : 'agent',
    ...(staff.id !== undefined && { staff: staff.id }),
    options: optionsOf(grades),
  };
}

function agentOf({ id, name, icon }: Staff) {
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(icon !== undefined && { avatar: icon }),
  };
}

/** Only agents' greetings are shown; a greeting that is pushed as well has the same key. */
function greetingOf(
  { id, staff, greeting }: Session,
  { settings, at }: { readonly settings: QiyuSettings; readonly at: number },
): readonly VendorEvent[] {
  if (greeting === undefined || staff.type === 'robot' || !settings.showGreeting) return [];
  const key = `greeting:${id}`;
  const parts = readText(greeting, { settings, key });
  if (parts.length === 0) return [];
  return [
    { kind: 'message', from: { role: 'agent', ...agentOf(staff) }, parts, automatic: true, keys: [key], at },
  ];
}

function eventsOfMessage(
  push: Extract<Push, { kind: 'message' }>,
  mark: PushMark,
  settings: QiyuSettings,
): readonly VendorEvent[] {
  const key = `msg:${push.id ?? mark.bodyHash}`;
  const parts = readContent({ type: push.type, content: push.content, key }, settings);
  if (parts.length === 0) return [];
  const isRobot = isRobots(push, settings);
  const name = settings.showStaffName && !isRobot ? push.staff.name : undefined;
  return [
    {
      kind: 'message',
      from: { role: isRobot ? 'robot' : 'agent', ...agentOf(push.staff) },
      parts: name === undefined ? parts : nameFirst(parts, name),
      ...((isRobot || automaticTypes.has(push.type.toUpperCase())) && { automatic: true }),
      ...(push.id !== undefined && { vendorId: push.id }),
      ...(push.staff.type === 'human' && { extra: writeExtra({ isHuman: true }) }),
      keys: [key],
      visitor: push.uid,
      at: push.writtenAt ?? mark.at,
    },
  ];
}

/** A push does not say who wrote it: what points to a robot is its type, its id, or that no agent is named. */
function isRobots({ type, staff }: Extract<Push, { kind: 'message' }>, settings: QiyuSettings): boolean {
  if (staff.type !== undefined) return staff.type === 'robot';
  const isNobody = staff.id === undefined && staff.name === undefined;
  return (
    type === '110' || isNobody || (settings.robotId !== undefined && staff.id === String(settings.robotId))
  );
}

/** Tips and the two notices of time running out, by name and number. */
const automaticTypes: ReadonlySet<string> = new Set(['TIP', '6', '112', '113']);

function nameFirst(parts: readonly Part[], name: string): readonly Part[] {
  const first = parts.findIndex(({ kind }) => kind === 'text');
  return parts.map((part, index) =>
    index === first && part.kind === 'text' ? { ...part, text: `${name}：${part.text}` } : part,
  );
}

function eventsOfEnd(
  push: Extract<Push, { kind: 'sessionEnd' }>,
  { at }: PushMark,
  settings: QiyuSettings,
): readonly VendorEvent[] {
  const { session, staff, closeReason, transferTo } = push;
  const reason = endReasons[closeReason ?? -1] ?? 'other';
  const by = staff.type === 'robot' || reason === 'handedOn' ? 'robot' : 'agent';
  const ended: VendorEvent = {
    kind: 'sessionEnded',
    session,
    reason,
    by,
    keys: [`session:${session}:end:${closeReason ?? ''}`],
    visitor: push.uid,
    at,
    ...(transferTo !== undefined && { extra: writeExtra({ transferredTo: transferTo }) }),
  };
  const asks = settings.askRating && by === 'agent' && askingReasons.has(reason);
  return asks ? [ended, askRating(push, { settings, at, key: `rating:${session}` })] : [ended];
}

const endReasons: Readonly<Record<number, EndReason>> = {
  0: 'agent',
  2: 'silence',
  3: 'handedOn',
  4: 'agentLeft',
  5: 'transferred',
};

const askingReasons: ReadonlySet<EndReason> = new Set(['agent', 'silence', 'agentLeft']);

function eventsOfInvitation(
  push: Extract<Push, { kind: 'invitation' }>,
  { at }: PushMark,
  settings: QiyuSettings,
): readonly VendorEvent[] {
  const { session, uid } = push;
  return [
    askRating(push, { settings, at, key: `rating:${session}:invited` }),
    // The question at the end of the session is then a repeat; asked the other way round, both are asked once.
    { kind: 'noted', keys: [`rating:${session}`], visitor: uid, at },
  ];
}

function askRating(
  { uid, session }: { readonly uid: string; readonly session: string },
  given: { readonly settings: QiyuSettings; readonly at: number; readonly key: string },
): VendorEvent {
  const expiresMs = given.settings.ratingExpiresSec * 1000;
  return { kind: 'ratingAsked', session, expiresMs, keys: [given.key], visitor: uid, at: given.at };
}

function writeExtra(extra: Extra): Json {
  return extra as unknown as Json; // texts, numbers, lists and objects only
}
