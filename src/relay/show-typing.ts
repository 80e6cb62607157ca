import { claimTyping, readConversation } from '../store/conversations.ts';
import { openReplies } from '../store/turns.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { addresseeOf } from './read-row.ts';
import { isPutOff, windowOf } from './take-replies.ts';

/** When visitors were shown it last, by conversation: oldest first, and none that is over. */
const shown = new WeakMap<Tenant, Map<string, number>>();

/**
 * Shows the visitor that an agent is writing: beside everything else, once in a while, and only while something may be
 * sent to him. It is worth no second try: what fails is dropped.
 */
export async function showTyping(bridge: Bridge, tenant: Tenant, conversation: string): Promise<void> {
  const { typing } = tenant.channel;
  const now = bridge.clock.now();
  if (!typing) return;
  if (!isTurnOf(conversation, { tenant, now, lastsMs: typing.lastsMs })) return;
  try {
    const [[row], [reply]] = await bridge.store.batch([
      readConversation({ id: conversation }),
      openReplies({ conversation, most: 1 }),
    ]);
    if (row === undefined || windowOf(row, now).left === 0) return;
    // What is written already waits for its time, and what is being written will wait behind it.
    if (reply && isPutOff(reply, now)) return;
    // Another instance may have shown it.
    const after = now - typing.lastsMs;
    const [mine] = await bridge.store.batch([claimTyping({ id: conversation, now, after })]);
    if (mine.length === 0) return;
    await typing.show(addresseeOf(row), bridge.stopping);
  } catch (error) {
    bridge.log.debug('typing.dropped', { tenant: tenant.name, conversation, error });
  }
}

function isTurnOf(
  conversation: string,
  { tenant, now, lastsMs }: { readonly tenant: Tenant; readonly now: number; readonly lastsMs: number },
): boolean {
  const times = shown.get(tenant) ?? new Map<string, number>();
  shown.set(tenant, times);
  for (const [known, at] of times) {
    if (now - at < lastsMs) break;
    times.delete(known);
  }
  if (times.has(conversation)) return false;
  times.set(conversation, now);
  return true;
}
