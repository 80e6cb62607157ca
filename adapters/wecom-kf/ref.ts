import { createHmac } from 'node:crypto';
import { isSameText } from '../../src/formats/same-text.ts';
import type { WecomKfSettings } from './settings.ts';

type RefSettings = Pick<WecomKfSettings, 'secret' | 'corpid' | 'handoff'>;

/**
 * A reference that ties a visitor to whoever comes to the kf chat by it: `h1` and 16 bytes in base64url, so that it is the
 * same in a URL. It holds when it was made (4 bytes), a mark of the conversation (6) and the proof that it is ours (6): it
 * cannot be guessed, and needs to be kept nowhere to be known again. Pure.
 */
export function makeRef(settings: RefSettings, conversation: string, now: number): string {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(Math.floor(now / 1000));
  const mark = sign(settings, `mark\n${conversation}\n${time.toString('hex')}`);
  return `h1${seal(settings, Buffer.concat([time, mark])).toString('base64url')}`;
}

/** When a reference was made, in seconds since 1970. Pure. */
export function madeAtSec(ref: string): number {
  return Buffer.from(ref.slice(2), 'base64url').readUInt32BE(0);
}

/** Whether a reference is one of ours and still good. Pure. */
export function isGoodRef(settings: RefSettings, ref: string, now: number): boolean {
  if (!/^h1[0-9A-Za-z_-]{22}$/.test(ref)) return false;
  const bytes = Buffer.from(ref.slice(2), 'base64url');
  const madeAt = madeAtSec(ref) * 1000;
  const isOurs = isSameText(`h1${seal(settings, bytes.subarray(0, 10)).toString('base64url')}`, ref);
  const ageMs = now - madeAt;
  return isOurs && ageMs < settings.handoff.refTtlSec * 1000 && ageMs > -mostAheadMs;
}

/** Instances' clocks differ. */
const mostAheadMs = 300_000;

function seal(settings: RefSettings, head: Buffer): Buffer {
  return Buffer.concat([head, sign(settings, `seal\n${head.toString('hex')}`)]);
}

function sign({ secret, corpid }: RefSettings, text: string): Buffer {
  return createHmac('sha256', secret).update(`kefu-bridge\n${corpid}\n${text}`).digest().subarray(0, 6);
}
