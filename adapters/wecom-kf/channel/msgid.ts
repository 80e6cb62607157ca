import { msgidOf } from '../msgid.ts';

/**
 * Our own id of the n-th message that a reply takes: at most 32 of `[0-9a-zA-Z_-]`, the same for a repeat, so that WeCom
 * takes it once, and the reply is known by it when WeCom tells that it did not arrive. `key` is the attempt's. Pure.
 */
export function msgidFor(key: string, n: number): string {
  const hex = /^m_([0-9a-f]{32})$/.exec(key)?.[1];
  return hex === undefined ? msgidOf(`${key}|${n}`) : `${Buffer.from(hex, 'hex').toString('base64url')}-${n}`;
}

/** The key of the attempt that made a message id; `undefined` where it was none of ours. Pure. */
export function keyOfMsgid(msgid: string): string | undefined {
  const digits = /^([0-9A-Za-z_-]{22})-\d+$/.exec(msgid)?.[1];
  return digits === undefined ? undefined : `m_${Buffer.from(digits, 'base64url').toString('hex')}`;
}
