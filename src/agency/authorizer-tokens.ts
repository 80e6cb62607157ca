import { StepMissed } from '../ports/errors.ts';
import type { AuthorizerTable } from '../store/account-tables.ts';
import { dropRefreshToken, readAuthorizer, replaceRefreshToken } from '../store/components.ts';
import type { ApiFailure } from '../wechat/api-answer.ts';
import type { Authorisation } from '../wechat/component-api.ts';
import type { TokenReading, TokenSource } from '../wechat/token.ts';
import { createCachedTokens, NoToken, useUntil } from '../wechat/token-cache.ts';
import { type ComponentTokens, nameFailure } from './component-tokens.ts';
import { findRefreshToken } from './find-refresh-token.ts';
import type { ComponentScene } from './scene.ts';

export interface AuthorizerScene extends ComponentScene {
  readonly tokens: ComponentTokens;
}

/**
 * Access tokens of an account that has authorised the component. Each is paid with a refresh token and comes with the
 * next one, which is durable before the access token is used: an old one is worth nothing (WeChat, third-party
 * platforms, authorizer access token).
 */
export function createAuthorizerTokens(
  scene: AuthorizerScene,
  account: { readonly appid: string; readonly marginSec: number },
): TokenSource {
  const key = `wechat-authorizer-token:${scene.settings.appid}:${account.appid}`;
  const load = async () => {
    const { token: value, lifeSec } = await refresh(scene, account.appid);
    return useUntil(scene.clock.now(), { value, lifeSec, marginSec: account.marginSec });
  };
  const tokens = createCachedTokens({ key, load }, { ...scene, now: scene.clock.now });

  async function get(): Promise<TokenReading> {
    const row = await read(scene, account.appid);
    // A token from before a withdrawal may still be cached.
    return row?.refresh_token ? tokens.get() : notAuthorised(scene, row);
  }

  return {
    get,
    async replace(token) {
      await tokens.drop(token);
      return get();
    },
    // Each token is a new one: there is nothing to force.
    force: tokens.drop,
  };
}

/** An account may authorise anew while its refresh token is under way, or WeChat have a newer one; then that is used. */
const mostGoes = 3;

async function refresh(scene: AuthorizerScene, appid: string): Promise<Authorisation> {
  for (let go = 0; go < mostGoes; go += 1) {
    const row = await read(scene, appid);
    if (!row?.refresh_token) throw new NoToken(notAuthorised(scene, row));
    const used = row.refresh_token;
    const place = { component: scene.settings.appid, appid, used };
    const answer = await scene.tokens.call((token) =>
      scene.api.refreshAuthorizer(token, { authorizer: appid, refreshToken: used }),
    );
    if (answer.kind === 'ok') {
      if (await keep(scene, { ...place, next: answer.value.refreshToken })) return answer.value;
      continue;
    }
    scene.log.warn('authorizer.tokenRefused', { authorizer: appid, ...nameFailure(answer) });
    if (answer.kind !== 'said' || answer.errcode !== REFRESH_TOKEN_DEAD) throw noToken(answer);
    const known = await findRefreshToken(scene, appid);
    if (known.kind === 'later') throw noToken(known.failure);
    if (known.kind === 'found' && known.refreshToken !== used) {
      await keep(scene, { ...place, next: known.refreshToken });
      scene.log.info('authorizer.refreshTokenFound', { authorizer: appid });
    } else {
      await scene.store.batch([dropRefreshToken({ ...place, problem: 'refused' })]);
    }
  }
  throw new NoToken(stopped(scene, 'busy', 'the account authorises the component again and again'));
}

function noToken(failure: ApiFailure): NoToken {
  return new NoToken(failure.kind === 'noToken' ? failure.because : failure);
}

/** WeChat's word for a refresh token that is dead, or was replaced by another. */
const REFRESH_TOKEN_DEAD = 42007;

async function keep(
  { store }: AuthorizerScene,
  refreshToken: Parameters<typeof replaceRefreshToken>[0],
): Promise<boolean> {
  try {
    await store.batch([replaceRefreshToken(refreshToken, 1)]);
    return true;
  } catch (error) {
    if (error instanceof StepMissed) return false;
    throw error;
  }
}

async function read(
  { settings, store }: AuthorizerScene,
  appid: string,
): Promise<AuthorizerTable | undefined> {
  const [[row]] = await store.batch([readAuthorizer({ component: settings.appid, appid })]);
  return row;
}

function notAuthorised(scene: AuthorizerScene, row: AuthorizerTable | undefined): ApiFailure {
  if (row?.code) return stopped(scene, 'code', 'the authorisation of the account is being taken up');
  switch (row?.problem) {
    case 'withdrawn':
      return stopped(scene, 'withdrawn', `the account has withdrawn its authorisation: ${again}`);
    case 'refused': {
      const alarm = `WeChat no longer takes the refresh token of the account: ${again}`;
      return stopped(scene, String(REFRESH_TOKEN_DEAD), alarm);
    }
    default:
      return stopped(scene, 'not authorised', 'the account has not authorised the component yet');
  }
}

const again = 'it has to authorise the component again';

/** Looked at again soon: it costs no call, and sends go on within a minute of an authorisation. */
function stopped({ clock }: AuthorizerScene, code: string, alarm: string): ApiFailure {
  return { kind: 'stopped', code, alarm, untilMs: clock.now() + 60_000 };
}
