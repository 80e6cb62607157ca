import { randomBytes } from 'node:crypto';
import type { Outgoing, OutgoingResult } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { seal, signEnvelope, writeXml } from './envelope.ts';
import type { WecomSettings } from './settings.ts';

/** One try of a callback. */
export interface Try {
  readonly at: number;
  readonly url: string;
  readonly body: Buffer;
  readonly result: OutgoingResult;
}

export interface CalledBack {
  /** What was sealed. */
  readonly message: string;
  readonly isTaken: boolean;
  readonly tries: readonly Try[];
}

export interface Callbacks {
  readonly record: Timeline<CalledBack>;
  /** Calls back, with repeats; `undefined` where no address is set. */
  call(fields: Readonly<Record<string, string | number>>): Promise<CalledBack | undefined>;
  /** One callback to the byte, for whoever forges one. */
  prepare(
    message: string,
    changes?: { readonly token?: string; readonly corpid?: string; readonly at?: number },
  ): Prepared;
}

export interface Prepared {
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export function openCallbacks(given: {
  readonly settings: () => WecomSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}): Callbacks {
  const { settings, now, outgoing, keep } = given;
  const record = new Timeline<CalledBack>('a callback', keep);
  const prepare: Callbacks['prepare'] = (message, changes = {}) => {
    const { callbackToken, encodingAESKey, corpid, agentid } = settings();
    const sealed = seal({ encodingAESKey, corpid: changes.corpid ?? corpid }, message);
    const timestamp = String(Math.floor((changes.at ?? now()) / 1000));
    const nonce = String(randomBytes(4).readUInt32BE());
    const signature = signEnvelope([changes.token ?? callbackToken, timestamp, nonce, sealed]);
    return {
      query: new URLSearchParams({ msg_signature: signature, timestamp, nonce }),
      body: Buffer.from(writeXml({ ToUserName: corpid, Encrypt: sealed, AgentID: String(agentid) })),
    };
  };
  const tryOnce = async (message: string): Promise<Try> => {
    const { query, body } = prepare(message);
    const url = `${settings().callbackUrl}?${query}`;
    const at = now();
    const headers = { 'Content-Type': 'text/xml' };
    const result = await outgoing.call({ method: 'POST', url, headers, body, timeoutMs: answerWithinMs });
    return { at, url, body, result };
  };
  return {
    record,
    prepare,
    async call(fields) {
      if (settings().callbackUrl === undefined) return undefined;
      const message = writeXml(fields);
      const tries: Try[] = [];
      while (tries.length < settings().callbackTries && !outgoing.closed) {
        if (tries.length > 0) await outgoing.pause(settings().callbackPauseMs);
        tries.push(await tryOnce(message));
        if (isTaken(tries.at(-1))) break;
      }
      const called = { message, isTaken: isTaken(tries.at(-1)), tries };
      record.add(called);
      return called;
    },
  };
}

/** Then the connection is closed, and the call repeated. */
const answerWithinMs = 5000;

function isTaken(attempt: Try | undefined): boolean {
  return attempt?.result.kind === 'answer' && attempt.result.status === 200;
}
