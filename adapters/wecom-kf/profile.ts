import type { Conversation } from '../../src/model/conversation.ts';

/** The id by which words for a conversation find it: ours, as members know tags only. */
export function outsideIdOf(conversation: Conversation['id']): string {
  return `visitor:${conversation}`;
}
