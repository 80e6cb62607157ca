import type { PastMessage, Tools } from '../ports/helpdesk.ts';
import type { Store } from '../ports/store.ts';
import { readSaid } from '../store/history.ts';
import { messageOf } from './read-row.ts';

/** What a helpdesk may know of a conversation: {@link Tools.history}. */
export async function readHistory(
  store: Store,
  helpdesk: string,
  ...[conversation, from]: Parameters<Tools['history']>
): Promise<readonly PastMessage[]> {
  const [rows] = await store.batch([readSaid({ conversation, ...from })]);
  return rows
    .map((row) => ({ ...messageOf(row), isOwn: row.helpdesk === helpdesk }))
    .filter(({ from: sender }) => sender.role !== 'system')
    .toReversed();
}
