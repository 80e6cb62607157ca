import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { PushKeys } from './account.ts';

/** A third-party platform as the open platform's console shows it. */
export interface ComponentAccount extends PushKeys {
  readonly secret: string;
}

/** What a call comes to: the fields of its answer, or an error. */
export type Reply = { readonly fields: JsonRecord } | { readonly errcode: number };

const hourMs = 3_600_000;
const ticketLifeMs = 12 * hourMs;
const tokenLifeMs = 2 * hourMs;
const codeLifeMs = 600_000;

/** One account's side: its authorisation, if it has one. */
interface Authorizer {
  refreshToken: string;
  /** Access tokens with their ends. */
  readonly tokens: Map<string, number>;
}

/**
 * Tickets, tokens and authorisations as WeChat keeps them, strictly: a refresh token works once, a code once and for ten
 * minutes (WeChat, third-party platforms).
 */
export class Authorisations {
  readonly #component: ComponentAccount;
  readonly #now: () => number;
  readonly #tickets = new Map<string, number>();
  readonly #componentTokens = new Map<string, number>();
  readonly #codes = new Map<string, { readonly appid: string; readonly endsAt: number }>();
  readonly #authorizers = new Map<string, Authorizer>();
  /** How many were made. */
  readonly issued = { componentTokens: 0, authorizerTokens: 0, preAuthCodes: 0 };

  constructor(component: ComponentAccount, now: () => number) {
    this.#component = component;
    this.#now = now;
  }

  makeTicket(): string {
    return this.#make('ticket@@@', this.#tickets, ticketLifeMs);
  }

  /** Every ticket is worth nothing from now on. */
  dropTickets(): void {
    this.#tickets.clear();
  }

  /** The merchant agrees: the code that the platform is told. */
  authorise(appid: string): { readonly code: string; readonly endsAt: number } {
    const code = `queryauthcode@@@${randomBytes(24).toString('base64url')}`;
    const endsAt = this.#now() + codeLifeMs;
    this.#codes.set(code, { appid, endsAt });
    this.#authorizers.set(appid, { refreshToken: '', tokens: new Map() });
    return { code, endsAt };
  }

  withdraw(appid: string): void {
    this.#authorizers.delete(appid);
  }

  /** Access tokens of the account and of the platform end now. `refresh`: the account's refresh token, too. */
  revoke(appid: string, { refresh = false } = {}): void {
    this.#componentTokens.clear();
    const authorizer = this.#authorizers.get(appid);
    authorizer?.tokens.clear();
    if (authorizer && refresh) authorizer.refreshToken = '';
  }

  /** 0, or what a call for the account meets with this token. */
  checkAccountToken(appid: string, token: string | null): number {
    if (token === null || token === '') return 41001;
    if (this.#componentTokens.has(token)) return 61014;
    const authorizer = this.#authorizers.get(appid);
    if (!authorizer) return 61003;
    const endsAt = authorizer.tokens.get(token);
    if (endsAt === undefined) return 40001;
    return endsAt <= this.#now() ? 42001 : 0;
  }

  /** 0, or what a call of the platform meets with this token. */
  checkComponentToken(token: string | null): number {
    if (token === null || token === '') return 41018;
    const endsAt = this.#componentTokens.get(token);
    if (endsAt === undefined) return 40094;
    return endsAt <= this.#now() ? 42006 : 0;
  }

  checkSecret(body: JsonRecord, secret: unknown): number {
    if (body.component_appid !== this.#component.appid) return 61011;
    return secret === this.#component.secret ? 0 : 40125;
  }

  componentToken(body: JsonRecord): Reply {
    const errcode = this.checkSecret(body, body.component_appsecret);
    if (errcode !== 0) return { errcode };
    const endsAt = this.#tickets.get(String(body.component_verify_ticket));
    if (endsAt === undefined) return { errcode: 61006 };
    if (endsAt <= this.#now()) return { errcode: 61005 };
    this.issued.componentTokens += 1;
    const token = this.#make('', this.#componentTokens, tokenLifeMs);
    return { fields: { component_access_token: token, expires_in: tokenLifeMs / 1000 } };
  }

  preAuthCode(body: JsonRecord): Reply {
    if (body.component_appid !== this.#component.appid) return { errcode: 61011 };
    this.issued.preAuthCodes += 1;
    return {
      fields: { pre_auth_code: `preauthcode@@@${randomBytes(24).toString('base64url')}`, expires_in: 1800 },
    };
  }

  /** The codes of the two errors are not on the page. */
  queryAuth(body: JsonRecord): Reply {
    if (body.component_appid !== this.#component.appid) return { errcode: 61011 };
    const code = this.#codes.get(String(body.authorization_code));
    if (!code) return { errcode: 61009 };
    this.#codes.delete(String(body.authorization_code));
    if (code.endsAt <= this.#now()) return { errcode: 61010 };
    const authorizer = this.#authorizers.get(code.appid);
    if (!authorizer) return { errcode: 61003 };
    const info = { authorizer_appid: code.appid, ...this.#pay(authorizer), func_info: [] };
    return { fields: { authorization_info: info } };
  }

  authorizerToken(body: JsonRecord): Reply {
    if (body.component_appid !== this.#component.appid) return { errcode: 61011 };
    const authorizer = this.#authorizers.get(String(body.authorizer_appid));
    if (!authorizer) return { errcode: 61003 };
    const { refreshToken } = authorizer;
    if (refreshToken === '' || body.authorizer_refresh_token !== refreshToken) return { errcode: 42007 };
    return { fields: this.#pay(authorizer) };
  }

  /** Every account that has authorised, with the refresh token that is good now. */
  list({ component_appid: component, offset, count }: JsonRecord): Reply {
    if (component !== this.#component.appid) return { errcode: 61011 };
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(count)) return { errcode: 47001 };
    if (Number(count) > 500) return { errcode: 40170 };
    const all = [...this.#authorizers].filter(([, { refreshToken }]) => refreshToken !== '');
    const rows = all
      .slice(Number(offset), Number(offset) + Number(count))
      .map(([appid, { refreshToken }]) => ({
        authorizer_appid: appid,
        refresh_token: refreshToken,
        auth_time: Math.floor(this.#now() / 1000),
      }));
    return { fields: { total_count: all.length, list: rows } };
  }

  /** A new access token, and a new refresh token: the old one is dead. */
  #pay(authorizer: Authorizer): JsonRecord {
    this.issued.authorizerTokens += 1;
    authorizer.refreshToken = `refreshtoken@@@${randomBytes(24).toString('base64url')}`;
    return {
      authorizer_access_token: this.#make('', authorizer.tokens, tokenLifeMs),
      expires_in: tokenLifeMs / 1000,
      authorizer_refresh_token: authorizer.refreshToken,
    };
  }

  #make(prefix: string, among: Map<string, number>, lifeMs: number): string {
    const value = `${prefix}${randomBytes(48).toString('base64url')}`;
    among.set(value, this.#now() + lifeMs);
    return value;
  }
}
