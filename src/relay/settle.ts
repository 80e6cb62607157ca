import type { Json } from '../model/message.ts';
import type { SendOutcome } from '../ports/channel.ts';
import type { Outcome } from '../ports/helpdesk.ts';
import { ownCodes } from '../ports/http.ts';
import type { LaneName, MessageState } from '../store/tables.ts';
import { askedPause, pauseBeforeNext } from './pauses.ts';

/** What to do when nobody can say whether an attempt arrived. */
export type OnUnknown = 'settle' | 'retry' | 'retry-once' | 'ask' | 'drop';

export interface Policy {
  readonly onUnknown: OnUnknown;
  /** A row older than this is given up. */
  readonly retryMaxAgeMs: number;
}

/** What an attempt finds on its row. */
export interface RowBefore {
  readonly lane: LaneName;
  readonly action: string;
  readonly attempts: number;
  readonly tries: number;
  readonly reason: string | null;
  readonly receivedAt: number;
  readonly startedAt: number;
  readonly lost: Lost | null;
}

export interface Lost {
  readonly startedAt: number;
  readonly code: string;
  /** The one repeat that `retry-once` allows has been used. */
  readonly repeated: boolean;
}

/** What the attempt leaves on its row. `final`: it leaves the lane. */
export interface Settlement {
  readonly state: MessageState;
  readonly final: boolean;
  readonly due: number | null;
  readonly tries: number;
  readonly reason: string | null;
  readonly progress?: Json;
  readonly code: string | null;
  readonly lost: Lost | null;
  readonly vendorId?: string;
  readonly alarm?: string;
  /** Given up without a word to the visitor. */
  readonly isSilent?: true;
  /** Nothing else of this account is tried until then. */
  readonly pauseUntil?: number;
}

/** Tries for an error about this one message, before it is given up. */
const messageTries = 3;
/** How long `retry-once` waits for what may still arrive. */
const repeatOnceMs = 15_000;
/** What only serves comfort (a note, a profile) is not tried for days. */
const sideActions = new Set(['note', 'profile', 'delivered', 'close']);

const readyState: Record<LaneName, MessageState> = {
  react: 'received',
  forward: 'received',
  reply: 'queued',
};
const doneState: Record<LaneName, MessageState> = { react: 'done', forward: 'forwarded', reply: 'sent' };

/** What an outcome makes of a row. Pure; `random` is 0 to 1. */
export function settle(
  outcome: Outcome | SendOutcome,
  row: RowBefore,
  context: { readonly policy: Policy; readonly now: number; readonly random: number },
): Settlement {
  const { now } = context;
  switch (outcome.outcome) {
    case 'accepted':
      return {
        ...finish(row, doneState[row.lane], null),
        ...(outcome.vendorId !== undefined && { vendorId: outcome.vendorId }),
      };
    case 'more':
      return settleMore(outcome.progress, row, now);
    case 'refused':
      return {
        ...finish(row, 'dead', outcome.code),
        ...('alarm' in outcome && alarmOf(outcome.alarm)),
        ...('isSilent' in outcome && outcome.isSilent && { isSilent: true }),
      };
    case 'held':
      return {
        // Due at once: the turn looks again and says until when; a process that dies before that is woken by it.
        ...wait(row, { code: outcome.code, due: now }),
        state: 'held',
        tries: 0,
        reason: outcome.because,
      };
    case 'pause':
      return {
        ...wait(row, { code: outcome.code, due: Math.max(outcome.untilMs, now) }),
        // It waits for company no longer: else whatever comes would make it due before the pause is over.
        reason: row.reason === 'join' ? null : row.reason,
        ...orTooOld(row, context, outcome.code),
        pauseUntil: outcome.untilMs,
      };
    case 'later':
      return settleLater(outcome, row, context);
    case 'unknown':
      return settleUnknown(outcome, row, context);
    default:
      return outcome satisfies never;
  }
}

function settleMore(progress: Json, row: RowBefore, now: number): Settlement {
  return { ...wait(row, { code: null, due: now }), tries: 0, reason: null, lost: null, progress };
}

/** After a restart: what was in flight is tried again, whatever `onUnknown` says, but not for ever. */
export function settleRestart(row: RowBefore & { readonly starts: number }, now: number): Settlement {
  if (row.starts >= 5) return finish(row, 'dead', 'restarts');
  const lost = { startedAt: row.startedAt, code: 'restart', repeated: row.lost?.repeated ?? false };
  return { ...wait(row, { code: 'restart', due: now }), lost };
}

/** What the bridge's own stop cut says nothing about the other side: it is put back, as after a crash. */
export function settleStopped(row: RowBefore, now: number): Settlement {
  return settleRestart({ ...row, starts: 0 }, now);
}

type Later = Extract<Outcome | SendOutcome, { outcome: 'later' }>;

function settleLater(outcome: Later, row: RowBefore, context: Parameters<typeof settle>[2]): Settlement {
  if (ownCodes.has(outcome.code)) return settleOwn(outcome, row, context);
  const tries = row.reason === outcome.because ? row.tries + 1 : 1;
  const most = mostTries(outcome, row);
  if (tries >= most) return { ...finish(row, 'dead', outcome.code), tries, reason: outcome.because };
  const untilEvent = 'untilEvent' in outcome && outcome.untilEvent === true;
  const pauseMs = untilEvent ? Number.POSITIVE_INFINITY : pauseBeforeNext(tries, context.random);
  const due = dueAfter(askedPause(outcome.afterMs) ?? pauseMs, row, context);
  const waits = outcome.because === 'queue' || outcome.because === 'nobody';
  return {
    ...wait(row, { code: outcome.code, due }),
    ...(waits && row.lane === 'forward' && { state: 'waiting' as const }),
    ...orTooOld(row, context, outcome.code),
    tries,
    reason: outcome.because,
  };
}

/** The other side was not asked: that is no try, and the pauses between tries grow no longer by it. */
function settleOwn(
  { code, afterMs }: Later,
  row: RowBefore,
  context: Parameters<typeof settle>[2],
): Settlement {
  const due = dueAfter(askedPause(afterMs) ?? pauseBeforeNext(1, context.random), row, context);
  return { ...wait(row, { code, due }), ...orTooOld(row, context, code) };
}

function mostTries(outcome: Later, row: RowBefore): number {
  if ('atMost' in outcome && outcome.atMost !== undefined) return outcome.atMost;
  const few = outcome.because === 'message' || sideActions.has(row.action);
  return few ? messageTries : Number.POSITIVE_INFINITY;
}

function settleUnknown(
  outcome: Extract<Outcome | SendOutcome, { outcome: 'unknown' }>,
  row: RowBefore,
  context: Parameters<typeof settle>[2],
): Settlement {
  const { code } = outcome;
  const lost = { startedAt: row.startedAt, code, repeated: true };
  const tries = row.reason === 'unknown' ? row.tries + 1 : 1;
  const again = (pauseMs: number): Settlement => ({
    ...wait(row, { code, due: dueAfter(askedPause(outcome.afterMs) ?? pauseMs, row, context) }),
    ...orTooOld(row, context, code),
    lost,
    tries,
    reason: 'unknown',
  });
  if (sideActions.has(row.action) && tries >= messageTries) {
    return { ...finish(row, 'dead', code), lost, tries, reason: 'unknown' };
  }
  switch (context.policy.onUnknown) {
    case 'ask':
      return {
        ...finish(row, 'dead', `ask:${code}`),
        alarm: `nobody knows whether a message arrived (${code})`,
      };
    case 'drop':
      return finish(row, 'dropped', code);
    case 'retry-once':
      if (row.lost?.repeated)
        return { ...finish(row, 'dead', code), lost, alarm: `an answer was lost twice (${code})` };
      return again(repeatOnceMs);
    case 'retry':
    case 'settle':
      return again(pauseBeforeNext(tries, context.random));
    default:
      return context.policy.onUnknown satisfies never;
  }
}

// The last try is at the row's greatest age, so that what waits for an event is given up too.
function dueAfter(waitMs: number, row: RowBefore, context: Parameters<typeof settle>[2]): number {
  const oldest = row.receivedAt + context.policy.retryMaxAgeMs;
  return Math.min(context.now + waitMs, Math.max(oldest, context.now));
}

function wait(row: RowBefore, next: { readonly code: string | null; readonly due: number }): Settlement {
  const { tries, reason, lost } = row;
  return { state: readyState[row.lane], final: false, due: next.due, tries, reason, code: next.code, lost };
}

function finish(row: RowBefore, state: MessageState, code: string | null): Settlement {
  return { state, final: true, due: null, tries: row.tries, reason: row.reason, code, lost: row.lost };
}

function orTooOld(row: RowBefore, context: Parameters<typeof settle>[2], code: string): Partial<Settlement> {
  const tooOld = context.now - row.receivedAt >= context.policy.retryMaxAgeMs;
  return tooOld ? { state: 'dead', final: true, due: null, code } : {};
}

function alarmOf(alarm: string | undefined): { alarm?: string } {
  return alarm === undefined ? {} : { alarm };
}
