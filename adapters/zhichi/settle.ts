import { readText, wordsOf } from './content.ts';
import { sha256Of } from './signature.ts';
import type { Entry } from './wire.ts';

/** What is known of a message that Zhichi took: its words by their fingerprint, and when. It gives no id. */
export function receiptOf(content: string, at: number): string {
  return `${fingerprint(content)}@${at}`;
}

/**
 * Whether a message whose answer was lost arrived, by the session's record: an entry has its words, was written since
 * the attempt began, and no message of ours that was taken explains it. Pure.
 */
export function hasArrived(
  content: string,
  given: {
    readonly entries: readonly Entry[];
    /** When the attempt began. */
    readonly startedAt: number;
    /** Receipts of what was taken. */
    readonly taken: readonly string[];
  },
): boolean {
  const words = fingerprint(content);
  // The clocks differ a little, so that what was taken shortly before is looked at on both sides.
  const from = given.startedAt - beforeMs;
  const found = given.entries.filter(
    (entry) => entry.by === 'visitor' && entry.at >= from && fingerprint(entry.text) === words,
  );
  const explained = given.taken
    .flatMap(readReceipts)
    .filter((each) => each.words === words && each.at >= from);
  const isFresh = found.some(({ at }) => at >= given.startedAt - toleranceMs);
  return isFresh && found.length > explained.length;
}

const toleranceMs = 5000;
const beforeMs = 60_000;

function readReceipts(receipts: string): readonly { readonly words: string; readonly at: number }[] {
  return receipts.split(',').flatMap((receipt) => {
    const [words = '', at = ''] = receipt.split('@');
    return /^\d+$/.test(at) ? [{ words, at: Number(at) }] : [];
  });
}

/** The record may have the words in another form, such as HTML. */
function fingerprint(content: string): string {
  return sha256Of(wordsOf(readText(content, ''))).slice(0, 12);
}
