import type { Direction, Media } from '../model/message.ts';
import type { FetchMedium, MediaFetch } from '../ports/channel.ts';
import type { Clock } from '../ports/clock.ts';
import { BridgeError, StepMissed } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Step, Store } from '../ports/store.ts';
import { type ReleasedMessage, releaseMessage } from '../store/media.ts';
import { giveUpMedium, keepMedium, postponeMedium, type WantedMedium } from '../store/media-downloads.ts';
import type { MediaClaims } from './claims.ts';
import type { MediaDraft } from './draft.ts';
import { fileNameOf } from './file-ids.ts';
import { nameFile } from './file-name.ts';
import type { MediaFiles } from './files.ts';
import { inspectMedium } from './inspect.ts';

export interface AttemptOptions {
  readonly store: Store;
  readonly files: MediaFiles;
  readonly claims: MediaClaims;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBytes: number;
  /** A medium that was tried and is older than this is given up: its message waits no longer. */
  readonly giveUpAfterMs: number;
  /** One attempt, milliseconds. */
  readonly attemptTimeoutMs: number;
  /** Milliseconds before the next try; `tries` were made. */
  readonly pauseBeforeNext: (tries: number) => number;
  /** From the channel for a visitor's, from the vendor's URL for an agent's. */
  readonly fetchFor: (medium: { readonly tenant: string; readonly direction: Direction }) => FetchMedium;
  /** The disk did not take a medium, with what it said, such as `ENOSPC`. */
  readonly onDiskFault: (code: string, tenant: string) => void;
  /** A message may go on; its lane is to be woken. */
  readonly onReleased: (message: ReleasedMessage) => void;
}

/** What became of an attempt. */
type Verdict =
  | { readonly kind: 'kept'; readonly step: Step; readonly type: string; readonly bytes: number }
  | { readonly kind: 'later'; readonly step: Step; readonly code: string; readonly due: number }
  | { readonly kind: 'gone'; readonly step: Step; readonly code: string };

/**
 * One attempt to fetch a medium: it is kept, postponed or given up, and in the same batch its message is released if it
 * waits for nothing more. The answer is when to try again. Does nothing for a medium that is not to be fetched now, or
 * that another process has in hand: it may have waited in a queue meanwhile.
 */
export async function attemptMedium(
  id: string,
  options: AttemptOptions,
  stopping: AbortSignal,
): Promise<number | undefined> {
  const { store, claims, clock } = options;
  const startedAt = clock.monotonic();
  const [[medium]] = await store.batch([claims.take(id, clock.now())]);
  if (!medium) return undefined;
  return claims.hold(async () => {
    await using draft = options.files.draft(fileNameOf(medium), options.maxBytes);
    const fetched = await fetchInTime({ medium, draft }, options, stopping);
    // What was cut short by the stop says nothing about the medium: it is due for others, or at the next start.
    if (fetched.kind !== 'taken' && stopping.aborted) {
      const back = claims.drop(medium);
      if (back.length > 0) await store.batch(back);
      return undefined;
    }
    const verdict = await judge(fetched, { medium, draft }, options);
    if (await settle(verdict, medium, options)) logAttempt(verdict, medium, { ...options, startedAt });
    return verdict.kind === 'later' ? verdict.due : undefined;
  });
}

/** Writes down what became of an attempt; false where the medium has passed to another process, or is forgotten. */
async function settle(verdict: Verdict, medium: WantedMedium, options: AttemptOptions): Promise<boolean> {
  const { store, clock, files, log, onReleased } = options;
  const { conversation, message } = medium;
  const release =
    verdict.kind === 'later' ? [] : [releaseMessage({ id: message, conversation, now: clock.now() })];
  try {
    const [, released = []] = await store.batch([verdict.step, ...release]);
    for (const message of released) onReleased(message);
    return true;
  } catch (error) {
    if (!(error instanceof StepMissed)) throw error;
    log.info('medium.passedOn', { medium: medium.id, claim: medium.claim });
    if (verdict.kind === 'kept') await files.remove(fileNameOf(medium));
    return false;
  }
}

/** A medium, and where it goes. */
interface Fetching {
  readonly medium: WantedMedium;
  readonly draft: MediaDraft;
}

async function fetchInTime(
  { medium, draft }: Fetching,
  { clock, log, fetchFor, attemptTimeoutMs }: AttemptOptions,
  stopping: AbortSignal,
): Promise<MediaFetch> {
  const late = new AbortController();
  const signal = AbortSignal.any([late.signal, stopping]);
  const cancel = clock.after(attemptTimeoutMs, () => late.abort());
  // Not every fetch heeds its signal, and a lane waits for this one.
  const { promise: aborted, resolve } = Promise.withResolvers<MediaFetch>();
  const giveUp = () => resolve({ kind: 'later', code: 'timeout' });
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  try {
    const from = JSON.parse(medium.source) as Media['from']; // written by `wantMedium` from a Media
    return await Promise.race([fetchFor(medium)(from, draft, signal), aborted]);
  } catch (error) {
    log.error('medium.fetchFailed', { medium: medium.id, error: nameOf(error) });
    return { kind: 'later', code: 'failed' };
  } finally {
    cancel();
    // `stopping` lives as long as the process, and whoever listens to it holds on to the medium.
    signal.removeEventListener('abort', giveUp);
  }
}

async function judge(fetched: MediaFetch, fetching: Fetching, options: AttemptOptions): Promise<Verdict> {
  const { medium, draft } = fetching;
  if (draft.fault !== undefined) return waitForDisk(fetching, options);
  if (draft.isOver) return giveUp(medium, 'tooLarge');
  if (fetched.kind === 'gone') return giveUp(medium, fetched.code);
  if (fetched.kind === 'later') return postpone(medium, fetched, options);
  if (draft.bytes === 0) return giveUp(medium, 'empty');
  try {
    return await keep(fetched, fetching);
  } catch (error) {
    options.log.error('medium.keepFailed', { medium: medium.id, error: nameOf(error) });
    return waitForDisk(fetching, options);
  }
}

async function keep(
  { type, name }: Extract<MediaFetch, { kind: 'taken' }>,
  { medium, draft }: Fetching,
): Promise<Verdict> {
  const facts = await inspectMedium(draft.head(), type);
  await draft.keep();
  const step = keepMedium(
    {
      ...claimOf(medium),
      file: fileNameOf(medium),
      type: facts.type,
      bytes: draft.bytes,
      md5: draft.md5(),
      name: nameFile(medium.name ?? name, facts),
      width: facts.width ?? null,
      height: facts.height ?? null,
    },
    1,
  );
  return { kind: 'kept', step, type: facts.type, bytes: draft.bytes };
}

/** The medium's own time does not pass while the bridge's disk is at fault: its message waits. */
function waitForDisk({ medium, draft }: Fetching, options: AttemptOptions): Verdict {
  const code = draft.fault ?? 'failed';
  // Nothing can be written down then, this neither.
  if (code === 'storeUnavailable') throw new BridgeError(code, 'the store took nothing of a medium');
  options.onDiskFault(code, medium.tenant);
  const due = options.clock.now() + options.pauseBeforeNext(medium.attempts + 1);
  return putOff(medium, { code: diskCode, due });
}

function postpone(
  medium: WantedMedium,
  fetched: Omit<Extract<MediaFetch, { kind: 'later' }>, 'kind'>,
  { clock, giveUpAfterMs, pauseBeforeNext }: AttemptOptions,
): Verdict {
  const now = clock.now();
  const isStopped = fetched.because === 'account';
  const code = isStopped ? `${stoppedPrefix}${fetched.code}` : fetched.code;
  const latest = medium.wanted_at + (isStopped ? stoppedForMs : giveUpAfterMs);
  // What has waited for its account or our disk is old by no fault of its own: it has one more try.
  const hasWaited = medium.code === diskCode || medium.code?.startsWith(stoppedPrefix) === true;
  const hasGrace = !isStopped && hasWaited;
  if (now >= latest && !hasGrace) return giveUp(medium, code);
  const wanted = now + (fetched.afterMs ?? pauseBeforeNext(medium.attempts + 1));
  // The last try is at the greatest age.
  const due = now < latest ? Math.min(wanted, latest) : wanted;
  return putOff(medium, { code, due });
}

function putOff(medium: WantedMedium, later: { readonly code: string; readonly due: number }): Verdict {
  return { kind: 'later', ...later, step: postponeMedium({ ...claimOf(medium), ...later }, 1) };
}

const diskCode = 'disk';
const stoppedPrefix = 'account ';
/** So long a medium waits for an account that can fetch nothing: then WeChat has none of its ids any more. */
const stoppedForMs = 3 * 86_400_000;

function giveUp(medium: WantedMedium, code: string): Verdict {
  return { kind: 'gone', code, step: giveUpMedium({ ...claimOf(medium), code }, 1) };
}

function claimOf({ id, claim }: WantedMedium): { readonly id: string; readonly claim: number } {
  return { id, claim };
}

function logAttempt(
  { step: _, kind, ...details }: Verdict,
  medium: WantedMedium,
  { log, clock, startedAt }: Pick<AttemptOptions, 'log' | 'clock'> & { readonly startedAt: number },
): void {
  log[kind === 'gone' ? 'warn' : 'info']('medium.attempted', {
    medium: medium.id,
    tenant: medium.tenant,
    conversation: medium.conversation,
    message: medium.message,
    direction: medium.direction,
    attempt: medium.attempts + 1,
    outcome: kind,
    ...details,
    tookMs: Math.round(clock.monotonic() - startedAt),
  });
}

/** Texts of foreign errors may hold URLs. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
