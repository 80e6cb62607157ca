import type { JsonRecord } from '../json.ts';
import type { Outgoing } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { signPush, signWebhook } from './cipher.ts';
import type { MeiqiaSettings } from './settings.ts';

/** One try of a push or a webhook. `status` 0: no answer. */
export interface Try {
  readonly at: number;
  readonly tookMs: number;
  readonly url: string;
  readonly body: Buffer;
  readonly status: number;
  readonly answer: string;
}

/** What became of a push or a webhook; any 2xx is taken. */
export interface CalledBack {
  readonly at: number;
  readonly kind: 'push' | 'webhook';
  readonly body: Buffer;
  readonly isTaken: boolean;
  readonly tries: readonly Try[];
  /** Of the message that it is about. */
  readonly id?: string;
}

/** What is wrong with a forged one. */
export interface Forgery {
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** Pushes and webhooks. */
export interface Callbacks {
  readonly record: Timeline<CalledBack>;
  push(fields: JsonRecord, forgery?: Forgery): Promise<CalledBack>;
  webhook(fields: JsonRecord, forgery?: Forgery): Promise<CalledBack>;
}

/** Calls back as Meiqia does: signed over the bytes, and tried as often as the settings say. */
export function openCallbacks(given: {
  readonly settings: () => MeiqiaSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}): Callbacks {
  const { settings, now, outgoing } = given;
  const record = new Timeline<CalledBack>('a push', given.keep);

  async function tryOnce(url: string, body: Buffer, headers: Record<string, string>): Promise<Try> {
    const at = now();
    const { answerTimeoutMs: timeoutMs } = settings();
    const result = await outgoing.call({ method: 'POST', url, headers, body, timeoutMs });
    const isAnswer = result.kind === 'answer';
    const seen = isAnswer
      ? { status: result.status, answer: result.body.toString() }
      : { status: 0, answer: '' };
    return { at, tookMs: result.tookMs, url, body, ...seen };
  }
  async function send(
    kind: CalledBack['kind'],
    url: string | undefined,
    { body, headers }: { readonly body: Buffer; readonly headers: Record<string, string> },
  ): Promise<CalledBack> {
    const at = now();
    const tries: Try[] = [];
    while (url !== undefined && !outgoing.closed && tries.length < settings().pushTries) {
      if (tries.length > 0) await outgoing.pause(settings().pushAgainAfterMs);
      const tried = await tryOnce(url, body, headers);
      tries.push(tried);
      if (isTaken(tried)) break;
    }
    const last = tries.at(-1);
    const called = { at, kind, body, isTaken: last !== undefined && isTaken(last), tries };
    record.add(called);
    return called;
  }
  const write = (
    fields: JsonRecord,
    { body, headers = {} }: Forgery,
    signed: (bytes: Buffer) => Record<string, string>,
  ) => {
    const bytes = Buffer.from(body ?? JSON.stringify(fields));
    const all = Object.entries({ 'Content-Type': 'application/json', ...signed(bytes), ...headers });
    return {
      body: bytes,
      headers: Object.fromEntries(
        all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    };
  };
  return {
    record,
    push: (fields, forgery = {}) =>
      send(
        'push',
        settings().pushUrl,
        write(fields, forgery, (bytes) => ({
          Authorization: signPush(forgery.secret ?? settings().secretKey, bytes),
        })),
      ),
    async webhook(fields, forgery = {}) {
      const { webhookUrl, webhookSecret = '' } = settings();
      const written = write(fields, forgery, (bytes) => ({
        'Content-Type': 'application/json; charset=utf-8',
        'Meiqia-Signature': signWebhook(forgery.secret ?? webhookSecret, bytes),
      }));
      return send('webhook', webhookUrl, written);
    },
  };
}

function isTaken({ status }: Try): boolean {
  return status >= 200 && status < 300;
}
