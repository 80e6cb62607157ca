import type { Part } from '../model/message.ts';

/** Whether a message is one of these words and nothing else, whatever its case. */
export function isWordOf(words: ReadonlySet<string>, parts: readonly Part[]): boolean {
  const [part] = parts;
  return parts.length === 1 && part?.kind === 'text' && words.has(part.text.trim().toLowerCase());
}
