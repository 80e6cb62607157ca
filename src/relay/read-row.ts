import type { Conversation } from '../model/conversation.ts';
import type { Json, Message, Part, Sender } from '../model/message.ts';
import { labelItems } from '../model/profile.ts';
import type { Addressee } from '../ports/channel.ts';
import { BridgeError } from '../ports/errors.ts';
import type { ConversationTable, MemoryTable, MessageTable, ProfileTable } from '../store/tables.ts';
import type { Tenant } from './bridge.ts';
import { itemsOf } from './known-profile.ts';
import type { Lost, RowBefore } from './settle.ts';

/** The common message of a row. */
export function messageOf(row: MessageTable): Message {
  return {
    id: row.id,
    conversation: row.conversation ?? '',
    direction: row.direction,
    seq: Number(row.seq),
    // What the relay wrote itself: the types are those it was given.
    from: JSON.parse(row.sender) as Sender,
    parts: JSON.parse(row.parts) as readonly Part[],
    writtenAt: Number(row.written_at),
    ...(row.automatic === 1 && { automatic: true }),
    ...(row.vendor_id !== null && { vendorId: row.vendor_id }),
  };
}

/** What settling needs of a row that has just been claimed. */
export function rowBefore(row: MessageTable): RowBefore {
  if (row.lane === null) throw new BridgeError('bug', 'expected a claimed row to stand in a lane');
  return {
    lane: row.lane,
    action: row.action,
    attempts: row.attempts,
    tries: row.tries,
    reason: row.reason,
    receivedAt: Number(row.received_at),
    startedAt: Number(row.started_at ?? row.received_at),
    lost: row.lost === null ? null : (JSON.parse(row.lost) as Lost), // as above
  };
}

/** With what is known of the visitor, in the words of the tenant. */
export function conversationOf(
  row: ConversationTable,
  known?: { readonly profile: ProfileTable | undefined; readonly tenant: Pick<Tenant, 'profile'> },
): Conversation {
  const profile = known ? labelItems(itemsOf(known.profile), known.tenant.profile?.labels ?? {}) : [];
  return {
    id: row.id,
    tenant: row.tenant,
    visitor: row.visitor,
    appid: row.appid,
    ...(row.context !== null && row.context !== '' && { context: row.context }),
    ...(profile.length > 0 && { profile }),
  };
}

export function addresseeOf({ visitor, business }: ConversationTable): Addressee {
  return { visitor, ...(business !== null && { business }) };
}

/** A memory as adapters see it, with the version it was read at; version 0 where nothing is known yet. */
export interface ReadMemory {
  readonly value: Json | undefined;
  readonly version: number;
}

export function memoryOf(rows: readonly MemoryTable[]): ReadMemory {
  const [row] = rows;
  return row
    ? { value: readJson(row.value), version: Number(row.version) }
    : { value: undefined, version: 0 };
}

/** JSON that the bridge itself wrote. */
export function readJson(text: string | null): Json {
  return text === null ? null : (JSON.parse(text) as Json);
}
