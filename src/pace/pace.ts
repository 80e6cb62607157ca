import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../ports/clock.ts';
import type { LeaseDesk } from '../ports/leases.ts';
import type { Log } from '../ports/log.ts';
import type { ApiLimits, ApiPause, ApiState, Pace, PaceRules, QuotaReading } from '../ports/pace.ts';
import type { Store } from '../ports/store.ts';
import type { ApiTable, CounterTable } from '../store/account-tables.ts';
import { apiOf, limitsOf, type Said, saidIn } from './api-limits.ts';
import { Ledger } from './ledger.ts';
import { Line, type UsedUp } from './line.ts';
import { Permits } from './permits.ts';
import { Recent } from './recent.ts';
import { dayMs, minuteMs, startOf } from './spans.ts';
import { StoreClock } from './store-clock.ts';

export interface PaceOptions {
  readonly tenant: string;
  readonly rules: PaceRules;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Several instances call for the account, and share its limits by these. */
  readonly leases?: LeaseDesk;
}

/**
 * The pace of one account: a line for each of its APIs. What was counted before is read when the first call comes; a store
 * that fails is asked again by the next. Where several instances share the account, they lease the windows of the second
 * and of the minute, go by the store's clock, and look every half second what the others were told by the platform.
 */
export function createPace(options: PaceOptions): Pace {
  return new AccountPace(options);
}

/** Far fewer than the turns that run at a time: those that need another API find room. */
const mostWaiting = 8;

interface Api {
  readonly line: Line;
  readonly permits: Permits;
  /** What the platform itself has said. */
  readonly said: Said;
  /** Until when the store had it paused when it was read last. */
  readonly keptUntil?: number;
}

class AccountPace implements Pace {
  readonly #options: PaceOptions;
  readonly #ledger: Ledger;
  readonly #apis = new Map<string, Api>();
  readonly #storeClock: StoreClock | undefined;
  readonly #others: Recent;
  #loading: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PaceOptions) {
    const { clock, leases } = options;
    this.#storeClock = leases && new StoreClock(clock);
    this.#options = { ...options, clock: this.#storeClock ?? clock };
    this.#ledger = new Ledger(options.store, options.tenant);
    this.#others = new Recent(clock, () => this.#heedOthers());
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
      await this.#keepPause(api, pause);
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
    await this.#keepPause(api, undefined);
    this.#options.log.info('api.resumed', { api, remain: reading.daily.remain });
    return { liftedUntilMs: paused.untilMs };
  }

  async states(): Promise<readonly ApiState[]> {
    await this.#load();
    if (this.#options.leases) await this.#recount();
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
    // What the store does not take back is lost, as after a crash; nobody's stop fails of it.
    await Promise.allSettled(apis.flatMap(({ line, permits }) => [line.close(), permits.close()]));
  }

  #stop(api: string, pause: ApiPause): boolean {
    const isNew = this.#api(api).line.stop(pause);
    if (isNew) this.#options.log.warn('api.paused', { api, ...pause });
    return isNew;
  }

  async #keepPause(api: string, pause: ApiPause | undefined): Promise<void> {
    await this.#ledger.keepPause(api, pause);
    this.#apis.set(api, { ...this.#api(api), keptUntil: pause?.untilMs ?? 0 });
  }

  /** Whatever the platform would say: it is not asked, and the counters say so again after a restart. */
  #useUp(api: string, { span, untilMs }: UsedUp): void {
    const isNew = this.#stop(api, { untilMs, code: `${span} used up` });
    if (!isNew || span === 'minute') return;
    this.#options.log.error('alarm.raised', { api, alarm: 'the daily quota of an API is used up' });
  }

  async #load(): Promise<void> {
    this.#loading ??= this.#recall().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    await this.#loading;
    if (this.#options.leases) await this.#others.refresh();
  }

  async #recall(): Promise<void> {
    await this.#setClock();
    const startsAt = { minute: this.#startOf('minute'), day: this.#startOf('day') };
    const { counters, apis } = await this.#ledger.load(startsAt);
    const { own, documented } = this.#options.rules;
    for (const api of new Set([...own.keys(), ...documented.keys()])) this.#api(api);
    for (const row of apis) this.#recallApi(row);
    for (const row of counters) this.#recallCounter(row, startsAt);
  }

  async #setClock(): Promise<void> {
    const { leases, clock } = this.#options;
    const askedAt = clock.monotonic();
    if (leases) this.#storeClock?.set(askedAt, await leases.now());
  }

  async #heedOthers(): Promise<void> {
    const [apis] = await Promise.all([this.#ledger.readApis(), this.#setClock()]);
    for (const row of apis) this.#recallApi(row);
  }

  async #recount(): Promise<void> {
    const [minute, day] = [this.#startOf('minute'), this.#startOf('day')];
    const { counters } = await this.#ledger.load({ minute, day });
    for (const { api, span, starts_at, used } of counters) {
      if (span === 'day' && Number(starts_at) === day) this.#api(api).permits.observe(Number(used), day);
    }
  }

  #recallApi({ api, per_day, rate_calls, rate_per_ms, paused_until, paused_code }: ApiTable): void {
    const known = this.#api(api);
    const said = saidIn({ per_day, rate_calls, rate_per_ms });
    if (!isDeepStrictEqual(said, known.said)) {
      this.#apis.set(api, { ...known, said });
      this.#limit(api);
    }
    this.#recallPause(api, Number(paused_until), paused_code ?? '');
  }

  /** Only what is new: a pause that is over, or was lifted here, is not begun again. */
  #recallPause(api: string, keptUntil: number, code: string): void {
    const known = this.#api(api);
    if (known.keptUntil === keptUntil) return;
    const { pause } = known.line;
    // Another instance has lifted it.
    if (keptUntil === 0 && pause.get()?.untilMs === known.keptUntil) pause.lift();
    this.#apis.set(api, { ...known, keptUntil });
    // No pause that is kept is longer than a day, whatever the clock has said meanwhile.
    const untilMs = Math.min(keptUntil, this.#startOf('day') + dayMs);
    if (untilMs > this.#options.clock.now()) known.line.stop({ untilMs, code });
    else known.line.wake();
  }

  #recallCounter({ api, span, starts_at, used }: CounterTable, now: { minute: number; day: number }): void {
    const { line, permits } = this.#api(api);
    const startsAt = Number(starts_at);
    if (span === 'day' && startsAt === now.day) permits.recall(Number(used), startsAt);
    if (span !== 'minute' || startsAt > now.minute || this.#options.leases) return;
    // When in its minute a call was made is not kept: at its end at the latest.
    const agoMs = Math.max(0, this.#options.clock.now() - (startsAt + minuteMs));
    line.recall(Number(used), agoMs);
  }

  #api(api: string): Api {
    const known = this.#apis.get(api);
    if (known) return known;
    const { clock, log, rules, leases, tenant } = this.#options;
    const permits = new Permits({ api, ledger: this.#ledger, clock, log, utcOffsetMs: rules.utcOffsetMs });
    const onUsedUp = (full: UsedUp) => this.#useUp(api, full);
    const waiting = api === rules.main ? {} : { mostWaiting };
    const shared = leases && { shared: { desk: leases, name: `pace ${tenant} ${api}` } };
    const line = new Line({ clock, permits, onUsedUp, ...waiting, ...shared });
    if (this.#isClosed) void line.close();
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
    // Where the minute is leased, it need not be counted as well.
    const { perDay } = limits;
    known.permits.limit(this.#options.leases ? { ...(perDay !== undefined && { perDay }) } : limits);
  }

  #limitsOf(api: string): ApiLimits {
    return limitsOf(api, this.#options.rules, this.#apis.get(api)?.said ?? {});
  }

  #startOf(span: 'minute' | 'day'): number {
    const { clock, rules } = this.#options;
    return startOf(span, clock.now(), rules.utcOffsetMs);
  }
}
