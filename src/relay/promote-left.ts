import { promoteFirstsBetween, waitingPage } from '../store/restarts.ts';
import type { Bridge } from './bridge.ts';

/** Conversations of a page. */
const most = 500;

/**
 * Makes firsts of lanes due that nothing would wake: whatever stood before them was finished when a process died. Page by
 * page, beside everything else, as a million rows may wait; what another instance has in hand it leaves as it is.
 */
export async function promoteLeft({
  store,
  clock,
  log,
}: Pick<Bridge, 'store' | 'clock' | 'log'>): Promise<void> {
  try {
    for (let after = ''; ; ) {
      const [[page]] = await store.batch([waitingPage({ after, most })]);
      if (!page || page.last === null) return;
      await store.batch([promoteFirstsBetween({ after, last: page.last, now: clock.now() })]);
      if (Number(page.conversations) < most) return;
      after = page.last;
    }
  } catch (error) {
    log.error('sweep.failed', { error });
  }
}
