import { readRetryAfterMs } from '../formats/retry-after.ts';
import type { AskedWait, VendorAnswer } from '../ports/helpdesk.ts';
import type { Hold, Holds } from '../ports/holds.ts';
import type { HttpCall, HttpResult } from '../ports/http.ts';
import type { Log } from '../ports/log.ts';

export interface WaitsOptions {
  readonly holds: Holds;
  readonly log: Pick<Log, 'warn'>;
  readonly now: () => number;
  /** What only the vendor's own answers tell. Status 429 is known. */
  readonly asksToWait?: (answer: VendorAnswer, call: string) => AskedWait | undefined;
}

/** Keeps away from a vendor for as long as it has asked to be spared: by any call, of any instance. */
export interface Waits {
  /** What becomes of a call that may not leave now, as far as it is known here. */
  heldAt(call: Pick<HttpCall, 'name'>): HttpResult | undefined;
  /** The same, with what other instances were told half a second ago. */
  look(call: Pick<HttpCall, 'name'>): Promise<HttpResult | undefined>;
  /** The call came to this: it may ask for a wait, which holds once this resolves. */
  heed(call: Pick<HttpCall, 'name'>, result: HttpResult): Promise<HttpResult>;
}

/** Heeds nothing. */
export const heedless: Waits = {
  heldAt: () => undefined,
  look: async () => undefined,
  heed: async (_call, result) => result,
};

export function createWaits({ holds, log, now, asksToWait }: WaitsOptions): Waits {
  const heldAt: Waits['heldAt'] = ({ name }) => {
    const waitMs = Math.max(waitOf(holds.find(everyCall)), waitOf(holds.find(name)));
    return waitMs > 0 ? { kind: 'notSent', code: 'paused', untilMs: Math.ceil(now() + waitMs) } : undefined;
  };
  return {
    heldAt,
    async look(call) {
      try {
        await holds.refresh();
      } catch {
        return { kind: 'notSent', code: 'notCounted' }; // the store says itself why it failed
      }
      return heldAt(call);
    },
    async heed({ name }, result) {
      if (result.kind !== 'answer') return result;
      const asked = asksToWait?.(result, name) ?? tooManyIn(result);
      if (asked === undefined) return result;
      const saidMs = readRetryAfterMs(result.headers['retry-after'], now()) ?? 0;
      const afterMs = Math.min(Math.max(asked.afterMs, saidMs), mostMs);
      const api = asked.calls === 'all' ? everyCall : name;
      const isNew = await holds.begin(api, { code: asked.code, afterMs });
      if (isNew) log.warn('api.paused', { api: api || 'all', code: asked.code, untilMs: now() + afterMs });
      return result;
    },
  };
}

/** The name of what holds for all calls. */
const everyCall = '';
/** Who says "too many" and not for how long. */
const leastMs = 1000;
/** A header may be wrong: it is looked each hour. */
const mostMs = 3_600_000;

/** HTTP: too many requests. */
function tooManyIn({ status }: VendorAnswer): AskedWait | undefined {
  return status === 429 ? { code: 'http 429', afterMs: leastMs, calls: 'named' } : undefined;
}

function waitOf(hold: Hold | undefined): number {
  return hold?.waitMs ?? 0;
}
