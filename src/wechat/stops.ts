import type { Hold, Holds } from '../ports/holds.ts';
import type { ApiAnswer, ApiFailure } from './api-answer.ts';
import { type Consequence, consequenceOf, tokenConsequenceOf } from './errors.ts';
import { explainStop } from './explain.ts';
import type { WeChatSettings } from './settings.ts';
import { tokenOrigin } from './token.ts';
import type { ChannelTools } from './tools.ts';

/**
 * What of an account does not work until somebody has looked: all of it, or one API. While it is stopped nothing is
 * called. From time to time one call goes ahead, and the others wait for what comes of it. Of several instances each sees
 * within half a second what another was told, and one of them makes that call; what is said of a machine's own address
 * stops that machine alone.
 *
 * States of a place: works → stopped (an alarm) → probing → works (a line says so), or stopped again (no second alarm).
 */
export interface Stops {
  /** Makes a call of an API unless it is stopped; the answer may begin a stop or end one. */
  run<Value>(api: string, call: () => Promise<ApiAnswer<Value>>): Promise<ApiAnswer<Value>>;
}

export function createStops(settings: Settings, tools: StopTools): Stops {
  return new AccountStops(settings, tools);
}

type Settings = Pick<WeChatSettings, 'tokenSource'>;
type StopTools = Pick<ChannelTools, 'log' | 'now' | 'holds'>;

class AccountStops implements Stops {
  readonly #settings: Settings;
  readonly #log: ChannelTools['log'];
  readonly #now: ChannelTools['now'];
  readonly #holds: Holds | undefined;
  readonly #stops = new Map<Place, Stop>();
  readonly #probes = new Map<Place, Promise<void>>();

  constructor(settings: Settings, { log, now, holds }: StopTools) {
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
    this.#holds = holds;
  }

  async run<Value>(api: string, call: () => Promise<ApiAnswer<Value>>): Promise<ApiAnswer<Value>> {
    // Ends: each round makes the call, or waits for a probe, which settles the stop.
    for (;;) {
      if (this.#holds) await this.#hear(this.#holds, api);
      const place = this.#stops.has(wholeAccount) ? wholeAccount : api;
      const stop = this.#stops.get(place);
      if (stop === undefined) return await this.#take(api, await call());
      if (stop.untilMs > this.#now()) return stoppedUntil(stop, stop.untilMs);
      const running = this.#probes.get(place);
      if (running === undefined) {
        const answer = await this.#probe({ place, stop, api }, call);
        if (answer) return answer;
      }
      await running;
    }
  }

  /** `undefined`: another instance probes, or has done so. */
  async #probe<Value>(
    { place, stop, api }: { readonly place: Place; readonly stop: Stop; readonly api: string },
    call: () => Promise<ApiAnswer<Value>>,
  ): Promise<ApiAnswer<Value> | undefined> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#probes.set(place, promise);
    const isUnsettled = () => this.#stops.get(place) === stop;
    try {
      if (!(await this.#claim(place, stop))) return undefined;
      const answer = await call();
      const taken = await this.#take(api, answer);
      if (isUnsettled() && isTelling(answer)) await this.#end(place, stop);
      return taken;
    } finally {
      // It told nothing about the stop.
      if (isUnsettled()) await this.#keep(place, { ...stop, untilMs: this.#now() + stop.afterMs });
      this.#probes.delete(place);
      resolve();
    }
  }

  /** What the caller is told. A stop that was found has begun by then. */
  async #take<Value>(api: string, answer: ApiAnswer<Value>): Promise<ApiAnswer<Value>> {
    const found = findStop(answer, this.#settings);
    if (found === undefined) return answer;
    await this.#begin(found.of === 'account' ? wholeAccount : api, found);
    return stoppedUntil(found, this.#now() + found.afterMs);
  }

  async #begin(place: Place, found: Found): Promise<void> {
    const now = this.#now();
    const known = this.#stops.get(place);
    await this.#keep(place, { ...found, since: known?.since ?? now, untilMs: now + found.afterMs });
    if (known?.code === found.code) return;
    this.#log.error('alarm.raised', { alarm: found.alarm, code: found.code, ...describePlace(place) });
  }

  async #end(place: Place, { code, since }: Stop): Promise<void> {
    this.#stops.delete(place);
    if (!ofThisMachine.has(code)) await this.#holds?.end(place);
    this.#log.info('account.resumed', { code, stoppedMs: this.#now() - since, ...describePlace(place) });
  }

  async #keep(place: Place, stop: Stop): Promise<void> {
    this.#stops.set(place, stop);
    const { code, afterMs } = stop;
    if (!ofThisMachine.has(code)) await this.#holds?.begin(place, { code, afterMs });
  }

  async #hear(holds: Holds, api: string): Promise<void> {
    try {
      await holds.refresh();
    } catch {
      return; // no call leaves then, and the road says so itself
    }
    for (const place of [wholeAccount, api])
      if (!this.#probes.has(place)) this.#adopt(place, holds.find(place));
  }

  /** What other instances know of a place. */
  #adopt(place: Place, hold: Hold | undefined): void {
    const own = this.#stops.get(place);
    if (own && ofThisMachine.has(own.code)) return;
    if (hold === undefined) {
      this.#stops.delete(place);
      return;
    }
    const now = this.#now();
    const { code, waitMs } = hold;
    const known = own ?? { ...heardOf(place), since: now };
    this.#stops.set(place, { ...known, code, untilMs: Math.ceil(now + waitMs) });
  }

  /** Whether nobody else looks whether the place works again. */
  async #claim(place: Place, { code }: Stop): Promise<boolean> {
    const holds = this.#holds;
    if (holds === undefined || ofThisMachine.has(code)) return true;
    const isOurs = await holds.claim(place, probeMs).catch(() => true); // no call leaves then
    if (!isOurs) this.#adopt(place, holds.find(place));
    return isOurs;
  }
}

/**
 * Said of this machine's address: others may call (WeChat, global return codes; the whitelists of accounts and of
 * third-party platforms).
 */
const ofThisMachine: ReadonlySet<string> = new Set(['40164', '61004', '89503', '89506', '89507']);

/** So long one instance looks whether it works again, and the others leave it to that one. */
const probeMs = 15_000;

/** The path of an API, or the empty text for the account. */
type Place = string;
const wholeAccount: Place = '';

interface Found {
  readonly of: 'account' | 'api';
  readonly code: string;
  readonly alarm: string;
  readonly afterMs: number;
}

interface Stop extends Found {
  readonly since: number;
  readonly untilMs: number;
}

/** What is known of a stop that another instance has found, beside its code. Its alarm was raised there. */
function heardOf(place: Place): Omit<Found, 'code'> {
  const alarm = 'another instance was told so';
  return place === wholeAccount
    ? { of: 'account', alarm, afterMs: tokenAfterMs }
    : { of: 'api', alarm, afterMs: 600_000 };
}

function stoppedUntil({ code, alarm }: Found, untilMs: number): ApiFailure {
  return { kind: 'stopped', code, alarm, untilMs };
}

function describePlace(place: Place): { readonly call?: string } {
  return place === wholeAccount ? {} : { call: place };
}

function findStop(answer: ApiAnswer<unknown>, settings: Settings): Found | undefined {
  if (answer.kind === 'said') return stopOf(answer, consequenceOf(answer.errcode));
  return answer.kind === 'noToken' ? findTokenStop(answer.because, settings) : undefined;
}

function stopOf(said: Extract<ApiFailure, { kind: 'said' }>, consequence: Consequence): Found | undefined {
  if (consequence.kind !== 'stop') return undefined;
  return {
    of: consequence.of,
    code: String(said.errcode),
    alarm: explainStop(said, consequence),
    afterMs: consequence.afterSec * 1000,
  };
}

const tokenAfterMs = 60_000;

function findTokenStop(failure: ApiFailure, settings: Settings): Found | undefined {
  const { name, setting } = tokenOrigin(settings);
  const stop = (code: string, got: string): Found => ({
    of: 'account',
    code: `token ${code}`,
    alarm: `expected an access token from ${name}, got ${got}: is ${setting} right?`,
    afterMs: tokenAfterMs,
  });
  switch (failure.kind) {
    case 'said':
      return stopOf(failure, tokenConsequenceOf(failure.errcode));
    case 'status':
      return isWrongAddress(failure.status)
        ? stop(`http ${failure.status}`, `HTTP ${failure.status}`)
        : undefined;
    case 'lost':
      // A service of one's own that answers something else does so until somebody has looked.
      return failure.code === 'unreadable' && typeof settings.tokenSource === 'object'
        ? stop(failure.code, 'an answer without access_token and expires_in')
        : undefined;
    case 'stopped':
      // The source knows by itself that nothing can be called, such as a component that the account has left.
      return { of: 'account', code: failure.code, alarm: failure.alarm, afterMs: tokenAfterMs };
    case 'notSent':
    case 'noToken':
      return undefined;
    default:
      return failure satisfies never;
  }
}

/** Not a time-out (408) and not too many calls (429), which pass. */
function isWrongAddress(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Whether the answer shows that what was stopped works again: it came from behind the place where it failed. */
function isTelling(answer: ApiAnswer<unknown>): boolean {
  if (answer.kind === 'ok') return true;
  if (answer.kind !== 'said') return false;
  const { kind } = consequenceOf(answer.errcode);
  return kind !== 'retryLater' && kind !== 'refreshToken';
}
