import { createHmac } from 'node:crypto';
import { isSameText } from '../../src/formats/same-text.ts';
import { accountsOf } from './accounts.ts';
import type { WecomKfSettings } from './settings.ts';

type RefSettings = Pick<WecomKfSettings, 'secret' | 'corpid' | 'handoff' | 'mode' | 'openKfid' | 'accounts'>;

/**
 * A reference that ties a visitor to whoever comes to the chat of a kf account by it: `h1` and 16 bytes in base64url, so
 * that it is the same in a URL. It holds when it was made (4 bytes), a mark of the conversation (6) and the proof that it
 * is ours, and for that account (6): it cannot be guessed, and needs to be kept nowhere to be known again. Pure.
 */
export function makeRef(
  settings: RefSettings,
  of: { readonly conversation: string; readonly openKfid: string },
  now: number,
): string {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(Math.floor(now / 1000));
  const mark = sign(settings, `mark\n${of.conversation}\n${time.toString('hex')}`);
  return seal(settings, Buffer.concat([time, mark]), of.openKfid);
}

/** When a reference was made, in seconds since 1970. Pure. */
export function madeAtSec(ref: string): number {
  return Buffer.from(ref.slice(2), 'base64url').readUInt32BE(0);
}

/** The kf account that a reference leads to; `undefined` unless it is one of ours and still good. Pure. */
export function accountOfRef(settings: RefSettings, ref: string, now: number): string | undefined {
  if (!/^h1[0-9A-Za-z_-]{22}$/.test(ref)) return undefined;
  const ageMs = now - madeAtSec(ref) * 1000;
  if (ageMs >= settings.handoff.refTtlSec * 1000 || ageMs <= -mostAheadMs) return undefined;
  const head = Buffer.from(ref.slice(2), 'base64url').subarray(0, 10);
  return accountsOf(settings).find((account) => isSameText(seal(settings, head, account), ref));
}

/** Instances' clocks differ. */
const mostAheadMs = 300_000;

function seal(settings: RefSettings, head: Buffer, openKfid: string): string {
  const proof = sign(settings, `seal\n${openKfid}\n${head.toString('hex')}`);
  return `h1${Buffer.concat([head, proof]).toString('base64url')}`;
}

function sign({ secret, corpid }: RefSettings, text: string): Buffer {
  return createHmac('sha256', secret).update(`kefu-bridge\n${corpid}\n${text}`).digest().subarray(0, 6);
}
