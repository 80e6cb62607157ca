import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import type { Media, Part, Sender } from '../../src/model/message.ts';
import type { Tools, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { TheirEvent, WirePart, WirePerson } from './wire.ts';

/** Whom an event of ours is about: in the `data` of each. */
export function describeVisitor({ visitor, tenant, appid, context, profile }: Conversation): object {
  const items = profile?.map(({ isProved: proved, key, label, value }) => ({ key, label, value, proved }));
  return {
    visitor,
    tenant,
    appid,
    ...(context !== undefined && { context }),
    ...(items && { profile: items }),
  };
}

/** A part as the helpdesk reads it: a medium is the signed URL of the bridge's copy, or `null` where there is none. */
export async function writePart(part: Part, mediaUrl: Tools['mediaUrl']): Promise<object> {
  switch (part.kind) {
    case 'image':
    case 'voice':
    case 'video': {
      const { media, ...rest } = part;
      return { ...rest, ...(await writeMedium(media, mediaUrl)) };
    }
    case 'file': {
      const { media, ...rest } = part;
      return { ...(media ? await writeMedium(media, mediaUrl) : { url: null }), ...rest };
    }
    case 'miniProgramPage': {
      const { picture, ...rest } = part;
      const pictureUrl = picture && (await mediaUrl(picture));
      return { ...rest, ...(pictureUrl !== undefined && { pictureUrl }) };
    }
    default:
      return part;
  }
}

async function writeMedium(media: Media, mediaUrl: Tools['mediaUrl']): Promise<object> {
  const { name, type } = media;
  const url = (await mediaUrl(media)) ?? null;
  return { url, ...(name !== undefined && { name }), ...(type !== undefined && { type }) };
}

/** What is known of an event beside what it says itself. */
export interface EventMark {
  /** Tells it from all others, and is the same for a repeat. */
  readonly id: string;
  /** Milliseconds since 1970, for one that does not say when it was. */
  readonly at: number;
}

/** What an event of the helpdesk's tells the core. */
export function eventsOf(event: TheirEvent, mark: EventMark): readonly VendorEvent[] {
  const id = event.id ?? mark.id;
  const { visitor } = event;
  const base: EventBase = {
    keys: [`event:${id}`],
    at: event.at ?? mark.at,
    ...(visitor !== undefined && { visitor }),
  };
  switch (event.type) {
    case 'own':
      return [];
    case 'unknown':
      return [{ visitor: null, ...base, kind: 'unsupported', vendorKind: event.name }];
    case 'agent.message':
      return [messageOf(event, { base, id })];
    case 'agent.typing':
      return [{ ...base, kind: 'typing', keys: [] }];
    case 'message.recalled':
      return [{ ...base, kind: 'recalled', vendorId: event.data.message }];
    case 'message.shown':
      return [{ ...base, kind: 'receipt', key: event.data.message }];
    default:
      return [serviceEventOf(event, base)];
  }
}

type EventBase = Pick<VendorEvent, 'keys' | 'at' | 'visitor'>;

type Of<Type extends TheirEvent['type']> = Extract<TheirEvent, { type: Type }>;

type ServiceEvent = Exclude<
  TheirEvent,
  Of<'own' | 'unknown' | 'agent.message' | 'agent.typing' | 'message.recalled' | 'message.shown'>
>;

/** What happens around the messages: sessions, the queue, questions. */
function serviceEventOf(event: ServiceEvent, base: EventBase): VendorEvent {
  switch (event.type) {
    case 'session.started': {
      const { agent, ...rest } = event.data;
      return { ...base, kind: 'sessionStarted', ...rest, ...(agent && { agent: personOf(agent) }) };
    }
    case 'session.ended':
      return { ...base, kind: 'sessionEnded', ...event.data };
    case 'queue.joined':
      return { ...base, kind: 'queued', ...event.data };
    case 'queue.left':
      return { ...base, kind: 'queueLeft', ...event.data };
    case 'agents.offline':
      return { ...base, kind: 'nobodyOnline', ...event.data };
    case 'menu.asked':
      return { ...base, kind: 'menuAsked', ...asked(event.data) };
    case 'rating.asked':
      return { ...base, kind: 'ratingAsked', ...asked(event.data) };
    default:
      return event satisfies never;
  }
}

function asked<Question extends { readonly expiresSec?: number; readonly options?: unknown }>({
  expiresSec,
  ...question
}: Question) {
  return { ...question, ...(expiresSec !== undefined && { expiresMs: expiresSec * 1000 }) };
}

function messageOf(
  { data }: Of<'agent.message'>,
  { base, id }: { readonly base: EventBase; readonly id: string },
): VendorEvent {
  const { from, text, parts = [], automatic } = data;
  const said: readonly Part[] =
    text === undefined
      ? parts.map((part, place) => readPart(part, `${id}\n${place}`))
      : [{ kind: 'text', text }];
  const { role, ...person } = from;
  return {
    ...base,
    kind: 'message',
    from: { role, ...personOf(person) },
    parts: said,
    ...((automatic || role !== 'agent') && { automatic: true }),
    vendorId: id,
  };
}

function readPart(part: WirePart, key: string): Part {
  switch (part.kind) {
    case 'text':
    case 'link':
    case 'unsupported':
      return part;
    case 'image':
    case 'video':
      return { kind: part.kind, media: mediumOf(part, key) };
    case 'voice': {
      const { durationMs } = part;
      return { kind: 'voice', media: mediumOf(part, key), ...(durationMs !== undefined && { durationMs }) };
    }
    case 'file':
      return { kind: 'file', name: part.name, media: mediumOf(part, key) };
    case 'miniProgramPage': {
      const { pictureUrl, ...card } = part;
      return { ...card, ...(pictureUrl !== undefined && { picture: mediumOf({ url: pictureUrl }, key) }) };
    }
    default:
      return part satisfies never;
  }
}

function mediumOf(
  { url, name, type }: { readonly url: string; readonly name?: string; readonly type?: string },
  key: string,
): Media {
  const id = `x_${createHash('sha256').update(key).digest('base64url').slice(0, 24)}`;
  return { id, from: { url }, ...(name !== undefined && { name }), ...(type !== undefined && { type }) };
}

function personOf({ id, name, picture }: WirePerson): Omit<Sender, 'role'> {
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(picture !== undefined && { avatar: picture }),
  };
}
