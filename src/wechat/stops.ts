import type { ApiAnswer, ApiFailure } from './api-answer.ts';
import { type Consequence, consequenceOf, tokenConsequenceOf } from './errors.ts';
import { explainStop } from './explain.ts';
import type { WeChatSettings } from './settings.ts';
import { tokenOrigin } from './token.ts';
import type { ChannelTools } from './tools.ts';

/**
 * What of an account does not work until somebody has looked: all of it, or one API. While it is stopped nothing is
 * called. From time to time one call goes ahead, and the others wait for what comes of it.
 *
 * States of a place: works → stopped (an alarm) → probing → works (a line says so), or stopped again (no second alarm).
 */
export interface Stops {
  /** Makes a call of an API unless it is stopped; the answer may begin a stop or end one. */
  run<Value>(api: string, call: () => Promise<ApiAnswer<Value>>): Promise<ApiAnswer<Value>>;
}

export function createStops(
  settings: Pick<WeChatSettings, 'tokenSource'>,
  { log, now }: Pick<ChannelTools, 'log' | 'now'>,
): Stops {
  const stops = new Map<Place, Stop>();
  const probes = new Map<Place, Promise<void>>();

  function begin(place: Place, found: Found): void {
    const known = stops.get(place);
    stops.set(place, { ...found, since: known?.since ?? now(), untilMs: now() + found.afterMs });
    if (known?.code === found.code) return;
    log.error('alarm.raised', { alarm: found.alarm, code: found.code, ...describePlace(place) });
  }

  function end(place: Place, { code, since }: Stop): void {
    stops.delete(place);
    log.info('account.resumed', { code, stoppedMs: now() - since, ...describePlace(place) });
  }

  /** What the caller is told. A stop that was found has begun by then. */
  function take<Value>(api: string, answer: ApiAnswer<Value>): ApiAnswer<Value> {
    const found = findStop(answer, settings);
    if (found === undefined) return answer;
    begin(found.of === 'account' ? wholeAccount : api, found);
    return stoppedUntil(found, now() + found.afterMs);
  }

  async function probe<Value>(
    { place, stop, api }: { readonly place: Place; readonly stop: Stop; readonly api: string },
    call: () => Promise<ApiAnswer<Value>>,
  ): Promise<ApiAnswer<Value>> {
    const { promise, resolve } = Promise.withResolvers<void>();
    probes.set(place, promise);
    try {
      const answer = await call();
      const taken = take(api, answer);
      if (stops.get(place) === stop && isTelling(answer)) end(place, stop);
      return taken;
    } finally {
      // It told nothing about the stop.
      if (stops.get(place) === stop) stops.set(place, { ...stop, untilMs: now() + stop.afterMs });
      probes.delete(place);
      resolve();
    }
  }

  return {
    async run(api, call) {
      // Ends: each round makes the call, or waits for a probe, which settles the stop.
      for (;;) {
        const place = stops.has(wholeAccount) ? wholeAccount : api;
        const stop = stops.get(place);
        if (stop === undefined) return take(api, await call());
        if (stop.untilMs > now()) return stoppedUntil(stop, stop.untilMs);
        const running = probes.get(place);
        if (running === undefined) return probe({ place, stop, api }, call);
        await running;
      }
    },
  };
}

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

function stoppedUntil({ code, alarm }: Found, untilMs: number): ApiFailure {
  return { kind: 'stopped', code, alarm, untilMs };
}

function describePlace(place: Place): { readonly call?: string } {
  return place === wholeAccount ? {} : { call: place };
}

function findStop(
  answer: ApiAnswer<unknown>,
  settings: Pick<WeChatSettings, 'tokenSource'>,
): Found | undefined {
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

function findTokenStop(
  failure: ApiFailure,
  settings: Pick<WeChatSettings, 'tokenSource'>,
): Found | undefined {
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
    case 'notSent':
    case 'noToken':
    case 'stopped':
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
