import type { ApiState, QuotaAnswer } from '../ports/pace.ts';
import { releasePutOff } from '../store/counters.ts';
import type { Bridge, Tenant } from './bridge.ts';

/** What the platform says of an API, and what the bridge itself has counted. */
export interface ApiQuota {
  readonly api: string;
  readonly platform: QuotaAnswer;
  readonly own?: ApiState;
}

/**
 * Asks the platform for the quota of every API in use, and takes its word: limits are corrected, and a pause for the day
 * that it no longer insists on is over, with the replies that wait for it.
 */
export async function readQuota(
  bridge: Pick<Bridge, 'store' | 'clock' | 'lanes'>,
  { name, channel, pace }: Pick<Tenant, 'name' | 'channel' | 'pace'>,
): Promise<readonly ApiQuota[]> {
  const { quota } = channel;
  if (!quota) return [];
  const called = (await pace.states()).filter(({ usedToday }) => usedToday > 0).map(({ api }) => api);
  const answers: (readonly [string, QuotaAnswer])[] = [];
  for (const api of new Set([...quota.apis, ...called])) {
    const answer = await quota.read(api);
    answers.push([api, answer]);
    if (answer.kind !== 'reading') continue;
    const { liftedUntilMs: until } = await pace.correct(api, answer.reading);
    if (until === undefined) continue;
    const now = bridge.clock.now();
    await bridge.store.batch([releasePutOff({ tenant: name, until, now })]);
    bridge.lanes.expect(now);
  }
  const states = new Map((await pace.states()).map((state) => [state.api, state]));
  return answers.map(([api, platform]) => {
    const own = states.get(api);
    return { api, platform, ...(own && { own }) };
  });
}
