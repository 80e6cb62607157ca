import { z } from 'zod';
import type { Fetch } from '../ports/http.ts';
import { type ApiAnswer, readApiAnswer } from './api-answer.ts';
import { apiUrl } from './api-url.ts';
import type { ComponentSettings } from './component-settings.ts';

/** A token and how long it is good. */
export interface LivingToken {
  readonly token: string;
  readonly lifeSec: number;
}

/** What an account has given to the platform. The refresh token is the newest one: earlier ones are worth nothing. */
export interface Authorisation extends LivingToken {
  readonly refreshToken: string;
}

/** WeChat's endpoints for a third-party platform, one function each. `token` is the platform's access token. */
export interface ComponentApi {
  /** Makes WeChat push tickets; the next one comes as an event. */
  startPushTicket(): Promise<ApiAnswer<unknown>>;
  getComponentToken(ticket: string): Promise<ApiAnswer<LivingToken>>;
  /** What a merchant's page of authorisation is opened with. */
  createPreAuthCode(token: string): Promise<ApiAnswer<string>>;
  /** Exchanges the code of an authorisation; it works once. */
  queryAuth(token: string, code: string): Promise<ApiAnswer<Authorisation & { readonly authorizer: string }>>;
  /** A new access token of an account, and the refresh token for the next time. */
  refreshAuthorizer(
    token: string,
    account: { readonly authorizer: string; readonly refreshToken: string },
  ): Promise<ApiAnswer<Authorisation>>;
  /** The accounts that have authorised the platform, from number `offset` on, at most 500. */
  listAuthorizers(
    token: string,
    page: { readonly offset: number; readonly count: number },
  ): Promise<ApiAnswer<AuthorizerPage>>;
}

export interface AuthorizerPage {
  readonly accounts: readonly { readonly authorizer: string; readonly refreshToken: string }[];
  /** How many rows there were, also those that cannot be read. */
  readonly rows: number;
}

export function createComponentApi(settings: ComponentSettings, fetch: Fetch): ComponentApi {
  const appid = { component_appid: settings.appid };

  async function call<Value>(
    name: string,
    body: Readonly<Record<string, string | number>>,
    shape: z.ZodType<Value>,
    token?: string,
  ): Promise<ApiAnswer<Value>> {
    const path = `/cgi-bin/component/${name}`;
    const result = await fetch({
      method: 'POST',
      url: apiUrl(settings, path, token === undefined ? {} : { component_access_token: token }),
      name: path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...appid, ...body }),
    });
    return readApiAnswer(result, shape);
  }

  return {
    // The one page that calls the secret `component_secret`.
    startPushTicket: () =>
      call('api_start_push_ticket', { component_secret: settings.secret }, z.looseObject({})),
    getComponentToken: (ticket) =>
      call(
        'api_component_token',
        { component_appsecret: settings.secret, component_verify_ticket: ticket },
        componentTokenShape,
      ),
    createPreAuthCode: (token) => call('api_create_preauthcode', {}, preAuthCodeShape, token),
    queryAuth: (token, code) => call('api_query_auth', { authorization_code: code }, authShape, token),
    refreshAuthorizer: (token, { authorizer, refreshToken }) =>
      call(
        'api_authorizer_token',
        { authorizer_appid: authorizer, authorizer_refresh_token: refreshToken },
        authorizerTokenShape,
        token,
      ),
    listAuthorizers: (token, page) => call('api_get_authorizer_list', page, listShape, token),
  };
}

const text = z.string().min(1).max(1024);

const componentTokenShape = z
  .looseObject({ component_access_token: text, expires_in: z.number().positive() })
  .transform(({ component_access_token: token, expires_in: lifeSec }) => ({ token, lifeSec }));

const preAuthCodeShape = z.looseObject({ pre_auth_code: text }).transform((answer) => answer.pre_auth_code);

const authorizerTokenShape = z
  .looseObject({
    authorizer_access_token: text,
    authorizer_refresh_token: text,
    expires_in: z.number().positive(),
  })
  .transform((answer) => ({
    token: answer.authorizer_access_token,
    refreshToken: answer.authorizer_refresh_token,
    lifeSec: answer.expires_in,
  }));

const authShape = z
  .looseObject({
    authorization_info: z.looseObject({
      authorizer_appid: text,
      authorizer_access_token: text,
      authorizer_refresh_token: text,
      expires_in: z.number().positive(),
    }),
  })
  .transform(({ authorization_info: info }) => ({
    authorizer: info.authorizer_appid,
    token: info.authorizer_access_token,
    refreshToken: info.authorizer_refresh_token,
    lifeSec: info.expires_in,
  }));

const accountShape = z
  .looseObject({ authorizer_appid: text, refresh_token: text })
  .transform((row) => ({ authorizer: row.authorizer_appid, refreshToken: row.refresh_token }));

const listShape = z.looseObject({ list: z.array(z.unknown()).default([]) }).transform(({ list }) => ({
  accounts: list.flatMap((row) => accountShape.safeParse(row).data ?? []),
  rows: list.length,
}));
