import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import { Timeline } from '../timeline.ts';
import type { Member, WecomSettings } from './settings.ts';

export type State = 0 | 1 | 2 | 3 | 4;

/** A customer of the kf account. */
export interface Customer {
  readonly external: string;
  readonly nickname: string;
  /** Told only where a developer account is bound to kf. */
  unionid?: string;
  state: State;
  servicer?: string;
  /** When he wrote last; never: he has not. */
  wroteAt?: number;
  /** What the API has said since. */
  said: number;
  welcomedAt?: number;
  /** How he came last. */
  came?: { readonly at: number; readonly scene: string; readonly param: string };
  /** States into which the session was moved already: the code comes with the first move alone. */
  readonly moved: Set<State>;
}

/** Something that was said into the chat by the API. */
export interface SaidByApi {
  readonly at: number;
  readonly external: string;
  readonly msgid: string;
  readonly msgtype: string;
  readonly text: string;
  readonly content: JsonRecord;
  /** What was uploaded. */
  readonly bytes?: Buffer;
  /** By the code of an event, or by the messages that a customer's message allows. */
  readonly by: 'code' | 'allowance';
}

/** A message or event as `sync_msg` gives it. */
export interface LoggedEntry {
  readonly at: number;
  readonly json: JsonRecord;
}

/** What may be said once. */
export interface Code {
  readonly external: string;
  readonly until: number;
  /** The state must still be that; left out: any. */
  readonly state?: State;
  readonly types: readonly string[];
  isUsed: boolean;
}

export interface Chat {
  readonly customers: Map<string, Customer>;
  readonly log: LoggedEntry[];
  readonly codes: Map<string, Code>;
  readonly msgids: Set<string>;
  readonly said: Timeline<SaidByApi>;
  readonly members: Map<string, Member>;
  /** A notification's tokens, and until when they are good. */
  readonly syncTokens: Map<string, number>;
  customer(external: string): Customer;
  /** Adds an entry to what `sync_msg` gives; `msgid` is made unless it is given. */
  add(json: JsonRecord, at?: number): string;
  giveCode(code: Omit<Code, 'isUsed' | 'until'> & { readonly livesMs: number }): string;
}

export function openChat(given: {
  readonly settings: () => WecomSettings;
  readonly now: () => number;
  readonly members: readonly Member[];
  readonly keep: number;
}): Chat {
  const { settings, now, members, keep } = given;
  const customers = new Map<string, Customer>();
  const log: LoggedEntry[] = [];
  const codes = new Map<string, Code>();
  return {
    customers,
    log,
    codes,
    msgids: new Set(),
    said: new Timeline<SaidByApi>('words of the API', keep),
    members: new Map(members.map((member) => [member.userid, member])),
    syncTokens: new Map(),
    customer(external) {
      const known = customers.get(external);
      if (known !== undefined) return known;
      const fresh: Customer = {
        external,
        nickname: `客${external.slice(-4)}`,
        state: 4,
        said: 0,
        moved: new Set(),
      };
      customers.set(external, fresh);
      return fresh;
    },
    add(json, at = now()) {
      const msgid = `sim_msgid_${log.length + 1}_${randomBytes(4).toString('hex')}`;
      const send_time = Math.floor(at / 1000);
      const place = json.msgtype === 'event' ? {} : { open_kfid: settings().openKfid };
      log.push({ at, json: { msgid, send_time, ...place, ...json } });
      return msgid;
    },
    giveCode({ livesMs, ...code }) {
      const name = `CODE${randomBytes(8).toString('hex')}`;
      codes.set(name, { ...code, until: now() + livesMs, isUsed: false });
      return name;
    },
  };
}

/** A session's messages of the API end 48 h after the customer's last, or with the fifth. */
export const windowMs = 48 * 3_600_000;
export const mostSaid = 5;
