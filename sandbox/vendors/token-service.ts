import { type Call, openServer, type VendorServer } from './server.ts';
import { answerJson } from './wechat/errors.ts';
import type { PretendedWeChat } from './wechat.ts';

export interface TokenServiceOptions {
  readonly wechat: PretendedWeChat;
  /** What callers must show. */
  readonly bearer: string;
}

/**
 * A merchant's own token service: it alone fetches classic tokens of his account, and gives one until it ends or a
 * caller names it as refused.
 */
export async function startTokenService({ wechat, bearer }: TokenServiceOptions): Promise<VendorServer> {
  let current: { readonly value: string; readonly endsAt: number } | undefined;

  async function fetchToken(): Promise<{ readonly value: string; readonly endsAt: number }> {
    const { appid, secret } = wechat.account;
    const query = new URLSearchParams({ grant_type: 'client_credential', appid, secret });
    const response = await fetch(`${wechat.url}/cgi-bin/token?${query}`);
    const answer = (await response.json()) as { access_token: string; expires_in: number }; // our own pretence
    return { value: answer.access_token, endsAt: Date.now() + answer.expires_in * 1000 };
  }

  async function answer({ headers }: Call) {
    if (headers.authorization !== `Bearer ${bearer}`) return { status: 401, type: 'text/plain', body: '' };
    const isRefused = current !== undefined && headers['x-refused-token'] === current.value;
    if (current === undefined || isRefused || current.endsAt <= Date.now()) current = await fetchToken();
    return answerJson({
      access_token: current.value,
      expires_in: Math.floor((current.endsAt - Date.now()) / 1000),
    });
  }

  return openServer({
    host: '127.0.0.1',
    port: 0,
    now: Date.now,
    keep: 100,
    handle: answer,
    refuse: (errcode) => answerJson({ errcode, errmsg: 'passed on' }),
  });
}
