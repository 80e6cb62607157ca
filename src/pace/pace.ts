import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ApiLimits, ApiPause, ApiState, Pace, PaceRules, QuotaReading } from '../ports/pace.ts';
import type { Store } from '../ports/store.ts';
import type { ApiTable, CounterTable } from '../store/account-tables.ts';
import { Ledger } from './ledger.ts';
import { Line, type UsedUp } from './line.ts';
import { Permits } from './permits.ts';
import { dayMs, minuteMs, startOf } from './spans.ts';

export interface PaceOptions {
  readonly tenant: string;
  readonly rules: PaceRules;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds that never go back. Default: the process's own. */
  readonly elapsedMs?: () => number;
}

/**
 * The pace of one account: a line for each of its APIs. What was counted before is read when the first call comes; a store
 * that fails is asked again by the next.
 */
export function createPace(options: PaceOptions): Pace {
  return new AccountPace(options);
}

/** Far fewer than the turns that run at a time: those that need another API find room. */
const mostWaiting = 8;

type Rate = NonNullable<QuotaReading['rate']>;

interface Api {
  readonly line: Line;
  readonly permits: Permits;
  /** What the platform itself has said. */
  readonly said: { readonly perDay?: number; readonly rate?: Rate };
}

class AccountPace implements Pace {
  readonly #options: PaceOptions & { readonly elapsedMs: () => number };
  readonly #ledger: Ledger;
  readonly #apis = new Map<string, Api>();
  #loading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PaceOptions) {
    this.#options = { elapsedMs: () => performance.now(), ...options };
    this.#ledger = new Ledger(options.store, options.tenant);
  }

  async enter({ name, priority = 0, signal }: Parameters<Pace['enter']>[0]) {
    await this.#load();
    return this.#api(apiOf(name)).line.enter({ priority, ...(signal && { signal }) });
  }

  enterMain(signal: AbortSignal) {
    return this.enter({ name: this.#options.rules.main, signal });
  }

  async pause(api: string, pause: ApiPause): Promise<boolean> {
    if (!this.#stop(api, pause)) return false;
    try {
      await this.#ledger.keepPause(api, pause);
    } catch (error) {
      // It holds in this process; only a restart would meet it again.
      this.#options.log.error('api.pauseNotKept', { api, error });
    }
    return true;
  }

  async correct(api: string, reading: QuotaReading): Promise<{ readonly liftedUntilMs?: number }> {
    await this.#load();
    const known = this.#api(api);
    const { line, permits } = known;
    await permits.learn(reading);
    const said = {
      ...known.said,
      ...(reading.daily && { perDay: reading.daily.limit }),
      ...(reading.rate && { rate: reading.rate }),
    };
    this.#apis.set(api, { ...known, said });
    this.#limit(api);
    const paused = line.pause.get();
    const isForTheDay = paused !== undefined && paused.untilMs === this.#startOf('day') + dayMs;
    if (!isForTheDay || reading.daily === undefined || reading.daily.remain <= 0) return {};
    line.pause.lift();
    line.wake();
    await this.#ledger.keepPause(api, undefined);
    this.#options.log.info('api.resumed', { api, remain: reading.daily.remain });
    return { liftedUntilMs: paused.untilMs };
  }

  async states(): Promise<readonly ApiState[]> {
    await this.#load();
    return [...this.#apis].map(([api, { line, permits }]) => {
      const paused = line.pause.get();
      return {
        api,
        usedToday: permits.usedToday,
        limits: this.#limitsOf(api),
        ...(paused && { paused }),
      };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const apis = [...this.#apis.values()];
    for (const { line } of apis) line.close();
    await Promise.all(apis.map(({ permits }) => permits.close()));
  }

  #stop(api: string, pause: ApiPause): boolean {
    const isNew = this.#api(api).line.stop(pause);
    if (isNew) this.#options.log.warn('api.paused', { api, ...pause });
    return isNew;
  }

  /** Whatever the platform would say: it is not asked, and the counters say so again after a restart. */
  #useUp(api: string, { span, untilMs }: UsedUp): void {
    const isNew = this.#stop(api, { untilMs, code: `${span} used up` });
    if (!isNew || span === 'minute') return;
    this.#options.log.error('alarm.raised', { api, alarm: 'the daily quota of an API is used up' });
  }

  #load(): Promise<void> {
    this.#loading ??= this.#recall().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async #recall(): Promise<void> {
    const startsAt = { minute: this.#startOf('minute'), day: this.#startOf('day') };
    const { counters, apis } = await this.#ledger.load(startsAt);
    const { own, documented } = this.#options.rules;
    for (const api of new Set([...own.keys(), ...documented.keys()])) this.#api(api);
    for (const row of apis) this.#recallApi(row);
    for (const row of counters) this.#recallCounter(row, startsAt);
  }

  #recallApi({ api, per_day, rate_calls, rate_per_ms, paused_until, paused_code }: ApiTable): void {
    const known = this.#api(api);
    const { line } = known;
    const rate =
      rate_calls === null || rate_per_ms === null
        ? {}
        : { rate: { calls: Number(rate_calls), perMs: Number(rate_per_ms) } };
    this.#apis.set(api, {
      ...known,
      said: { ...(per_day !== null && { perDay: Number(per_day) }), ...rate },
    });
    this.#limit(api);
    // No pause that is kept is longer than a day, whatever the clock has said meanwhile.
    const untilMs = Math.min(Number(paused_until), this.#startOf('day') + dayMs);
    if (untilMs > this.#options.clock.now()) line.stop({ untilMs, code: paused_code ?? '' });
  }

  #recallCounter({ api, span, starts_at, used }: CounterTable, now: { minute: number; day: number }): void {
    const { line, permits } = this.#api(api);
    const startsAt = Number(starts_at);
    if (span === 'day' && startsAt === now.day) permits.recall(Number(used), startsAt);
    if (span !== 'minute' || startsAt > now.minute) return;
    // When in its minute a call was made is not kept: at its end at the latest.
    const agoMs = Math.max(0, this.#options.clock.now() - (startsAt + minuteMs));
    line.recall(Number(used), agoMs);
  }

  #api(api: string): Api {
    const known = this.#apis.get(api);
    if (known) return known;
    const { clock, elapsedMs, log, rules } = this.#options;
    const permits = new Permits({ api, ledger: this.#ledger, clock, log, utcOffsetMs: rules.utcOffsetMs });
    const onUsedUp = (full: UsedUp) => this.#useUp(api, full);
    const waiting = api === rules.main ? {} : { mostWaiting };
    const line = new Line({ clock, elapsedMs, permits, onUsedUp, ...waiting });
    if (this.#isClosed) line.close();
    const made: Api = { line, permits, said: {} };
    this.#apis.set(api, made);
    this.#limit(api);
    return made;
  }

  #limit(api: string): void {
    const known = this.#apis.get(api);
    if (!known) return;
    const limits = this.#limitsOf(api);
    known.line.limit(limits, known.said.rate);
    known.permits.limit(limits);
  }

  /** Our own limits hold beside the platform's; its word takes the place of what it documents. */
  #limitsOf(api: string): ApiLimits {
    const { own, documented } = this.#options.rules;
    const mine = own.get(api) ?? {};
    const { perDay: saidPerDay, rate } = this.#apis.get(api)?.said ?? {};
    const perMinute = least(mine.perMinute, rate?.perMs === minuteMs ? rate.calls : undefined);
    const perDay = least(mine.perDay, saidPerDay ?? documented.get(api)?.perDay);
    return {
      ...(mine.perSecond !== undefined && { perSecond: mine.perSecond }),
      ...(perMinute !== undefined && { perMinute }),
      ...(perDay !== undefined && { perDay }),
    };
  }

  #startOf(span: 'minute' | 'day'): number {
    const { clock, rules } = this.#options;
    return startOf(span, clock.now(), rules.utcOffsetMs);
  }
}

function least(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** A call's name without what may stand behind its path. */
function apiOf(name: string): string {
  return name.split('?', 1)[0] ?? name;
}
