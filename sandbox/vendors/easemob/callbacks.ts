import { randomUUID } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { Outgoing, OutgoingResult } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { type LostCallback, type LostCallbacks, openLostCallbacks } from './lost-callbacks.ts';
import type { Channel } from './records.ts';
import type { EasemobSettings } from './settings.ts';
import { signCallback, signRest } from './signature.ts';

/** What is called back, before it is signed. */
export interface CallbackContent {
  readonly channel: Channel;
  /** Of the IM cloud: `from`, `to`, `payload`, `chat_type`, …; of the REST channel: the whole body. */
  readonly fields: JsonRecord;
}

export interface PreparedCallback {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Only status 200 with at most 1000 characters is a success. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'noAnswer'; readonly reason: string }
  /** Not sent at all, and never again: the rule is suspended, or there is none. */
  | { readonly kind: 'suspended' }
  | { readonly kind: 'noAddress' };

export interface Try {
  readonly at: number;
  readonly tookMs: number;
  readonly request: PreparedCallback;
  readonly status?: number;
  readonly body?: string;
  readonly verdict: Verdict;
}

/** What became of a callback. `verdict` is that of the last try. */
export interface CalledBack {
  readonly at: number;
  readonly channel: Channel;
  readonly fields: JsonRecord;
  readonly attempts: readonly Try[];
  readonly verdict: Verdict;
}

export interface Callbacks {
  readonly record: Timeline<CalledBack>;
  /** No callbacks before this time; 0 if the rule is not suspended. */
  readonly suspendedUntil: number;
  /** Calls back with one repeat, at once. Callbacks of one `line` (a visitor) follow each other, `afterMs` between them. */
  push(content: CallbackContent, line?: string, afterMs?: number): Promise<CalledBack>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** What was lost by now, where the tenant has bought that it is kept. */
  readonly lost: LostCallbacks;
  /** Calls back once more what was lost, byte for byte. */
  callBackAgain(lost: readonly LostCallback[]): void;
  /** The last try of a callback once more, byte for byte, or with other bytes. */
  repeat(called: CalledBack, body?: Buffer): Promise<CalledBack>;
}

export interface CallbackParts {
  readonly settings: () => EasemobSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}

export function openCallbacks(parts: CallbackParts): Callbacks {
  const { settings, now, outgoing } = parts;
  const record = new Timeline<CalledBack>('a callback', parts.keep);
  const lines = new Map<string, Promise<unknown>>();
  const suspension = openSuspension(parts);
  const lost = openLostCallbacks(now);

  async function deliver(content: CallbackContent): Promise<CalledBack> {
    const attempts: Try[] = [];
    const request = prepareCallback(settings(), now(), content);
    const at = now();
    while (request !== undefined && !outgoing.closed && suspension.until() <= now()) {
      if (attempts.length > 0) await outgoing.pause(settings().resendAfterMs);
      const attempt = await tryOnce(parts, request);
      attempts.push(attempt);
      if (attempt.verdict.kind === 'accepted') break;
      suspension.count();
      if (attempts.length >= settings().maxCallbackTries) break;
    }
    const unsent: Verdict = { kind: request === undefined ? 'noAddress' : 'suspended' };
    const called = note({ ...content, at, attempts, verdict: attempts.at(-1)?.verdict ?? unsent });
    const isKept = content.channel === 'im' && settings().keepsLostCallbacks;
    if (isKept && request !== undefined && called.verdict.kind !== 'accepted') lost.keep({ called, request });
    return called;
  }
  async function callAgain(called: CalledBack, request: PreparedCallback): Promise<CalledBack> {
    const attempt = await tryOnce(parts, request);
    return note({ ...called, attempts: [attempt], verdict: attempt.verdict });
  }
  function note(called: CalledBack): CalledBack {
    record.add(called);
    return called;
  }

  return {
    record,
    lost,
    callBackAgain(again) {
      for (const { called, request } of again) void callAgain(called, request);
    },
    get suspendedUntil() {
      return suspension.until() > now() ? suspension.until() : 0;
    },
    async idle() {
      while (lines.size > 0) await Promise.all(lines.values());
    },
    push(content, line, afterMs = 0) {
      if (line === undefined) return deliver(content);
      const turn = (lines.get(line) ?? Promise.resolve())
        .then(() => (afterMs > 0 ? outgoing.pause(afterMs) : undefined))
        .then(() => deliver(content));
      lines.set(line, turn);
      return turn.finally(() => {
        if (lines.get(line) === turn) lines.delete(line);
      });
    },
    async repeat(called, body) {
      const request = called.attempts.at(-1)?.request;
      if (request === undefined) return note(called);
      return callAgain(called, body === undefined ? request : { ...request, body });
    },
  };
}

/** 90 failures in 30 s, and nothing is called back for some minutes; more each time. */
function openSuspension({ settings, now }: CallbackParts) {
  let failures: readonly number[] = [];
  let times = 0;
  let until = 0;
  return {
    until: () => until,
    count() {
      const { failureWindowMs, maxCallbackFailures, suspensionsMs } = settings();
      failures = [...failures.filter((at) => at > now() - failureWindowMs), now()];
      if (failures.length < maxCallbackFailures) return;
      failures = [];
      until = now() + (suspensionsMs[Math.min(times, suspensionsMs.length - 1)] ?? 0);
      times += 1;
    },
  };
}

/** `undefined`: there is no address. */
function prepareCallback(
  settings: EasemobSettings,
  now: number,
  { channel, fields }: CallbackContent,
): PreparedCallback | undefined {
  return channel === 'im' ? prepareIm(settings, now, fields) : prepareRest(settings, now, fields);
}

function prepareIm(settings: EasemobSettings, now: number, fields: JsonRecord): PreparedCallback | undefined {
  if (settings.callbackUrl === undefined) return undefined;
  const appkey = `${settings.orgName}#${settings.appName}`;
  const whole = { timestamp: now, callId: `${appkey}_${randomUUID()}`, ...fields };
  const security = signCallback(String(whole.callId), settings.callbackSecret, String(whole.timestamp));
  const tail = { eventType: 'chat', securityVersion: '1.0.0', security, appkey, host: 'msync@pretended' };
  return {
    url: settings.callbackUrl,
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ ...tail, ...whole })),
  };
}

function prepareRest(
  { rest }: EasemobSettings,
  now: number,
  fields: JsonRecord,
): PreparedCallback | undefined {
  if (rest?.callbackUrl === undefined) return undefined;
  const body = Buffer.from(JSON.stringify(fields));
  const expires = String(now + 60_000);
  const { pathname } = new URL(rest.callbackUrl);
  const signature = signRest(rest.clientSecret, { path: pathname, expires, body }, rest.md5);
  return {
    url: rest.callbackUrl,
    method: 'POST',
    headers: {
      'Content-Type': 'application/json; utf-8',
      ...(rest.signsCallbacks !== false && {
        'X-Auth-Expires': expires,
        Authorization: `hmac ${rest.clientId}:${signature}`,
      }),
    },
    body,
  };
}

async function tryOnce({ now, settings, outgoing }: CallbackParts, request: PreparedCallback): Promise<Try> {
  const at = now();
  const result = await outgoing.call({ ...request, timeoutMs: settings().answerTimeoutMs });
  const seen = result.kind === 'answer' && { status: result.status, body: result.body.toString() };
  return { at, tookMs: result.tookMs, request, ...seen, verdict: judgeAnswer(result) };
}

function judgeAnswer(result: OutgoingResult): Verdict {
  switch (result.kind) {
    case 'answer':
      if (result.status !== 200) return { kind: 'refused', reason: `status ${result.status}` };
      return result.body.toString().length <= 1000
        ? { kind: 'accepted' }
        : { kind: 'refused', reason: 'more than 1000 characters' };
    case 'timeout':
      return { kind: 'noAnswer', reason: 'timeout' };
    case 'broken':
      return { kind: 'noAnswer', reason: result.code };
    default:
      return result satisfies never;
  }
}
