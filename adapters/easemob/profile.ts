import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import { pageIn, shownLabel, sortProfile } from '../../src/model/profile.ts';
import type { EasemobSettings } from './settings.ts';

/** What agents are told of a visitor, by the templates; field names are those of mode `im`. */
export interface Profile {
  readonly userNickname: string;
  readonly phone?: string;
  readonly email?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

/** `kind` is what the WeChat account is. */
export function profileOf(
  { visitorTemplate }: Pick<EasemobSettings, 'visitorTemplate'>,
  { visitor, appid, context, profile }: Conversation,
  kind: string,
): Profile {
  const { known, others } = sortProfile(profile);
  const { name, phone, email } = known;
  const label = kind === 'miniprogram' ? '小程序' : '公众号';
  const values: Readonly<Record<string, string>> = {
    code: createHash('sha256').update(visitor).digest('hex').slice(0, 4),
    kind: label,
    source: `${label} ${appid}`,
    page: pageIn(profile) ?? context ?? '',
    openid: visitor,
    appid,
  };
  // One pass: what is filled in may hold braces of its own.
  const fill = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name as string] ?? whole).trim();
  // A value with the sign between two items could pass for two of them.
  const more = others.map((item) => `${shownLabel(item)}：${item.value}`.replaceAll('；', ' ')).join('；');
  const told = [shorten(fill(visitorTemplate.description)), shorten(more)];
  const description = told.filter((text) => text !== '').join(' ');
  const tags = visitorTemplate.tags.map(fill).filter((tag) => tag !== '');
  return {
    // An empty name would make the whole profile invalid.
    userNickname: name ?? (fill(visitorTemplate.userNickname) || `微信用户${values.code}`),
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
    ...(description !== '' && { description }),
    ...(tags.length > 0 && { tags }),
  };
}

/** What tells one profile from another, so that an unchanged one is not sent again. */
export function fingerprintOf(profile: Profile): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 12);
}

/** SessionFrom may have 1000 bytes, a profile more, and the whole request has 5000. */
function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199).toWellFormed()}…`;
}
