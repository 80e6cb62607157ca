import { randomUUID } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { Outgoing, OutgoingCall, OutgoingResult } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { signBytes } from './signature.ts';

/** An event for the bridge. Without an `id` it gets one. */
export interface HelpdeskEvent {
  readonly id?: string;
  readonly type: string;
  readonly data: JsonRecord;
}

/** One try of a callback. `status` 0: nothing was answered. */
export interface CallbackTry {
  readonly at: number;
  readonly tookMs: number;
  readonly request: Omit<OutgoingCall, 'timeoutMs'>;
  readonly status: number;
  readonly answer: string;
}

/** What became of a callback, when the helpdesk was done with it. */
export interface CalledBack {
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly data: JsonRecord;
  readonly tries: readonly CallbackTry[];
  readonly isTaken: boolean;
}

export interface CallbackSettings {
  readonly secret: string;
  /** Left out: nothing is called back. */
  readonly callbackUrl?: string;
  readonly maxCallbackTries: number;
  readonly resendAfterMs: number;
}

export interface Callbacks {
  readonly record: Timeline<CalledBack>;
  /** Calls back, and again until a 2xx; callbacks of one visitor follow each other. */
  push(event: HelpdeskEvent): Promise<CalledBack>;
  /** The last try of a callback once more, byte for byte. */
  repeat(called: CalledBack): Promise<CallbackTry | undefined>;
}

/** Sends by Standard Webhooks: the same id for every try, a time and a signature of its own for each. */
export function openCallbacks(parts: {
  readonly settings: () => CallbackSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}): Callbacks {
  const { settings, now, outgoing } = parts;
  const record = new Timeline<CalledBack>('a callback', parts.keep);
  const lines = new Map<unknown, Promise<unknown>>();

  async function tryOnce(request: CallbackTry['request']): Promise<CallbackTry> {
    const at = now();
    const result: OutgoingResult = await outgoing.call({ ...request, timeoutMs: answerTimeoutMs });
    const { tookMs } = result;
    const isAnswer = result.kind === 'answer';
    return {
      at,
      tookMs,
      request,
      status: isAnswer ? result.status : 0,
      answer: isAnswer ? result.body.toString() : result.kind,
    };
  }
  async function deliver(id: string, { type, data }: HelpdeskEvent): Promise<CalledBack> {
    const at = now();
    const body = Buffer.from(
      JSON.stringify({ version: 1, id, type, timestamp: new Date(at).toISOString(), data }),
    );
    const tries: CallbackTry[] = [];
    let isTaken = false;
    while (!outgoing.closed && !isTaken && tries.length < settings().maxCallbackTries) {
      const { callbackUrl, secret, resendAfterMs } = settings();
      if (callbackUrl === undefined) break;
      if (tries.length > 0) await outgoing.pause(resendAfterMs);
      const time = String(Math.floor(now() / 1000));
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': signBytes(secret, { id, time, body }),
      };
      const tried = await tryOnce({ method: 'POST', url: callbackUrl, headers, body });
      tries.push(tried);
      isTaken = tried.status >= 200 && tried.status < 300;
      // What the bridge cannot read it will not be able to read later.
      if (tried.status === 400) break;
    }
    const called = { at, id, type, data, tries, isTaken };
    record.add(called);
    return called;
  }

  return {
    record,
    push(event) {
      const line = event.data.visitor;
      const deliverThis = () => deliver(event.id ?? `evt_${randomUUID()}`, event);
      const turn = (lines.get(line) ?? Promise.resolve()).then(deliverThis);
      lines.set(line, turn);
      return turn;
    },
    async repeat({ tries }) {
      const request = tries.at(-1)?.request;
      return request && tryOnce(request);
    },
  };
}

const answerTimeoutMs = 5000;
