import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import type { EasemobSettings } from './settings.ts';

/** What agents are told of a visitor, by the templates; field names are those of mode `im`. */
export interface Profile {
  readonly userNickname: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

/** `kind` is what the WeChat account is. */
export function profileOf(
  { visitorTemplate }: Pick<EasemobSettings, 'visitorTemplate'>,
  { visitor, appid, context }: Conversation,
  kind: string,
): Profile {
  const label = kind === 'miniprogram' ? '小程序' : '公众号';
  const values: Readonly<Record<string, string>> = {
    code: createHash('sha256').update(visitor).digest('hex').slice(0, 4),
    kind: label,
    source: `${label} ${appid}`,
    page: context ?? '',
    openid: visitor,
    appid,
  };
  // One pass: what is filled in may hold braces of its own.
  const fill = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name as string] ?? whole).trim();
  const description = shorten(fill(visitorTemplate.description));
  const tags = visitorTemplate.tags.map(fill).filter((tag) => tag !== '');
  return {
    // An empty name would make the whole profile invalid.
    userNickname: fill(visitorTemplate.userNickname) || `微信用户${values.code}`,
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags }),
  };
}

/** What tells one profile from another, so that an unchanged one is not sent again. */
export function fingerprintOf(profile: Profile): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 12);
}

/** SessionFrom may have 1000 bytes, and the whole request has 5000. */
function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199).toWellFormed()}…`;
}
