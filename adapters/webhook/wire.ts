import { z } from 'zod';
import type { EndReason } from '../../src/ports/helpdesk.ts';

/** The version of this protocol, in every body. */
export const version = 1;

/** What the bridge says, by type. What it said itself and hears again is nothing new. */
export const ownTypes = [
  'visitor.message',
  'visitor.agent_asked',
  'visitor.rated',
  'bridge.note',
  'bridge.message_delivered',
  'bridge.profile',
  'bridge.session_closed',
  'bridge.ping',
] as const;

export type OwnType = (typeof ownTypes)[number];

/** A body as the bridge writes it (`openapi.yaml`, the schemas `Visitor…` and `Bridge…`). */
export interface OwnEvent {
  readonly id: string;
  readonly type: OwnType;
  /** Milliseconds since 1970: when it happened, which is not when it is sent. */
  readonly at: number;
  readonly data: object;
}

export function writeOwnEvent({ id, type, at, data }: OwnEvent): string {
  return JSON.stringify({ version, id, type, timestamp: new Date(at).toISOString(), data });
}

const words = z.string().min(1).max(100_000);
const id = z.string().min(1).max(256);
const webUrl = z.url({ protocol: /^https?$/ });
const medium = { url: webUrl, name: words.exactOptional(), type: z.string().exactOptional() };
const option = z.object({ id, label: words });
const options = z.array(option).min(1).max(50);
const person = z.object({
  id: id.exactOptional(),
  name: words.exactOptional(),
  picture: webUrl.exactOptional(),
});

const parts = {
  text: z.object({ kind: z.literal('text'), text: words }),
  image: z.object({ kind: z.literal('image'), ...medium }),
  voice: z.object({ kind: z.literal('voice'), ...medium, durationMs: z.int().min(0).exactOptional() }),
  video: z.object({ kind: z.literal('video'), ...medium }),
  file: z.object({ kind: z.literal('file'), ...medium, name: words }),
  link: z.object({
    kind: z.literal('link'),
    title: words,
    url: webUrl,
    description: z.string().exactOptional(),
    pictureUrl: webUrl.exactOptional(),
  }),
  miniProgramPage: z.object({
    kind: z.literal('miniProgramPage'),
    title: words,
    path: words,
    appid: id.exactOptional(),
    pictureUrl: webUrl.exactOptional(),
  }),
};

/** Of a kind that this version does not know: a text that may stand for it. */
const unknownPart = z
  .object({ kind: id.refine((kind) => !Object.hasOwn(parts, kind)), text: z.string().exactOptional() })
  .transform(({ kind, ...rest }) => ({ kind: 'unsupported' as const, vendorKind: kind, ...rest }));

const part = z.union([z.discriminatedUnion('kind', Object.values(parts) as PartSchemas), unknownPart]);

type PartSchemas = [(typeof parts)[keyof typeof parts], ...(typeof parts)[keyof typeof parts][]];

/** A part of an agent's message. */
export type WirePart = z.output<typeof part>;

export type WirePerson = z.output<typeof person>;

const endReasons = ['agent', 'silence', 'agentLeft', 'transferred', 'other'] satisfies EndReason[];

/** What the helpdesk says, by type: the `data` of each. */
const shapes = {
  'agent.message': z
    .object({
      from: person.extend({ role: z.enum(['agent', 'robot', 'system']).default('agent') }).prefault({}),
      text: words.exactOptional(),
      parts: z.array(part).min(1).max(50).exactOptional(),
      automatic: z.boolean().default(false),
    })
    .refine(
      ({ text, parts: given }) => (text === undefined) !== (given === undefined),
      'expected text or parts',
    ),
  'agent.typing': z.object({}),
  'message.recalled': z.object({ message: id }),
  'message.shown': z.object({ message: id }),
  'session.started': z.object({
    session: id,
    by: z.enum(['agent', 'robot']).default('agent'),
    agent: person.exactOptional(),
    transferredFrom: id.exactOptional(),
  }),
  'session.ended': z.object({
    session: id,
    by: z.enum(['agent', 'robot']).default('agent'),
    reason: z.enum(endReasons).default('agent'),
  }),
  'queue.joined': z.object({ ahead: z.int().min(0).exactOptional(), text: words.exactOptional() }),
  'queue.left': z.object({ reason: z.enum(['served', 'timeout', 'visitor', 'other']).default('other') }),
  'agents.offline': z.object({ keeps: z.boolean().default(true), text: words.exactOptional() }),
  'menu.asked': z.object({ text: words, options, expiresSec: z.int().min(1).max(604_800).exactOptional() }),
  'rating.asked': z.object({
    session: id,
    title: words.exactOptional(),
    options: options.exactOptional(),
    expiresSec: z.int().min(1).max(604_800).exactOptional(),
  }),
};

export type TheirType = keyof typeof shapes;

/** Every type that the helpdesk may say. */
export const theirTypes = Object.keys(shapes) as readonly TheirType[]; // an object's own keys, no others are in it

type DataOf = { readonly [Type in TheirType]: z.output<(typeof shapes)[Type]> };

interface Head {
  /** What makes a repeat recognisable; left out where whoever carried it has to tell. */
  readonly id?: string;
  readonly at?: number;
  readonly visitor?: string;
}

/** An event of the helpdesk's. `own`: one of ours, come back. `unknown`: of a type that this version does not know. */
export type TheirEvent = Head &
  (
    | { [Type in TheirType]: { readonly type: Type; readonly data: DataOf[Type] } }[TheirType]
    | { readonly type: 'own' }
    | { readonly type: 'unknown'; readonly name: string }
  );

export type EventReading =
  | { readonly kind: 'event'; readonly event: TheirEvent }
  | { readonly kind: 'failed'; readonly reason: string };

const envelope = z.object({
  version: z.literal(version).default(version),
  id: id.exactOptional(),
  type: z.string().regex(/^[a-zA-Z0-9_.]{1,100}$/),
  timestamp: z.iso.datetime({ offset: true }).exactOptional(),
  data: z.looseObject({ visitor: id.exactOptional() }),
});

/** Reads an event. Fields that nobody knows are left alone. `reason` names the place of a fault, and never what stood there. */
export function readTheirEvent(json: unknown): EventReading {
  const whole = envelope.safeParse(json);
  if (!whole.success) return failed(whole.error);
  const { type, timestamp, data } = whole.data;
  const head: Head = {
    ...(whole.data.id !== undefined && { id: whole.data.id }),
    ...(timestamp !== undefined && { at: Date.parse(timestamp) }),
    ...(data.visitor !== undefined && { visitor: data.visitor }),
  };
  if (ownTypes.some((own) => own === type)) return { kind: 'event', event: { ...head, type: 'own' } };
  if (!Object.hasOwn(shapes, type)) {
    return { kind: 'event', event: { ...head, type: 'unknown', name: type } };
  }
  const read = shapes[type as TheirType].safeParse(data); // it is a key of them
  if (!read.success) return failed(read.error, 'data');
  return { kind: 'event', event: { ...head, type, data: read.data } as TheirEvent }; // as each shape belongs to its type
}

function failed(error: z.ZodError, ...before: readonly string[]): EventReading {
  const [issue] = error.issues;
  const place = [...before, ...(issue?.path ?? [])].map(String).join('.') || 'the body';
  return { kind: 'failed', reason: `${place}: ${issue?.message ?? 'invalid'}` };
}

const answerShape = z.object({
  id: id.optional().catch(undefined),
  // What is no list of events is kept as one that cannot be read, so that somebody learns of it.
  events: z.array(z.unknown()).max(50).default([]).catch(['events']),
});

/**
 * What a yes says beside it: the helpdesk's id for the message, and what happened at once; nothing in a word such as OK.
 * `undefined`: a page, which no helpdesk answers.
 */
export function readAnswer(text: string): z.output<typeof answerShape> | undefined {
  if (/^\ufeff?\s*</.test(text)) return undefined;
  return answerShape.safeParse(readJson(text)).data ?? { events: [] };
}

/** `undefined` where it is no JSON. A field that is `null` counts as left out: many languages write what they have not. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value) => value ?? undefined);
  } catch {
    return undefined;
  }
}
