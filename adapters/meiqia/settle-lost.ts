import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { SentMessage } from './api.ts';
import { askFor, type Desk, type VisitorContext } from './desk.ts';
import type { Entry } from './entry.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { entriesOf } from './pull.ts';
import { writeTime } from './time.ts';
import { isEcho } from './translate.ts';

/**
 * Looks for a message whose answer was lost among what the visitor said since then: of the same kind, with the same
 * content, and none that other answers have explained.
 */
export async function findLost(
  desk: Desk,
  context: VisitorContext,
  given: { readonly message: SentMessage; readonly lostAt: number; readonly explained: readonly string[] },
): Promise<
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery }
> {
  const since = writeTime(given.lostAt - beforeMs);
  const asked = await askFor(desk, context, (record) => desk.api.stream(record, since, context.signal));
  if (asked.kind === 'failed') return asked;
  const entries = entriesOf(asked.answer, 'messages');
  if (entries.kind === 'failed') {
    return { kind: 'failed', outcome: outcomeOfHarmless(entries.failure, context.number) };
  }
  const found = entries.entries.find(
    (entry) =>
      isEcho(entry) &&
      entry.id !== undefined &&
      !given.explained.includes(entry.id) &&
      isSame(entry, given.message),
  );
  return found?.id === undefined ? { kind: 'absent' } : { kind: 'found', id: found.id };
}

/** Meiqia's clock may be a little behind ours. */
const beforeMs = 5000;

function isSame({ contentType, content, mediaUrl = '' }: Entry, message: SentMessage): boolean {
  if (contentType !== message.type) return false;
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? '');
  if (message.type === 'text' || message.type === 'hybrid') return text.trim() === message.content.trim();
  return text === message.content || mediaUrl.split('?')[0]?.endsWith(message.content) === true;
}
