import { type Fields, fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { writeExtra } from './memory.ts';
import type { Incoming } from './translate.ts';
import { completeUrl } from './url.ts';

/**
 * What the helpdesk tells of sessions (Easemob, 自定义事件推送). Each tenant has to have them switched on, so nothing depends on
 * any. The spelling is the vendor's.
 */
export function eventsOfNews(incoming: Incoming): readonly VendorEvent[] {
  const event = fieldsOf(incoming.weichat, 'event') ?? {};
  const name = textOf(event, 'eventName') ?? '';
  const object = fieldsOf(event, 'eventObj') ?? {};
  const read = readers[name];
  const { at } = incoming.mark;
  return read === undefined
    ? [{ kind: 'unsupported', vendorKind: name, keys: [], at }]
    : [read(incoming, object)];
}

type Reader = (incoming: Incoming, object: Fields) => VendorEvent;

const readers: Readonly<Record<string, Reader | undefined>> = Object.assign(Object.create(null), {
  ServiceSessionCreatedEvent: waits,
  ServiceSessionOpenedEvent: (incoming, object) => startOf(incoming, object),
  ServiceSessionTransferedToAgentQueueEvent: ({ mark }) => ({ kind: 'queued', keys: [], at: mark.at }),
  ServiceSessionTransferedEvent: (incoming, object) => {
    const started = startOf(incoming, object);
    return { ...started, transferredFrom: started.session };
  },
  ServiceSessionClosedEvent: ({ session, from, mark }) => ({
    kind: 'sessionEnded',
    session: session ?? '',
    reason: 'other',
    by: from.role === 'robot' ? 'robot' : 'agent',
    keys: [],
    at: mark.at,
  }),
  ServiceSessionWillScheduleTimeoutEvent: ({ mark }) => ({
    kind: 'nobodyOnline',
    // The session still waits for somebody, with all that was written.
    keeps: true,
    keys: [],
    at: mark.at,
  }),
  TicketStatusChangedEvent: ignored,
  CommentCreatedEvent: ignored,
} satisfies Record<string, Reader>);

/** A session is there, and nobody has taken it yet: nothing that the visitor has to be told. */
function waits({ session, mark }: Incoming, object: Fields): VendorEvent {
  const id = textOf(object, 'sessionId') ?? session;
  const waiting = id === undefined ? {} : { session: id };
  return { kind: 'noted', keys: [], at: mark.at, extra: writeExtra({ waiting }) };
}

function startOf(
  { session, settings, mark }: Incoming,
  object: Fields,
): Extract<VendorEvent, { kind: 'sessionStarted' }> {
  const id = textOf(object, 'userId');
  const name = textOf(object, 'agentUserNiceName');
  const avatar = completeUrl(textOf(object, 'avatar'), `${settings.kefuBase}/ossimages`);
  return {
    kind: 'sessionStarted',
    session: textOf(object, 'sessionId') ?? session ?? '',
    by: textOf(object, 'agentType') === '6' ? 'robot' : 'agent',
    agent: {
      ...(id !== undefined && { id }),
      ...(name !== undefined && { name }),
      ...(avatar !== undefined && { avatar }),
    },
    keys: [],
    at: mark.at,
  };
}

/** Tickets are another product. */
function ignored({ mark }: Incoming): VendorEvent {
  return { kind: 'noted', keys: [], at: mark.at };
}
