import { type Fields, fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { Part, Sender } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { readMenu, readRelated } from './choice.ts';
import { readContent, readWords } from './content.ts';
import { eventsOfNews } from './events.ts';
import { writeExtra } from './memory.ts';
import { keyOfMessageId } from './message-id.ts';
import { readDegrees } from './rating.ts';
import type { EasemobSettings } from './settings.ts';
import { completeUrl } from './url.ts';
import type { Payload } from './wire.ts';

/** One callback never comes to more events than these. */
export const mostEvents = 3;

/** When it was written, and under which id it came. */
export interface Mark {
  readonly at: number;
  readonly id: string;
  /** It came over IM, where a message has a second id. */
  readonly isIm: boolean;
}

/** A message of the helpdesk on its way to become events. */
export interface Incoming extends Payload {
  readonly mark: Mark;
  readonly settings: EasemobSettings;
  readonly from: Exclude<Sender, { role: 'visitor' }>;
  /** The helpdesk's own id. */
  readonly vendorId: string;
  readonly session?: string;
}

/**
 * What a message of the helpdesk tells: the first of these forms that fits decides (Easemob, web widget and helpdesk,
 * extended message format). Names in camel case, whichever way it came.
 */
export function eventsOfPayload(
  payload: Payload,
  mark: Mark,
  settings: EasemobSettings,
): readonly VendorEvent[] {
  const { weichat } = payload;
  if (textOf(weichat, 'recallFlag') === '1') return [];
  const session = textOf(fieldsOf(weichat, 'serviceSession') ?? {}, 'serviceSessionId');
  const own = textOf(weichat, 'msgId');
  const incoming: Incoming = {
    ...payload,
    mark,
    settings,
    from: readSender(weichat, settings),
    vendorId: own ?? mark.id,
    ...(session !== undefined && { session }),
  };
  const command = commandIn(payload);
  if (command === 'KF-ACK') return eventsOfReceipt(incoming);
  if (command === 'KEFU_MESSAGE_RECALL') return eventsOfRecall(incoming);
  const events = eventsOfMessage(incoming);
  // The same message may come under two rules of callbacks.
  return own === undefined
    ? events
    : events.map((event) => ({ ...event, keys: [...event.keys, `kf:${own}`] }));
}

/** Proved and understood, but of a kind that nobody knows: kept. */
export function unsupported(vendorKind: string, at: number): VendorEvent {
  return { kind: 'unsupported', vendorKind, keys: [], at };
}

function commandIn({ bodies }: Payload): string | undefined {
  const command = bodies.find((body) => textOf(body, 'type') === 'cmd');
  return command && (textOf(command, 'action') ?? '');
}

/** The helpdesk has a message of ours. */
function eventsOfReceipt({ weichat, mark }: Incoming): readonly VendorEvent[] {
  const id = textOf(weichat, 'ackForMsgId');
  const key = id === undefined ? undefined : keyOfMessageId(id);
  return key === undefined ? [] : [{ kind: 'receipt', key, keys: [], at: mark.at }];
}

function eventsOfRecall({ weichat, mark }: Incoming): readonly VendorEvent[] {
  const vendorId = textOf(weichat, 'recallMsgId');
  return vendorId === undefined ? [] : [{ kind: 'recalled', vendorId, keys: [], at: mark.at }];
}

function eventsOfMessage(incoming: Incoming): readonly VendorEvent[] {
  const { weichat, ext, mark } = incoming;
  const { at } = mark;
  if (textOf(fieldsOf(weichat, 'event') ?? {}, 'eventName') !== undefined) {
    // What stands beside a piece of news is shown as a message.
    return [...eventsOfNews(incoming), ...messageOf(incoming, readWords(incoming))];
  }
  const control = textOf(weichat, 'ctrlType');
  const args = fieldsOf(weichat, 'ctrlArgs') ?? {};
  if (control === 'inviteEnquiry') return [invitationOf(incoming, args)];
  const menu = menuIn(ext);
  if (menu !== undefined) {
    return [
      { kind: 'menuAsked', text: menu.text, options: menu.options, expiresMs: listExpiresMs, keys: [], at },
    ];
  }
  if (control === 'TransferToTickets') {
    const words = readWords(incoming).filter((part) => part.kind !== 'text' || part.text !== noTicketTitle);
    return messageOf(incoming, words);
  }
  if (control === 'TransferToKfHint') return eventsOfHint(incoming, args);
  return [...messageOf(incoming, readContent(incoming)), ...relatedOf(incoming)];
}

/** A list of which the visitor may pick is forgotten then. */
const listExpiresMs = 600_000;
/** What the helpdesk writes where the tenant has no words of his own. */
const noTicketTitle = 'NoTransferToTicketsTitle';

function menuIn(ext: Fields) {
  const msgtype = fieldsOf(ext, 'msgtype') ?? {};
  const choice = fieldsOf(msgtype, 'choice');
  return choice && readMenu(choice, textOf(choice, 'mode') ?? textOf(msgtype, 'mode'));
}

function invitationOf(incoming: Incoming, args: Fields): VendorEvent {
  const { settings, mark, session } = incoming;
  const words = readWords(incoming).flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const title = words.length === 0 ? undefined : words.join('\n');
  return {
    kind: 'ratingAsked',
    session: textOf(args, 'serviceSessionId') ?? session ?? '',
    ...(title !== undefined && { title }),
    options: readDegrees(args, settings),
    expiresMs: settings.ratingExpiresSec * 1000,
    keys: [],
    at: mark.at,
  };
}

/** An answer of the robot that offers an agent. */
function eventsOfHint(incoming: Incoming, args: Fields): readonly VendorEvent[] {
  const { weichat, settings, mark } = incoming;
  const id = textOf(args, 'id');
  const serviceSessionId = textOf(args, 'serviceSessionId');
  const action = textOf(fieldsOf(weichat, 'transferToHumanButtonInfo') ?? {}, 'transferToHumanId');
  const hint = {
    ...(id !== undefined && { id }),
    ...(serviceSessionId !== undefined && { serviceSessionId }),
    ...(action !== undefined && { action }),
  };
  const line: readonly Part[] = settings.hintText === '' ? [] : [{ kind: 'text', text: settings.hintText }];
  const said = messageOf(incoming, appendLine(readContent(incoming), line));
  const noted: VendorEvent = { kind: 'noted', keys: [], at: mark.at, extra: writeExtra({ hint }) };
  return [...said, noted, ...relatedOf(incoming)];
}

/** Below the last text, as one message has one send. */
function appendLine(parts: readonly Part[], [line]: readonly Part[]): readonly Part[] {
  const last = parts.at(-1);
  if (line?.kind !== 'text') return parts;
  if (last?.kind !== 'text') return [...parts, line];
  return [...parts.slice(0, -1), { ...last, text: `${last.text}\n${line.text}` }];
}

function relatedOf({ ext, settings, mark }: Incoming): readonly VendorEvent[] {
  const options = readRelated(fieldsOf(ext, 'relatedRules') ?? {});
  if (options.length === 0) return [];
  const { relatedText: text } = settings;
  return [{ kind: 'menuAsked', text, options, expiresMs: listExpiresMs, keys: [], at: mark.at }];
}

/** None where there is nothing to show: many messages carry no words. */
function messageOf(incoming: Incoming, parts: readonly Part[]): readonly VendorEvent[] {
  if (parts.length === 0) return [];
  const { from, mark, vendorId, settings } = incoming;
  const name = settings.showAgentName && from.role === 'agent' ? from.name : undefined;
  return [
    {
      kind: 'message',
      from,
      parts: name === undefined ? parts : nameFirst(parts, name),
      ...(from.role !== 'agent' && { automatic: true }),
      vendorId,
      keys: [],
      at: mark.at,
      ...(mark.isIm && vendorId !== mark.id && { extra: writeExtra({ ids: [mark.id, vendorId] }) }),
    },
  ];
}

function nameFirst(parts: readonly Part[], name: string): readonly Part[] {
  const first = parts.findIndex(({ kind }) => kind === 'text');
  return parts.map((part, place) =>
    place === first && part.kind === 'text' ? { ...part, text: `${name}：${part.text}` } : part,
  );
}

/** Name and picture come only where the tenant lets visitors see them (访客端显示客服昵称). */
function readSender(weichat: Fields, { kefuBase }: EasemobSettings): Incoming['from'] {
  const agent = fieldsOf(weichat, 'agent') ?? {};
  const id = textOf(agent, 'userId');
  const name = textOf(agent, 'userNickname');
  const avatar = completeUrl(textOf(agent, 'avatar'), `${kefuBase}/ossimages`);
  return {
    role: roles[textOf(agent, 'userType') ?? ''] ?? (isGreeting(weichat) ? 'system' : 'agent'),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(avatar !== undefined && { avatar }),
  };
}

/** Said by nobody in no session, as the helpdesk's greetings are: both are null then, and not left out. */
function isGreeting(weichat: Fields): boolean {
  return weichat.agent === '' && weichat.serviceSession === '';
}

const roles: Readonly<Record<string, Incoming['from']['role'] | undefined>> = Object.assign(
  Object.create(null),
  { Agent: 'agent', Robot: 'robot', Scheduler: 'system' },
);
