import { createHash } from 'node:crypto';
import { fieldsOf, textOf } from '../../src/formats/fields.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import type { EasemobSettings } from './settings.ts';
import { eventsOfPayload, mostEvents, unsupported } from './translate.ts';
import type { ImMessage } from './wire.ts';

/**
 * What a message over IM tells; none of it where it is about others: only the service number may write to our visitors, and
 * what we sent ourselves is there too. Each event has its visitor, and keys by which the message counts once, whichever way
 * it came. `undefined`: what it must have is missing.
 */
export function eventsOfImMessage(
  message: ImMessage,
  settings: EasemobSettings,
): readonly VendorEvent[] | undefined {
  const { chatType, from, id } = message;
  const visitor = visitorIn(message, settings);
  const isHelpdesks = from === settings.imServiceNumber?.toLowerCase();
  if (!isHelpdesks || visitor === undefined || ignoredTypes.has(chatType)) return [];
  return readEvents(message, settings)
    ?.slice(0, mostEvents)
    .map((event, place) => {
      const own = id === undefined ? [] : [`${chatType}:${id}`];
      const keys = [...own, ...event.keys].map((key) => `${key}:${place}`);
      return { ...event, keys, visitor };
    });
}

/** Groups, receipts of reading, contacts. */
const ignoredTypes: ReadonlySet<string> = new Set([
  'groupchat',
  'chatroom',
  'read_ack',
  'delivery_ack',
  'notify',
  'roster',
  'muc',
]);

function readEvents(message: ImMessage, settings: EasemobSettings): readonly VendorEvent[] | undefined {
  const { chatType, recallId, payload } = message;
  const at = Number(message.timestamp);
  if (chatType === 'recall') return recallId === undefined ? undefined : [recalled(recallId, at)];
  if (chatType !== 'chat') return [unsupported(chatType, at)];
  if (payload === undefined) return undefined;
  return eventsOfPayload(payload, { at, id: message.id ?? nameless(message), isIm: true }, settings);
}

/** Whom it is for; `undefined`: none of ours, as the same service number may have visitors of the tenant's own app. */
function visitorIn(
  { to, payload }: ImMessage,
  { identity, sharedUser, namePrefix }: EasemobSettings,
): string | undefined {
  if (identity === 'per-visitor') return to.startsWith(namePrefix) ? to : undefined;
  const visitor = payload && fieldsOf(payload.weichat, 'visitor');
  return to === sharedUser?.toLowerCase() && visitor ? textOf(visitor, 'openid') : undefined;
}

/** Which reply it was stands in the memory, by the id that the IM cloud gave it. */
function recalled(recallId: string, at: number): VendorEvent {
  return { kind: 'noted', keys: [], at, extra: { recalledIm: recallId }, react: {} };
}

/** For the ids of its media alone. */
function nameless({ timestamp, to, payload }: ImMessage): string {
  return createHash('sha256')
    .update(JSON.stringify([timestamp, to, payload]))
    .digest('hex');
}
