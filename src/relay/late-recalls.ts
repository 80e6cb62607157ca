import { findSentReply } from '../store/recalls.ts';
import type { ArrivedEvent } from './arrival.ts';
import type { Bridge } from './bridge.ts';

interface Happened {
  readonly event: ArrivedEvent;
  readonly conversation: string;
}

/**
 * Which of the replies that agents take back have gone out already. A look, not proved in a transaction: of one that goes
 * out in the same moment nobody is told. One that is under way is marked, and its end tells.
 */
export async function readLateRecalls(
  { store }: Pick<Bridge, 'store'>,
  helpdesk: string,
  happened: readonly Happened[],
): Promise<(conversation: string, vendorId: string) => boolean> {
  const recalls = happened.flatMap(({ event, conversation }) =>
    event.kind === 'recalled' ? [{ conversation, helpdesk, vendorId: event.vendorId }] : [],
  );
  if (recalls.length === 0) return () => false;
  const found = await store.batch(recalls.map((recall) => findSentReply(recall)));
  const late = recalls.filter((_, place) => (found[place]?.length ?? 0) > 0);
  return (conversation, vendorId) =>
    late.some((recall) => recall.conversation === conversation && recall.vendorId === vendorId);
}
