import { openBoundedMap } from '../bounded-map.ts';
import type { JsonRecord } from '../json.ts';

/** A visitor's message that was taken. `preciseAt` has fractions of a millisecond, for order and gaps. */
export interface VisitorMessage {
  readonly at: number;
  readonly preciseAt: number;
  readonly partnerId: string;
  readonly cid: string;
  /** `text`, `image`, `voice` or `video`. */
  readonly type: string;
  readonly content: string;
}

/** A call that was not taken. `code` is Zhichi's, or the HTTP status 404 or 405; `because` names what is wrong. */
export interface Refusal {
  readonly at: number;
  readonly path: string;
  readonly code: string | number;
  readonly because: string;
}

/** A call of `chat_connect`, and the `item` that it was answered. */
export interface Application {
  readonly at: number;
  readonly partnerId: string;
  readonly payload: JsonRecord;
  readonly item: JsonRecord;
}

/** A question to the robot. */
export interface Question {
  readonly at: number;
  readonly partnerId: string;
  readonly question: string;
}

/** A rating that was handed in, and its `status`. */
export interface Rating {
  readonly at: number;
  readonly partnerId: string;
  readonly payload: JsonRecord;
  readonly status: number;
}

/** A ticket that was made. */
export interface Ticket {
  readonly at: number;
  readonly payload: JsonRecord;
}

/** An entry of a session's record. */
export interface Entry {
  readonly cid: string;
  /** 0 the visitor, 1 the robot, 2 an agent. */
  readonly sender: 0 | 1 | 2;
  readonly senderName: string;
  readonly receiverName: string;
  /** 0 text, 1 picture, 2 voice, 3 anything else. */
  readonly type: 0 | 1 | 2 | 3;
  readonly msg: string;
  readonly at: number;
}

/** What was said, by session. */
export interface Sayings {
  add(entry: Entry): void;
  of(cid: string): readonly Entry[];
}

export function openSayings(): Sayings {
  const sessions = openBoundedMap<Entry[]>({ maxCount: 10_000 });
  return {
    add(entry) {
      const said = sessions.get(entry.cid) ?? [];
      said.push(entry);
      sessions.set(entry.cid, said);
    },
    of: (cid) => sessions.get(cid) ?? [],
  };
}

/** An entry as `get_detail_by_cid` gives it. */
export function describeEntry({ cid, sender, senderName, receiverName, type, msg, at }: Entry): JsonRecord {
  return {
    cid,
    sender_type: sender,
    sender_name: senderName,
    receiver_type: sender === 0 ? 2 : 0,
    receiver_name: receiverName,
    msg,
    msg_type: type,
    t: String(at),
    ts: new Date(at + chinaMs).toISOString().slice(0, 19).replace('T', ' '),
  };
}

/** An entry as the forwarding gives it. */
export function describeForwarded(
  { cid, sender, senderName, receiverName, msg, at }: Entry,
  { companyId, senderId, receiverId }: { companyId: string; senderId: string; receiverId: string },
): JsonRecord {
  return {
    cid,
    companyid: companyId,
    timems: String(at),
    senderid: senderId,
    sender_name: senderName,
    receiverid: receiverId,
    receiver_name: receiverName,
    msg,
    sender_type: String(sender),
    receiver_type: sender === 0 ? '2' : '0',
    msg_offline: '0',
  };
}

const chinaMs = 8 * 3_600_000;
