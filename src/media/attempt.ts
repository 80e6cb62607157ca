import type { Direction, Media } from '../model/message.ts';
import type { FetchMedium, MediaFetch } from '../ports/channel.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Step, Store } from '../ports/store.ts';
import {
  giveUpMedium,
  keepMedium,
  postponeMedium,
  type ReleasedMessage,
  readWanted,
  releaseMessage,
  type WantedMedium,
} from '../store/media.ts';
import type { MediaDraft } from './draft.ts';
import { nameFile } from './file-name.ts';
import type { MediaFiles } from './files.ts';
import { inspectMedium } from './inspect.ts';

export interface AttemptOptions {
  readonly store: Store;
  readonly files: MediaFiles;
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
 * waits for nothing more. The answer is when to try again. Does nothing for a medium that is not to be fetched now: it may
 * have waited in a queue meanwhile.
 */
export async function attemptMedium(
  id: string,
  options: AttemptOptions,
  stopping: AbortSignal,
): Promise<number | undefined> {
  const { store, clock } = options;
  const startedAt = clock.now();
  const [[medium]] = await store.batch([readWanted({ id, now: startedAt })]);
  if (!medium) return undefined;
  await using draft = options.files.draft(medium.id, options.maxBytes);
  const fetched = await fetchInTime({ medium, draft }, options, stopping);
  // What was cut short by the stop says nothing about the medium: it is due again at the next start.
  if (fetched.kind !== 'taken' && stopping.aborted) return undefined;
  const verdict = await judge(fetched, { medium, draft }, options);
  const { conversation, message } = medium;
  const release =
    verdict.kind === 'later' ? [] : [releaseMessage({ id: message, conversation, now: clock.now() })];
  const [, released = []] = await store.batch([verdict.step, ...release]);
  logAttempt(verdict, medium, { ...options, startedAt });
  for (const message of released) options.onReleased(message);
  return verdict.kind === 'later' ? verdict.due : undefined;
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
  const step = keepMedium({
    id: medium.id,
    type: facts.type,
    bytes: draft.bytes,
    md5: draft.md5(),
    name: nameFile(medium.name ?? name, facts),
    width: facts.width ?? null,
    height: facts.height ?? null,
  });
  return { kind: 'kept', step, type: facts.type, bytes: draft.bytes };
}

/** The medium's own time does not pass while the bridge's disk is at fault: its message waits. */
function waitForDisk({ medium, draft }: Fetching, options: AttemptOptions): Verdict {
  const code = draft.fault ?? 'failed';
  options.onDiskFault(code, medium.tenant);
  const due = options.clock.now() + options.pauseBeforeNext(medium.attempts + 1);
  return { kind: 'later', code: diskCode, due, step: postponeMedium({ id: medium.id, due, code: diskCode }) };
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
  return { kind: 'later', code, due, step: postponeMedium({ id: medium.id, due, code }) };
}

const diskCode = 'disk';
const stoppedPrefix = 'account ';
/** So long a medium waits for an account that can fetch nothing: then WeChat has none of its ids any more. */
const stoppedForMs = 3 * 86_400_000;

function giveUp(medium: WantedMedium, code: string): Verdict {
  return { kind: 'gone', code, step: giveUpMedium({ id: medium.id, code }) };
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
    tookMs: clock.now() - startedAt,
  });
}

/** Texts of foreign errors may hold URLs. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
