import { createHmac } from 'node:crypto';
import { type Fields, numberOf, readFields, textOf } from './fields.ts';
import { isSameText } from './same-text.ts';

/** Who a token has to be about, and by which keys and when it is read. */
export interface TokenTerms {
  /** The present key, then the previous ones. */
  readonly keys: readonly string[];
  readonly subject: string;
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A token that is good for longer than this is refused: it could be shown again for ever. */
  readonly maxLifeMs: number;
}

/** Why a token is no proof: a word for logs, which says nothing of its content. */
export type TokenFault =
  | 'no key'
  | 'form'
  | 'algorithm'
  | 'signature'
  | 'subject'
  | 'audience'
  | 'expired'
  | 'early'
  | 'lifetime';

export type TokenReading =
  | { readonly kind: 'proved'; readonly claims: Fields }
  | { readonly kind: 'refused'; readonly reason: TokenFault };

/** Clocks of two machines differ. */
const leewaySec = 60;

/** Whether a text has the form of a signed token: three pieces of base64url, the first of which is a JSON object. */
export function isTokenShaped(text: string): boolean {
  const [header] = /^(ey[\w-]+)\.ey[\w-]+\.[\w-]+$/.exec(text)?.slice(1) ?? [];
  return header !== undefined && decode(header) !== undefined;
}

/**
 * Proves a token (JSON Web Token, RFC 7519, signed by HS256 as in RFC 7515): signature first, then that it is about this
 * subject (`sub`) and, if it says so, for this audience (`aud`), and good now (`exp`, which it must have, and `nbf`). No
 * other algorithm is taken, whatever the token says. Never throws.
 */
export function readSignedToken(token: string, terms: TokenTerms): TokenReading {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const head = decode(header);
  if (head === undefined || more.length > 0) return refused('form');
  if (terms.keys.length === 0) return refused('no key');
  if (textOf(head, 'alg') !== 'HS256' || head.crit !== undefined) return refused('algorithm');
  const isSigned = terms.keys
    .map((key) => createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url'))
    .some((expected) => isSameText(expected, signature));
  if (!isSigned) return refused('signature');
  const claims = decode(payload);
  if (claims === undefined) return refused('form');
  const fault = faultOf(claims, terms);
  return fault === undefined ? { kind: 'proved', claims: withoutRegistered(claims) } : refused(fault);
}

function faultOf(claims: Fields, terms: TokenTerms): TokenFault | undefined {
  const nowSec = terms.now / 1000;
  if (textOf(claims, 'sub') !== terms.subject) return 'subject';
  if (claims.aud !== undefined && !audiencesOf(claims).includes(terms.audience)) return 'audience';
  const [end, begin] = [timeOf(claims, 'exp'), timeOf(claims, 'nbf')];
  if (end === undefined || end + leewaySec <= nowSec) return 'expired';
  if (end - leewaySec > nowSec + terms.maxLifeMs / 1000) return 'lifetime';
  return claims.nbf !== undefined && (begin === undefined || begin - leewaySec > nowSec)
    ? 'early'
    : undefined;
}

function audiencesOf({ aud }: Fields): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud];
}

/** Some libraries write seconds with a fraction. */
function timeOf(claims: Fields, name: string): number | undefined {
  const text = textOf(claims, name);
  return (
    numberOf(claims, name) ?? (text !== undefined && /^\d{1,12}\.\d+$/.test(text) ? Number(text) : undefined)
  );
}

const registered = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

/** What a token says about itself says nothing of the visitor. */
function withoutRegistered(claims: Fields): Fields {
  const others = Object.entries(claims).filter(([name]) => !registered.has(name));
  return Object.fromEntries(others);
}

function decode(piece: string): Fields | undefined {
  return readFields(Buffer.from(piece, 'base64url').toString('utf8'));
}

function refused(reason: TokenFault): TokenReading {
  return { kind: 'refused', reason };
}
