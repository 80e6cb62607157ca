import { createHash } from 'node:crypto';
import { type Fields, fieldsOf, textOf } from '../formats/text-fields.ts';
import type { EventPart } from '../model/message.ts';
import type { KnockItem } from '../ports/channel.ts';
import { alarmOfKnocks, decodeSubscription } from './decode-subscription.ts';
import type { Act } from './grants.ts';

/**
 * An event of a push. `visitor`: somebody did something in or around the chat; `act` says that it allows sends.
 * `platform`: the account is told something, and its `FromUserName` may be no visitor at all. `key` tells events of one
 * sender and second apart.
 */
export type DecodedEvent =
  | {
      readonly kind: 'visitor';
      readonly key: string;
      readonly part: EventPart;
      readonly act?: Act;
      readonly closes?: true;
      readonly ownAgents?: 'took' | 'passedOn' | 'left';
    }
  | {
      readonly kind: 'platform';
      readonly key: string;
      readonly part: EventPart;
      readonly alarm?: string;
      readonly knocks?: readonly KnockItem[];
    };

/**
 * Reads an event (WeChat, event pages, mini-program and official account). One that is not known is a platform event
 * with the hash of its body in the key: payments, logistics and audits come to the same address and make no visitor.
 */
export function decodeEvent(fields: Fields, bodyHash: string): DecodedEvent {
  const name = textOf(fields, 'Event') ?? '';
  const known = visitorEvents[name];
  return known === undefined
    ? readPlatformEvent(fields, name, bodyHash)
    : readVisitorEvent(fields, name, known);
}

interface VisitorEvent {
  /** Its name in the common model, where that is not WeChat's. */
  readonly name?: string;
  readonly act?: Act;
  /** Nothing reaches the visitor any more. */
  readonly closes?: true;
  /** What an agent of the official tool did. */
  readonly ownAgents?: 'took' | 'passedOn' | 'left';
  /** Where the event says what it is about; `EventKey` if left out. */
  readonly about?: string;
}

const visitorEvents: Readonly<Record<string, VisitorEvent | undefined>> = Object.assign(Object.create(null), {
  user_enter_tempsession: { name: 'session-enter', act: 'enter' },
  subscribe: { act: 'follow' },
  unsubscribe: { closes: true },
  SCAN: { act: 'scan' },
  CLICK: { act: 'menuClick' },
  scancode_push: { act: 'menuClick' },
  scancode_waitmsg: { act: 'menuClick' },
  VIEW: {},
  view_miniprogram: {},
  pic_sysphoto: {},
  pic_photo_or_album: {},
  pic_weixin: {},
  location_select: {},
  LOCATION: {},
  kf_create_session: { about: 'KfAccount', ownAgents: 'took' },
  kf_close_session: { about: 'KfAccount', ownAgents: 'left' },
  kf_switch_session: { about: 'ToKfAccount', ownAgents: 'passedOn' },
} satisfies Record<string, VisitorEvent>);

function readVisitorEvent(fields: Fields, name: string, known: VisitorEvent): DecodedEvent {
  const about = name === 'LOCATION' ? placeOf(fields) : textOf(fields, known.about ?? 'EventKey');
  const context = textOf(fields, 'SessionFrom');
  return {
    kind: 'visitor',
    key: keyOf(name, [about, context]),
    part: {
      kind: 'event',
      name: known.name ?? name,
      ...(about === undefined ? {} : { key: about }),
      ...(context === undefined ? {} : { context }),
    },
    ...(known.act === undefined ? {} : { act: known.act }),
    ...(known.closes === undefined ? {} : { closes: known.closes }),
    ...(known.ownAgents === undefined ? {} : { ownAgents: known.ownAgents }),
  };
}

function placeOf(fields: Fields): string | undefined {
  const latitude = textOf(fields, 'Latitude');
  const longitude = textOf(fields, 'Longitude');
  return latitude === undefined || longitude === undefined ? undefined : `${latitude},${longitude}`;
}

const alarms: Readonly<Record<string, string | undefined>> = {
  wxa_punish_event:
    'WeChat has punished this account; sending may be banned (see the notices in its console)',
};

function readPlatformEvent(fields: Fields, name: string, bodyHash: string): DecodedEvent {
  const ownId = ownIdOf(fields);
  const knocks = decodeSubscription(fields, name);
  const alarm = Object.hasOwn(alarms, name) ? alarms[name] : alarmOfKnocks(knocks);
  return {
    kind: 'platform',
    key: keyOf(name, [ownId ?? bodyHash]),
    part: { kind: 'event', name, ...(ownId === undefined ? {} : { key: ownId }) },
    ...(alarm === undefined ? {} : { alarm }),
    ...(knocks.length === 0 ? {} : { knocks }),
  };
}

/** The id that some events carry for themselves. */
function ownIdOf(fields: Fields): string | undefined {
  const result = fieldsOf(fields, 'result');
  return (
    textOf(fields, 'trace_id') ??
    textOf(fields, 'MsgID') ??
    textOf(fields, 'punish_id') ??
    textOf(fields, 'comment_id') ??
    (result && textOf(result, 'comment_id'))
  );
}

/** Hashed, as `EventKey` and `SessionFrom` may be long and hold anything. */
function keyOf(name: string, parts: readonly (string | undefined)[]): string {
  const told = parts.map((part) => part ?? null);
  return `${name}:${createHash('sha256').update(JSON.stringify(told)).digest('base64url').slice(0, 24)}`;
}
