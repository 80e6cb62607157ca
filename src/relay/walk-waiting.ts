import { openPage, promoteFirstsBetween } from '../store/restarts.ts';
import type { Bridge } from './bridge.ts';

/** Conversations of a page: no push waits long behind one. */
const most = 200;
/** After a failure of the store. */
const againMs = 1000;

/** Conversations by id: those behind `after`, up to `last`. */
export interface WaitingPage {
  readonly after: string;
  readonly last: string;
}

export type Walking = Pick<Bridge, 'store' | 'clock' | 'log' | 'stopping'>;

/**
 * Goes through all conversations in which something is not finished, page by page, beside everything else, as a million
 * rows may wait. A page at which the store fails comes again. Ends with the last page, or when the bridge stops.
 */
export async function walkWaiting(
  bridge: Walking,
  meet: (page: WaitingPage) => Promise<void>,
): Promise<void> {
  const { clock, log, stopping } = bridge;
  let after: string | undefined = '';
  while (after !== undefined && !stopping.aborted) {
    try {
      after = await walkPage(bridge, after, meet);
    } catch (error) {
      if (stopping.aborted) return;
      log.error('sweep.failed', { error });
      await new Promise<void>((resolve) => clock.after(againMs, resolve));
    }
  }
}

/** Where the next page begins; `undefined` where there is none. */
async function walkPage(
  { store }: Walking,
  after: string,
  meet: (page: WaitingPage) => Promise<void>,
): Promise<string | undefined> {
  const [[page]] = await store.batch([openPage({ after, most })]);
  if (!page || page.last === null) return undefined;
  await meet({ after, last: page.last });
  return Number(page.conversations) < most ? undefined : page.last;
}

/**
 * Makes firsts of lanes due that nothing would wake: whatever stood before them was finished when a process died. What
 * another instance has in hand it leaves as it is.
 */
export async function promoteLeft(bridge: Walking): Promise<void> {
  await walkWaiting(bridge, async (page) => {
    await bridge.store.batch([promoteFirstsBetween({ ...page, now: bridge.clock.now() })]);
  });
}
