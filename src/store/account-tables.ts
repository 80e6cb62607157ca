/** What an account has uploaded, by its content and what for, and the platform's id of it. */
export interface MediaIdTable {
  appid: string;
  use: string;
  digest: string;
  platform_id: string;
  good_until: number;
}

/** A time at which something rare was done. */
export interface PermitTable {
  name: string;
  at: number;
}

/** How many knocks of a template a visitor allows. His conversation need not exist: he may allow them before he writes. */
export interface KnockBudgetTable {
  conversation: string;
  template: string;
  remaining: number;
  /** How often the visitor has said something of it. */
  changes: number;
  changed_at: number;
}

/** The last knock at a visitor. */
export interface KnockTable {
  conversation: string;
  tenant: string;
  template: string;
  /** The `acts` of the conversation for which it is. */
  acts: number;
  state: 'due' | 'calling' | 'sent' | 'waiting' | 'unknown' | 'refused' | 'dropped';
  due: number | null;
  attempts: number;
  /** Of its last attempt. */
  code: string | null;
  /** What the channel said afterwards: `delivered`, or a code. */
  result: string | null;
  asked_at: number;
}

/** A third-party platform (agency mode), by its AppID: a change of its name loses nothing. */
export interface ComponentTable {
  appid: string;
  /** Null while there is none, or WeChat has refused it. */
  ticket: string | null;
  /** When WeChat made it, and when it came. */
  ticket_at: number;
  received_at: number;
  /** When WeChat is to be asked for tickets: also when the present one will be too old. */
  ask_due: number;
}

/** An account that has authorised a component, or did. */
export interface AuthorizerTable {
  component: string;
  appid: string;
  /** The newest one. Null: nothing can be called for the account. */
  refresh_token: string | null;
  /** Why there is none. */
  problem: AuthorizerProblem | null;
  /** When WeChat made the last event about the account: an earlier one changes nothing. */
  event_at: number;
  /** When the last code was exchanged. */
  authorised_at: number | null;
  /** A code that is to be exchanged, until when that is possible, and when it is due. */
  code: string | null;
  code_ends_at: number | null;
  code_due: number | null;
  code_attempts: number;
}

/** `withdrawn` by the merchant; `refused`: WeChat does not take the refresh token; `code`: it was not exchanged in time. */
export type AuthorizerProblem = 'withdrawn' | 'refused' | 'code';

/** How often an API of a tenant's channel was called in a minute or a day, with what is reserved of it. */
export interface CounterTable {
  tenant: string;
  span: CounterSpan;
  starts_at: number;
  api: string;
  used: number;
}

export type CounterSpan = 'minute' | 'day';

/**
 * What the platform said of an API of a tenant's channel. What a vendor takes no calls for stands here too, where several
 * instances call it: `tenant` is then what they call it for (`helpdesk shop/main`), which no tenant is called, and `api` is
 * empty for all calls.
 */
export interface ApiTable {
  tenant: string;
  api: string;
  /** Its own figures, where it was asked for them. */
  per_day: number | null;
  rate_calls: number | null;
  rate_per_ms: number | null;
  /** It takes no call until then; 0 or past: it does. */
  paused_until: number;
  paused_code: string | null;
  /** The day for which somebody was told that little of its quota is left. */
  alarmed_day: number;
}

/** A short-lived value such as an access token: what may be lost. `value` is Keyv's own JSON. */
export interface CacheTable {
  key: string;
  value: string;
  good_until: number;
}

/** Slots of a window that several instances share: held by one of them, or by nobody until a call is far enough behind. */
export interface PaceLeaseTable {
  name: string;
  holder: string;
  /** How often the holder has asked. */
  turn: number;
  calls: number;
  wants: number;
  /** The holder may use them until then. */
  good_until: number;
  /** Nobody else has them until then. */
  blocked_until: number;
  /** When the first of them may be given back. */
  free_at: number;
}
