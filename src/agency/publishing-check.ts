import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { textOf } from '../formats/text-fields.ts';
import type { RawRequest } from '../ports/request.ts';
import { cdata, wrapAnswer } from '../wechat/answer.ts';
import { readApiAnswer } from '../wechat/api-answer.ts';
import { apiUrl } from '../wechat/api-url.ts';
import { contextOf, type Post, prepareProof, proveBody, readQuery } from '../wechat/push.ts';
import { keysOfComponent } from '../wechat/push-keys.ts';
import type { AuthorizerScene } from './authorizer-tokens.ts';
import { nameFailure } from './component-tokens.ts';

/**
 * What WeChat's test account is answered when a component is published (全网发布, WeChat, third-party platforms): it says
 * fixed texts and wants fixed answers. `undefined`: the push is not of that account, or not proved.
 */
export type PublishingCheck = (request: RawRequest, now: number) => CheckAnswer | undefined;

export interface CheckAnswer {
  readonly type: string;
  readonly body: string;
  /** To be done once the answer is on its way. It is WeChat's own test: what fails is tried again by a person. */
  readonly after?: () => Promise<void>;
}

const TEST_ACCOUNT = 'gh_3c884a361561';
const TEXT_WANTED = 'TESTCOMPONENT_MSG_TYPE_TEXT';
const CODE_PREFIX = 'QUERY_AUTH_CODE:';

export function createPublishingCheck(scene: AuthorizerScene): PublishingCheck {
  const keys = keysOfComponent(scene.settings);
  const proof = prepareProof(keys, scene.settings.pushMaxSkewSec);
  return (request, now) => {
    const query = readQuery(request.query);
    if (query === undefined || request.method !== 'POST') return undefined;
    const post: Post = { query, body: request.body, now };
    const proved = proveBody(proof, post);
    if (proved.kind === 'refused' || proved.fields.kind !== 'fields') return undefined;
    const { fields } = proved.fields;
    if (textOf(fields, 'ToUserName') !== TEST_ACCOUNT) return undefined;
    scene.log.info('component.publishingCheck');
    const content = textOf(fields, 'Content') ?? '';
    const context = contextOf(fields, post, proved);
    if (content === TEXT_WANTED) {
      const inner = writeText(context, { text: `${TEXT_WANTED}_callback`, seconds: Math.floor(now / 1000) });
      return wrapAnswer(inner, { keys, context, now, random: randomBytes });
    }
    const empty = { type: 'text/plain', body: '' };
    if (!content.startsWith(CODE_PREFIX)) return empty;
    const code = content.slice(CODE_PREFIX.length);
    return { ...empty, after: () => sendFromApi(scene, { code, visitor: context.visitor }) };
  };
}

function writeText(
  { visitor, account }: { readonly visitor: string; readonly account: string },
  { text, seconds }: { readonly text: string; readonly seconds: number },
): string {
  const field = (name: string, value: string) => `<${name}>${cdata(value)}</${name}>`;
  return `<xml>${field('ToUserName', visitor)}${field('FromUserName', account)}<CreateTime>${seconds}</CreateTime>${field('MsgType', 'text')}${field('Content', text)}</xml>`;
}

/** A customer-service text with the token that the code gives. */
async function sendFromApi(
  { api, tokens, fetch, settings, log }: AuthorizerScene,
  { code, visitor }: { readonly code: string; readonly visitor: string },
): Promise<void> {
  const path = '/cgi-bin/message/custom/send';
  const given = await tokens.call((token) => api.queryAuth(token, code));
  if (given.kind !== 'ok') return log.warn('component.publishingCheckFailed', nameFailure(given));
  const result = await fetch({
    method: 'POST',
    url: apiUrl(settings, path, { access_token: given.value.token }),
    name: path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ touser: visitor, msgtype: 'text', text: { content: `${code}_from_api` } }),
  });
  const answer = readApiAnswer(result, z.looseObject({}));
  if (answer.kind !== 'ok') log.warn('component.publishingCheckFailed', nameFailure(answer));
}
