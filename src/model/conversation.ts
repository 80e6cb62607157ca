import { hash } from 'node:crypto';

import type { LabelledItem } from './profile.ts';

/** One visitor with one tenant, for as long as both exist. */
export interface Conversation {
  readonly id: string;
  readonly tenant: string;
  /** The visitor's openid: unique within `appid` only. */
  readonly visitor: string;
  readonly appid: string;
  /** The last `SessionFrom` WeChat gave, without its signed token: chosen by the client, a claim and no proof. */
  readonly context?: string;
  /** What is known of the visitor beside his words. Left out where that is nothing. */
  readonly profile?: readonly LabelledItem[];
}

/**
 * The id of a conversation follows from tenant and visitor, so that every process names it alike without asking
 * the store, and logs can show it without showing the openid.
 */
export function conversationId(tenant: string, visitor: string): string {
  return `c_${hash('sha256', `${tenant}\n${visitor}`, 'base64url').slice(0, 20)}`;
}
