import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import { shownLabel, sortProfile } from '../../src/model/profile.ts';

/**
 * The items that agents see beside the chat (Qiyu, message interface, `updateUInfo`): always all of them, as it is not said
 * whether an update replaces or merges. What the client claims has no place of its own there, and says what it is.
 */
export function profileOf({ visitor, appid, context, profile }: Conversation): readonly object[] {
  const { known, others } = sortProfile(profile);
  const { name = `用户${visitor.slice(-6)}`, phone, email, avatar } = known;
  const own = [
    { key: 'source', label: '来源', value: `微信 ${appid}` },
    { key: 'openid', label: 'openid', value: visitor },
    ...(context === undefined || context === ''
      ? []
      : [{ key: 'session_from', label: '进入参数（未验证）', value: context }]),
    ...others.map((item) => ({ key: `x_${item.key}`, label: shownLabel(item), value: item.value })),
  ];
  return [
    { key: 'real_name', value: name },
    ...(phone === undefined ? [] : [{ key: 'mobile_phone', value: phone }]),
    ...(email === undefined ? [] : [{ key: 'email', value: email }]),
    ...(avatar === undefined ? [] : [{ key: 'avatar', value: avatar }]),
    ...own.map((item, index) => ({ index, ...item })),
  ];
}

/** What tells one profile from another, so that an unchanged one is not sent again. */
export function fingerprintOf(profile: readonly object[]): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 12);
}

/** The visitor's id at Qiyu. */
export function uidOf(template: string, { visitor, appid }: Pick<Conversation, 'visitor' | 'appid'>): string {
  return template.replaceAll(/\{(openid|appid)\}/g, (_whole, name) => (name === 'openid' ? visitor : appid));
}
