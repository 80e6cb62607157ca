import type { JsonRecord } from '../json.ts';
import type { Outgoing, OutgoingResult } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { type CallbackContent, type PreparedCallback, prepareCallback } from './prepared-callback.ts';
import type { QiyuSettings } from './settings.ts';

/**
 * What Qiyu makes of an answer: only status 200 with no byte of body counts. `refused` is any other answer,
 * `noAnswer` none within the time, or no connection.
 */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'noAnswer'; readonly reason: string }
  /** Not sent at all: the address is suspended, or there is none. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'noAddress' };

export interface Try {
  readonly at: number;
  readonly status?: number;
  readonly body?: string;
  readonly tookMs: number;
  readonly request: PreparedCallback;
  readonly verdict: Verdict;
}

/** What became of a callback. `status`, `answer` and `verdict` are those of the last try. */
export interface CalledBack {
  readonly at: number;
  readonly eventType: string;
  readonly body: JsonRecord | string;
  readonly status?: number;
  readonly answer?: string;
  readonly tries: number;
  readonly attempts: readonly Try[];
  readonly verdict: Verdict;
}

export interface Callbacks {
  readonly record: Timeline<CalledBack>;
  /** No callbacks before this time; 0 if the address is not suspended. */
  readonly suspendedUntil: number;
  /** Sends with re-sends. Callbacks of one `line` (a visitor) follow each other. */
  push(content: CallbackContent, line?: string): Promise<CalledBack>;
  /** One try that counts for nothing: what Qiyu would not send, or not now. */
  forge(content: CallbackContent): Promise<CalledBack>;
  /** The last try of a callback once more, byte for byte. */
  repeat(called: CalledBack): Promise<CalledBack>;
  /** Ends a suspension. */
  resume(): void;
}

export interface CallbackParts {
  readonly settings: () => QiyuSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}

export function openCallbacks(parts: CallbackParts): Callbacks {
  const { settings, now, outgoing } = parts;
  const record = new Timeline<CalledBack>('a callback', parts.keep);
  const lines = new Map<string, Promise<unknown>>();
  let failures = 0;
  let suspendedUntil = 0;

  function count(verdict: Verdict): void {
    if (outgoing.closed) return;
    failures = verdict.kind === 'accepted' ? 0 : failures + 1;
    if (failures < settings().maxCallbackFailures) return;
    failures = 0;
    suspendedUntil = now() + settings().suspensionMs;
  }
  async function deliver(content: CallbackContent): Promise<CalledBack> {
    const at = now();
    const attempts: Try[] = [];
    while (!outgoing.closed && suspendedUntil <= now()) {
      const { callbackUrl, resendsWithNewTime, maxCallbackTries, resendAfterMs } = settings();
      if (callbackUrl === undefined) break;
      const before = resendsWithNewTime ? undefined : attempts.at(-1)?.request;
      const request = before ?? prepareCallback(settings(), { url: callbackUrl, now: now() }, content);
      const attempt = await tryOnce(parts, request);
      attempts.push(attempt);
      count(attempt.verdict);
      if (attempt.verdict.kind === 'accepted' || attempts.length >= maxCallbackTries) break;
      await outgoing.pause(resendAfterMs);
    }
    return note(content, attempts, at);
  }
  function note(content: CallbackContent, attempts: readonly Try[], at = now()): CalledBack {
    const { eventType, body } = content;
    const last = attempts.at(-1);
    const unsent: Verdict = { kind: settings().callbackUrl === undefined ? 'noAddress' : 'suspended' };
    const called = {
      at,
      eventType,
      body,
      ...(last?.status !== undefined && { status: last.status }),
      ...(last?.body !== undefined && { answer: last.body }),
      tries: attempts.length,
      attempts,
      verdict: last?.verdict ?? unsent,
    };
    record.add(called);
    return called;
  }

  return {
    record,
    get suspendedUntil() {
      return suspendedUntil > now() ? suspendedUntil : 0;
    },
    push(content, line) {
      if (line === undefined) return deliver(content);
      const turn = (lines.get(line) ?? Promise.resolve()).then(() => deliver(content));
      lines.set(line, turn);
      return turn.finally(() => {
        if (lines.get(line) === turn) lines.delete(line);
      });
    },
    async forge(content) {
      const url = settings().callbackUrl;
      if (url === undefined) return note(content, []);
      const request = prepareCallback(settings(), { url, now: now() }, content);
      return note(content, [await tryOnce(parts, request)]);
    },
    async repeat(called) {
      const request = called.attempts.at(-1)?.request;
      return note(called, request === undefined ? [] : [await tryOnce(parts, request)]);
    },
    resume() {
      failures = 0;
      suspendedUntil = 0;
    },
  };
}

async function tryOnce(parts: CallbackParts, request: PreparedCallback): Promise<Try> {
  const at = parts.now();
  const timeoutMs = parts.settings().answerTimeoutMs;
  const result = await parts.outgoing.call({ ...request, timeoutMs });
  const { tookMs } = result;
  const seen = result.kind === 'answer' && { status: result.status, body: result.body.toString() };
  return { at, tookMs, request, ...seen, verdict: judgeAnswer(result) };
}

/** Judges an answer to the byte (Qiyu, message interface page). */
export function judgeAnswer(result: OutgoingResult): Verdict {
  switch (result.kind) {
    case 'answer':
      if (result.status !== 200) return { kind: 'refused', reason: `status ${result.status}` };
      return result.body.length === 0
        ? { kind: 'accepted' }
        : { kind: 'refused', reason: `a body of ${result.body.length} bytes` };
    case 'timeout':
      return { kind: 'noAnswer', reason: 'timeout' };
    case 'broken':
      return { kind: 'noAnswer', reason: result.code };
    default:
      return result satisfies never;
  }
}
