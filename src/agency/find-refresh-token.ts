import type { ApiFailure } from '../wechat/api-answer.ts';
import { consequenceOf } from '../wechat/errors.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';

/** `none`: the account has authorised nothing, or WeChat does not tell. `later`: nobody could be asked now. */
export type FoundToken =
  | { readonly kind: 'found'; readonly refreshToken: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'later'; readonly failure: ApiFailure };

/**
 * The refresh token that WeChat itself has for an account, for where ours is worth nothing: the answer that brought the
 * next one, or paid for a code, may have got lost on its way or before it was kept. WeChat lists it (third-party
 * platforms, list of authorised accounts), so the merchant need not authorise again.
 */
export async function findRefreshToken({ api, tokens }: AuthorizerScene, appid: string): Promise<FoundToken> {
  for (let offset = 0; offset < mostAccounts; offset += pageSize) {
    const page = { offset, count: pageSize };
    const answer = await tokens.call((token) => api.listAuthorizers(token, page));
    if (answer.kind !== 'ok')
      return isRefusal(answer) ? { kind: 'none' } : { kind: 'later', failure: answer };
    const { accounts, rows } = answer.value;
    const found = accounts.find(({ authorizer }) => authorizer === appid);
    if (found) return { kind: 'found', refreshToken: found.refreshToken };
    if (rows < pageSize) break;
  }
  return { kind: 'none' };
}

/** WeChat gives no more at once. */
const pageSize = 500;
const mostAccounts = 100_000;

function isRefusal(failure: ApiFailure): boolean {
  if (failure.kind !== 'said') return false;
  const { kind } = consequenceOf(failure.errcode);
  return kind !== 'retryLater' && kind !== 'pauseMinute' && kind !== 'pauseDay';
}
