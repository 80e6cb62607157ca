import type { Outgoing, OutgoingResult } from '../outgoing.ts';
import type { PushMessage } from './body.ts';
import type { PreparedPush } from './prepared-push.ts';
import { judgeAnswer, type Verdict } from './verdict.ts';

/** One try: its answer, and what WeChat makes of it. */
export interface Try {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly tookMs: number;
  readonly verdict: Verdict;
}

/** What became of a push. `status`, `body` and `verdict` are those of the last try. */
export interface Pushed {
  /** When the first try began. */
  readonly at: number;
  readonly message: PushMessage;
  readonly request: PreparedPush;
  readonly status?: number;
  readonly body?: string;
  readonly tries: number;
  readonly attempts: readonly Try[];
  readonly verdict: Verdict;
  /** The visitor was shown that the service is out of order. */
  readonly isNoticed: boolean;
}

export interface Delivery {
  readonly outgoing: Outgoing;
  readonly now: () => number;
  /** 5000 with WeChat. A broken connection is tried again when this time is over. */
  readonly answerTimeoutMs: number;
  /** 3 with WeChat. */
  readonly maxTries: number;
}

/**
 * Sends a push, and again as WeChat does: at once after a status other than 200, after the time-out where no answer came.
 * An illegal answer is not tried again (WeChat, message push page; repeats after a status as seen in published logs).
 */
export async function deliverPush(delivery: Delivery, request: PreparedPush): Promise<readonly Try[]> {
  const attempts: Try[] = [];
  while (!delivery.outgoing.closed) {
    const attempt = await tryOnce(delivery, request);
    attempts.push(attempt);
    const { kind } = attempt.verdict;
    if ((kind !== 'refused' && kind !== 'noAnswer') || attempts.length >= delivery.maxTries) break;
    if (kind === 'noAnswer') await delivery.outgoing.pause(delivery.answerTimeoutMs - attempt.tookMs);
  }
  return attempts;
}

export function describePush(
  push: Pick<Pushed, 'at' | 'message' | 'request'>,
  attempts: readonly Try[],
): Pushed {
  const last = attempts.at(-1);
  const verdict: Verdict = last?.verdict ?? { kind: 'notPushed' };
  return {
    ...push,
    ...(last?.status !== undefined && { status: last.status }),
    ...(last?.body !== undefined && { body: last.body }),
    tries: attempts.length,
    attempts,
    verdict,
    isNoticed: ['illegal', 'refused', 'noAnswer'].includes(verdict.kind),
  };
}

async function tryOnce(delivery: Delivery, request: PreparedPush): Promise<Try> {
  const { method, url, headers, body } = request;
  const timeoutMs = delivery.answerTimeoutMs;
  const result = await delivery.outgoing.call({ method, url, headers, body, timeoutMs });
  return judgeTry(request, result, delivery.now());
}

function judgeTry(request: PreparedPush, result: OutgoingResult, now: number): Try {
  const { tookMs } = result;
  switch (result.kind) {
    case 'answer': {
      const { status, type } = result;
      const body = result.body.toString();
      return { status, type, body, tookMs, verdict: judgeAnswer(request, { status, body }, now) };
    }
    case 'timeout':
      return { tookMs, verdict: { kind: 'noAnswer', reason: 'timeout' } };
    case 'broken':
      return { tookMs, verdict: { kind: 'noAnswer', reason: result.code } };
    default:
      return result satisfies never;
  }
}
