import { createHash, createHmac } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import {
  type KnownKey,
  type LabelledItem,
  pageIn,
  shownLabel,
  sortProfile,
} from '../../src/model/profile.ts';
import type { Routing } from '../../src/model/routing.ts';
import type { MeiqiaSettings } from './settings.ts';

type Named = Pick<Conversation, 'visitor' | 'appid'>;

/** The visitor's own id at Meiqia (自定义 id): 6 to 32 characters. */
export function ownIdOf({ visitorIds, idSecret = '' }: MeiqiaSettings, { visitor, appid }: Named): string {
  if (visitorIds === 'hmac') {
    return createHmac('sha256', idSecret).update(`${appid}:${visitor}`).digest('hex').slice(0, 32);
  }
  return visitor.length < 6 ? `wx-${visitor}`.padEnd(6, '-') : visitor;
}

/**
 * What is asked for: what a rule says; else the group and agent of the route that fits what the visitor came with, else
 * those of all.
 */
export function routeOf(
  { routes, groupToken, agentToken }: MeiqiaSettings,
  { context = '' }: Pick<Conversation, 'context'>,
  routing: Routing = {},
): { readonly groupToken?: string | undefined; readonly agentToken?: string | undefined } {
  if (routing.group !== undefined || routing.agent !== undefined) {
    return { groupToken: routing.group, agentToken: routing.agent };
  }
  return routes.find(({ sessionFrom }) => fits(sessionFrom, context)) ?? { groupToken, agentToken };
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

/** The bridge's own fields beside the chat; those without a value are left out (Meiqia SDK, `client/attrs`). */
export function profileOf(settings: MeiqiaSettings, conversation: Conversation): Fields {
  const { known, others } = sortProfile(conversation.profile);
  const told = Object.entries(known).map(([key, value]) => [ownNames[key as KnownKey], value]); // its own keys
  return { ...Object.fromEntries(told), ...ownFields(settings, conversation, others) };
}

/**
 * All fields of a visitor who is new: the proved ones in the places that the workbench has for them, where agents may edit
 * them. Later they stand among the bridge's own, which alone are written over.
 */
export function firstProfileOf(settings: MeiqiaSettings, conversation: Conversation): Fields {
  const { known, others } = sortProfile(conversation.profile);
  const { name = nameOf(conversation), phone: tel, email, avatar } = known;
  return {
    name,
    ...(tel !== undefined && { tel }),
    ...(email !== undefined && { email }),
    ...(avatar !== undefined && { avatar }),
    ...ownFields(settings, conversation, others),
  };
}

type Fields = Readonly<Record<string, string>>;

/** What Meiqia's own places are called among the bridge's fields. */
const ownNames: Readonly<Record<KnownKey, string>> = {
  name: '姓名',
  phone: '电话',
  email: '邮箱',
  avatar: '头像',
};

function ownFields(
  settings: MeiqiaSettings,
  { visitor, appid, context = '', profile }: Conversation,
  others: readonly LabelledItem[],
): Fields {
  const values: Fields = {
    name: settings.appName ?? appid,
    page: pageIn(profile) ?? context,
    openid: visitor,
    appid,
    unionid: '',
  };
  const items = Object.entries(settings.profile).flatMap(([key, template]) => {
    const text = template.replaceAll(
      /\{(name|page|openid|appid|unionid)\}/g,
      (_whole, name) => values[name] ?? '',
    );
    return text.trim() === '' ? [] : [[key, text]];
  });
  const known = others.map((item) => [shownLabel(item), item.value]);
  return { ...Object.fromEntries(known), ...Object.fromEntries(items) };
}

/** How agents see a visitor of whom nothing else is known. */
export function nameOf({ visitor }: Pick<Conversation, 'visitor'>): string {
  return `微信用户${visitor.slice(-4)}`;
}

/** What tells one profile from another, so that an unchanged one is not sent again. */
export function fingerprintOf(profile: Readonly<Record<string, string>>): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 12);
}
