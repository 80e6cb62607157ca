import { type Fields, textOf } from '../formats/text-fields.ts';
import type { PushContext, PushReading } from '../ports/channel.ts';
import { decodeEvent } from './decode-event.ts';
import { decodeMessage } from './decode-message.ts';
import { grantFor } from './grants.ts';
import type { WeChatSettings } from './settings.ts';

export interface DecodeContext {
  readonly settings: WeChatSettings;
  /** Hash of the proved body: part of the key where nothing else names the push. */
  readonly bodyHash: string;
  readonly context: PushContext;
}

/**
 * What a proved push says, with the key that makes its repeat recognisable (WeChat, message push page: sender, time
 * and message id; an event has its name in place of an id).
 */
export function decodePush(fields: Fields, given: DecodeContext): PushReading {
  const type = textOf(fields, 'MsgType');
  const sender = textOf(fields, 'FromUserName');
  const time = textOf(fields, 'CreateTime');
  const unreadable = (reason: string): PushReading => ({
    kind: 'unreadable',
    key: `unreadable:${given.bodyHash}`,
    reason,
  });
  if (type === undefined) return unreadable('no MsgType');
  if (sender === undefined || !/^[\w-]{1,64}$/.test(sender)) return unreadable('no FromUserName');
  if (time === undefined || !/^\d{1,11}$/.test(time)) return unreadable('no CreateTime');
  // The time stands before the sender, so that keys of one hour lie beside each other in the store.
  const key = `${given.settings.appid}:${time}:${sender}`;
  const business = textOf(fields, 'BusinessId');
  const head = { key, sender, writtenAt: Number(time) * 1000, ...(business && { business }) };
  return type === 'event' ? readEvent(fields, head, given) : readMessage(fields, head, given);
}

interface Head {
  /** What every key of this sender and second begins with. */
  readonly key: string;
  readonly sender: string;
  readonly writtenAt: number;
  /** The sub-merchant (子商户) whose session it is. */
  readonly business?: string;
}

function readMessage(fields: Fields, head: Head, given: DecodeContext): PushReading {
  const platformId = textOf(fields, 'MsgId');
  const key = `${head.key}:${platformId ?? given.bodyHash}`;
  const act = textOf(fields, 'bizmsgmenuid') === undefined ? 'message' : 'menuClick';
  return {
    kind: 'visitor',
    key,
    visitor: head.sender,
    writtenAt: head.writtenAt,
    ...(head.business === undefined ? {} : { business: head.business }),
    parts: [decodeMessage(fields, key)],
    ...(platformId === undefined ? {} : { platformId }),
    context: given.context,
    grant: grantFor(act, head.writtenAt, given.settings),
    opens: true,
  };
}

function readEvent(fields: Fields, head: Head, given: DecodeContext): PushReading {
  const event = decodeEvent(fields, given.bodyHash);
  const { writtenAt } = head;
  const { context } = given;
  const key = `${head.key}:${event.key}`;
  if (event.kind === 'platform') {
    const alarm = event.alarm === undefined ? {} : { alarm: event.alarm };
    const knocks = event.knocks && { knocks: { visitor: head.sender, items: event.knocks } };
    return { kind: 'platform', key, event: event.part, writtenAt, context, ...alarm, ...knocks };
  }
  return {
    kind: 'visitor',
    key,
    visitor: head.sender,
    writtenAt,
    ...(head.business === undefined ? {} : { business: head.business }),
    parts: [event.part],
    context,
    ...(event.act === undefined ? {} : { grant: grantFor(event.act, writtenAt, given.settings) }),
    opens: event.act !== undefined,
    ...(event.closes === undefined ? {} : { closes: event.closes }),
    ...(event.ownAgents === undefined ? {} : { ownAgents: event.ownAgents }),
  };
}
