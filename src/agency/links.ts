import type { ApiAnswer } from '../wechat/api-answer.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';

/** Where a merchant authorises a component; good once, and for some minutes. */
export interface AuthoriseLinks {
  /** A page with a QR code. WeChat shows it to whoever comes from a page of the component's registered domain. */
  readonly desktop: string;
  /** To be opened in WeChat on the telephone of the account's administrator. */
  readonly mobile: string;
}

/** WeChat, third-party platforms, "authorisation process": both kinds of account are offered. */
export async function makeAuthoriseLinks(
  { settings, api, tokens }: AuthorizerScene,
  returnUrl: string,
): Promise<ApiAnswer<AuthoriseLinks>> {
  const answer = await tokens.call(api.createPreAuthCode);
  if (answer.kind !== 'ok') return answer;
  const base = settings.authorizeBaseUrl.replace(/\/+$/, '');
  const query = {
    component_appid: settings.appid,
    pre_auth_code: answer.value,
    redirect_uri: returnUrl,
    auth_type: '3',
  };
  const desktop = new URLSearchParams(query);
  const mobile = new URLSearchParams({ action: 'bindcomponent', no_scan: '1', ...query });
  return {
    kind: 'ok',
    value: {
      desktop: `${base}/cgi-bin/componentloginpage?${desktop}`,
      mobile: `${base}/safe/bindcomponent?${mobile}#wechat_redirect`,
    },
  };
}
