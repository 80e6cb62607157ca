import type { Conversation } from '../../src/model/conversation.ts';
import type { Json, Message, Part } from '../../src/model/message.ts';
import type { Attempt } from '../../src/ports/helpdesk.ts';

/** Messages of one visitor, and first attempts at them, as the core makes them. */
export function firstTries({
  conversation,
  now,
  key = 'm_1',
}: {
  readonly conversation: Conversation;
  readonly now: number;
  /** The id of the message, and so the key of its attempts. */
  readonly key?: string;
}) {
  return {
    messageOf: (parts: readonly Part[]): Message => ({
      id: key,
      conversation: conversation.id,
      direction: 'forward',
      seq: 1,
      from: { role: 'visitor' },
      parts,
      writtenAt: now,
    }),
    attemptOf: (memory: Json | undefined, change: Partial<Attempt> = {}): Attempt => ({
      key,
      number: 1,
      signal: new AbortController().signal,
      conversation,
      memory: { conversation: memory, helpdesk: undefined },
      progress: null,
      behind: [],
      explained: [],
      ...change,
    }),
  };
}
