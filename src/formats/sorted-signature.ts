import { hash } from 'node:crypto';
import { isSameText } from './same-text.ts';

/** Lower-case hex SHA-1 of the parts, sorted by bytes and joined. */
export function signParts(parts: readonly string[]): string {
  const sorted = parts.map((part) => Buffer.from(part)).sort(Buffer.compare);
  return hash('sha1', Buffer.concat(sorted), 'hex');
}

/**
 * The place of the first token whose signature over `parts` this is; -1 if it is none's. Constant time for each token.
 */
export function findSigner(signature: string, tokens: readonly string[], parts: readonly string[]): number {
  return tokens.findIndex((token) => isSameText(signature, signParts([token, ...parts])));
}
