import type { Direction } from '../model/message.ts';
import type {
  ApiTable,
  AuthorizerTable,
  CacheTable,
  ComponentTable,
  CounterTable,
  KnockBudgetTable,
  KnockTable,
  MediaIdTable,
  PaceLeaseTable,
  PermitTable,
} from './account-tables.ts';
import type { MediaFileTable, MediaPieceTable, MediaTable } from './media-tables.ts';

/**
 * The tables as Kysely sees them. JSON is text; times are milliseconds; booleans are 0 and 1; "no conversation" in a key
 * is the empty text, as keys hold no null.
 */
export interface Tables {
  conversation: ConversationTable;
  route: RouteTable;
  profile: ProfileTable;
  message: MessageTable;
  seen: SeenTable;
  raw: RawTable;
  binding: BindingTable;
  memory: MemoryTable;
  lane: LaneTable;
  instance: InstanceTable;
  wake: WakeTable;
  pull: PullTable;
  media: MediaTable;
  media_file: MediaFileTable;
  media_piece: MediaPieceTable;
  media_id: MediaIdTable;
  fact: FactTable;
  outage: OutageTable;
  permit: PermitTable;
  knock_budget: KnockBudgetTable;
  knock: KnockTable;
  component: ComponentTable;
  authorizer: AuthorizerTable;
  counter: CounterTable;
  api: ApiTable;
  cache: CacheTable;
  pace_lease: PaceLeaseTable;
}

export interface ConversationTable {
  id: string;
  tenant: string;
  visitor: string;
  appid: string;
  /** The last sequence given to a message of this conversation. */
  seq: number;
  context: string | null;
  /** The sub-merchant whose session it is, by the platform's id. */
  business: string | null;
  /** The list that the visitor may pick from by a digit, as JSON. */
  pending: string | null;
  created_at: number;
  acted_at: number;
  /** How many acts granted something, or closed everything. */
  acts: number;
  /** The size of the grant that `sends_left` is left of, and when it was given. */
  granted: number;
  granted_at: number;
  sends_left: number;
  window_ends_at: number;
  brief_left: number;
  brief_ends_at: number;
  /** What sends of the brief grant have to show. */
  brief_code: string | null;
  /** `acts` when the helpdesk was told that replies are held. */
  held_told: number;
  typing_at: number;
  /** When he was shown last that an agent is writing. */
  typing_shown_at: number | null;
  /** Until then somebody is asking the merchant about him, or has asked in vain. */
  asked_until: number | null;
}

/**
 * Whose a conversation is: the channel's own agents' (`state`, `until`, `moved_at`, `unseen_from`), else that of a
 * helpdesk, where there are several. States: `waiting` (messages are handed over; whether somebody has taken the visitor
 * is not known), `served` (the channel said so), `ended`.
 */
export interface RouteTable {
  conversation: string;
  version: number;
  state: 'waiting' | 'served' | 'ended';
  /** It stands until then, unless something is seen before. */
  until: number;
  /** By the channel's clock: what moved the route last. */
  moved_at: number;
  /** By the channel's clock: what went to and fro since then may not have been seen. */
  unseen_from: number | null;
  /** The helpdesk that has the conversation while the channel's own agents have not; null: nobody had it yet. */
  helpdesk: string | null;
  /** Its session goes on until then; 0: it has ended, and the next message is anybody's. */
  held_until: number;
  /** What is asked of the helpdesk, as JSON. */
  routing: string | null;
  /** The last event with which the visitor came, as JSON. */
  opened: string | null;
}

/** What is known of a visitor; lists of items as JSON. */
export interface ProfileTable {
  conversation: string;
  /** What he came with last, as far as it is to be kept. */
  claims: string;
  /** What the merchant's server said of him, and until when that is good. */
  looked: string;
  looked_until: number;
  /** The helpdesk whose agents were shown a card, and how long its session goes on without a word; 0: it has ended. */
  card_helpdesk: string | null;
  card_until: number;
  /** The message before which the card stood, and its text where it went as a part of that message. */
  card_row: string | null;
  card_text: string | null;
}

/** A helpdesk that has not answered since then, and when that was last seen. */
export interface OutageTable {
  helpdesk: string;
  since: number;
  seen_at: number;
}

/**
 * Every message, and every event that needs a call. States of a forward: `received → forwarding → forwarded`; or
 * `waiting`, `dead`, `dropped`. Of a reaction or another call beside the messages: `received → reacting → done`; or
 * `dead`, `dropped`. Of a reply: `queued → sending → sent`; or `held`, `expired`, `blocked`, `dropped`, `dead`. What is
 * only history is `done` from the start.
 */
export type MessageState =
  | 'received'
  | 'forwarding'
  | 'forwarded'
  | 'waiting'
  | 'reacting'
  | 'done'
  | 'checking'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'held'
  | 'expired'
  | 'blocked'
  | 'dropped'
  | 'dead';

/** Rows of the first two are the helpdesk's turn, `react` first; the third is the visitor's. `null`: only history. */
export type LaneName = 'react' | 'forward' | 'reply';

export interface MessageTable {
  id: string;
  tenant: string;
  /** Null while a callback's visitor is unknown, and for platform events. */
  conversation: string | null;
  helpdesk: string | null;
  /** The outside id a callback named, while its visitor is unknown. */
  outside: string | null;
  direction: Direction;
  lane: LaneName | null;
  /** What is called for the row: `forward`, `send`, or an action of the adapter. */
  action: string;
  seq: number;
  sender: string;
  parts: string;
  /** The vendor's event, for rows of the react lane and for history. */
  event: string | null;
  written_at: number;
  automatic: number;
  state: MessageState;
  attempts: number;
  /**
   * Tries since the reason of the last `later` began, and that reason. Of replies also `join` (it waits for company) and
   * `alone` (refused in company, it is sent by itself).
   */
  tries: number;
  reason: string | null;
  /** How often the process died while this row was in flight. */
  starts: number;
  /** When the row may be tried: null = as soon as it is the lane's first. */
  due: number | null;
  not_after: number | null;
  progress: string | null;
  /** The code of the last outcome. */
  code: string | null;
  /** The attempt whose answer was lost: `{ startedAt, code, repeated }`. */
  lost: string | null;
  vendor_id: string | null;
  send_id: string | null;
  answer: string | null;
  raw: string | null;
  received_at: number;
  started_at: number | null;
  finished_at: number | null;
}

export interface SeenTable {
  tenant: string;
  source: string;
  key: string;
  until: number;
  /** What a push was answered, as JSON; null: the usual. */
  answer: string | null;
}

export interface RawTable {
  id: string;
  tenant: string;
  source: string;
  at: number;
  /** Why it could not be understood; null if it was. */
  problem: string | null;
  request: string;
}

export interface BindingTable {
  helpdesk: string;
  outside: string;
  conversation: string;
}

export interface MemoryTable {
  helpdesk: string;
  conversation: string;
  version: number;
  value: string;
}

export interface LaneTable {
  id: string;
  turn: number;
  /** The instance that has a turn in it, where several share the store. */
  owner: string | null;
  /** 1: something came for it while another instance had it. */
  again: number;
}

/** A process that shares the store, until when (by the database's clock) at least it may think so. */
export interface InstanceTable {
  id: string;
  until: number;
}

export interface WakeTable {
  helpdesk: string;
  conversation: string;
  name: string;
  due: number;
  /** The time it was set for: what is put off is the same wake. */
  first_due: number;
  attempts: number;
}

export interface PullTable {
  helpdesk: string;
  topic: string;
  conversation: string;
  cursor: string | null;
  due: number | null;
  rung: number | null;
  note: string | null;
}

export interface FactTable {
  name: string;
  value: string;
}

/** Waits for something that will set the time: an event, a medium. Later than any clock. */
export const NEVER = Number.MAX_SAFE_INTEGER;
