import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';

/** The items that agents see beside the chat (Qiyu, message interface, `updateUInfo`). */
export function profileOf({ visitor, appid, context }: Conversation): readonly object[] {
  return [
    { key: 'real_name', value: `用户${visitor.slice(-6)}` },
    { index: 0, key: 'source', label: '来源', value: `微信 ${appid}` },
    { index: 1, key: 'openid', label: 'openid', value: visitor },
    ...(context === undefined || context === ''
      ? []
      : [{ index: 2, key: 'session_from', label: '进入参数（未验证）', value: context }]),
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
