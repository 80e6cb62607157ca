import { createHash } from 'node:crypto';
import type { Conversation } from '../../src/model/conversation.ts';
import type { EasemobSettings } from './settings.ts';

type Visitor = Pick<Conversation, 'visitor' | 'appid'>;

/**
 * The name by which Easemob knows a visitor: of `mode` and `identity`, the IM user, or the openid itself. IM names are the
 * same in capitals and in small letters, openids are not, so an openid never is one as it is.
 */
export function visitorIdOf(settings: EasemobSettings, visitor: Visitor): string {
  const isPlain =
    settings.mode === 'rest' ? settings.restVisitorId === 'openid' : settings.identity === 'shared';
  return isPlain ? visitor.visitor : imNameOf(settings, visitor);
}

/** The prefix and lower-case base32 of the openid, or 32 digits of a hash; at most 64 characters. */
export function imNameOf(
  { imNames, namePrefix }: Pick<EasemobSettings, 'imNames' | 'namePrefix'>,
  { visitor, appid }: Visitor,
): string {
  const name = `${namePrefix}${encodeBase32(Buffer.from(visitor))}`;
  if (imNames === 'base32' && name.length <= 64) return name;
  const hash = createHash('sha256').update(`${appid}:${visitor}`).digest('hex');
  return `${namePrefix}${hash.slice(0, 32)}`;
}

/** Base32 in small letters and without padding (RFC 4648, section 6). */
export function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** `undefined` for what {@link encodeBase32} does not write. */
export function decodeBase32(text: string): Buffer | undefined {
  const places = [...text].map((character) => alphabet.indexOf(character));
  if (places.includes(-1)) return undefined;
  const bits = places.map((place) => place.toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  const decoded = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  return encodeBase32(decoded) === text ? decoded : undefined;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
