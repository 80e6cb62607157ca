import { type JsonRecord, readJsonRecord } from '../json.ts';
import type { Outgoing, OutgoingResult } from '../outgoing.ts';
import { Timeline } from '../timeline.ts';
import { type Forgery, type PreparedPush, prepareForwarding, preparePush } from './prepared-push.ts';
import type { ZhichiSettings } from './settings.ts';

/** What Zhichi makes of an answer: status 200 with `ret_code` 000000 counts, any other is `refused`. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'noAnswer'; readonly reason: string }
  /** Not sent at all: there is no address. */
  | { readonly kind: 'noAddress' };

/** One try of a push. */
export interface Try {
  readonly at: number;
  readonly status?: number;
  readonly answer?: string;
  readonly tookMs: number;
  readonly request: PreparedPush;
  readonly verdict: Verdict;
}

/** What became of a push; `verdict` is that of the last try. */
export interface Pushed {
  readonly at: number;
  readonly body: JsonRecord | string;
  readonly attempts: readonly Try[];
  readonly verdict: Verdict;
}

/** The road to the bridge. */
export interface Pushes {
  readonly record: Timeline<Pushed>;
  /** Sends, and sends once more what is not accepted. Pushes of one visitor follow each other. */
  push(body: JsonRecord | string, line?: string): Promise<Pushed>;
  /** To the address of the forwarding, with up to twenty entries of a kind together. Nobody has to wait for it. */
  forward(type: string, entry: JsonRecord): void;
  /** One try of something that Zhichi would not send. */
  forge(body: JsonRecord | string, forgery: Forgery): Promise<Pushed>;
  /** The last try of a push once more, byte for byte. */
  repeat(pushed: Pushed): Promise<Pushed>;
}

export interface PushParts {
  readonly settings: () => ZhichiSettings;
  readonly now: () => number;
  readonly outgoing: Outgoing;
  readonly keep: number;
}

export function openPushes(parts: PushParts): Pushes {
  const { settings, now, outgoing } = parts;
  const record = new Timeline<Pushed>('a push', parts.keep);
  const lines = new Map<string, Promise<unknown>>();
  const batches = new Map<string, JsonRecord[]>();

  async function deliver(
    body: JsonRecord | string,
    prepare: () => PreparedPush | undefined,
    mostTries = settings().maxPushTries,
  ): Promise<Pushed> {
    const at = now();
    const request = prepare();
    const attempts: Try[] = [];
    while (request !== undefined && !outgoing.closed && attempts.length < mostTries) {
      if (attempts.length > 0) await outgoing.pause(settings().resendAfterMs);
      attempts.push(await tryOnce(parts, request));
      if (attempts.at(-1)?.verdict.kind === 'accepted') break;
    }
    const pushed = {
      at,
      body,
      attempts,
      verdict: attempts.at(-1)?.verdict ?? ({ kind: 'noAddress' } as const),
    };
    record.add(pushed);
    return pushed;
  }
  /** Once, be it full or old enough. */
  async function sendBatch(type: string, content: readonly JsonRecord[]): Promise<void> {
    if (batches.get(type) !== content) return;
    batches.delete(type);
    const body = { type, content, sys_code: 'online' };
    await deliver(body, () => prepareForwarding(settings(), body, now()));
  }
  return {
    record,
    push(body, line) {
      const send = () => deliver(body, () => preparePush(settings(), body));
      if (line === undefined) return send();
      const turn = (lines.get(line) ?? Promise.resolve()).then(send);
      lines.set(line, turn);
      return turn.finally(() => {
        if (lines.get(line) === turn) lines.delete(line);
      });
    },
    forward(type, entry) {
      const batch = batches.get(type) ?? [];
      batch.push(entry);
      if (batch.length === 1) {
        batches.set(type, batch);
        leave(outgoing.pause(settings().forwardAfterMs).then(() => sendBatch(type, batch)));
      }
      if (batch.length === mostForwarded) leave(sendBatch(type, batch));
    },
    forge: (body, forgery) => deliver(body, () => preparePush(settings(), body, forgery), 1),
    repeat: (pushed) => deliver(pushed.body, () => pushed.attempts.at(-1)?.request, 1),
  };
}

const mostForwarded = 20;

/** What becomes of it is in the record. */
function leave(sending: Promise<void>): void {
  sending.catch(() => undefined);
}

async function tryOnce(parts: PushParts, request: PreparedPush): Promise<Try> {
  const at = parts.now();
  const result = await parts.outgoing.call({ ...request, timeoutMs: parts.settings().answerTimeoutMs });
  const { tookMs } = result;
  const seen = result.kind === 'answer' && { status: result.status, answer: result.body.toString() };
  return { at, tookMs, request, ...seen, verdict: judgeAnswer(result) };
}

/** Documented for the forwarding, and taken for granted for pushes. */
export function judgeAnswer(result: OutgoingResult): Verdict {
  switch (result.kind) {
    case 'answer': {
      if (result.status !== 200) return { kind: 'refused', reason: `status ${result.status}` };
      const code = readJsonRecord(result.body.toString())?.ret_code;
      return code === '000000' ? { kind: 'accepted' } : { kind: 'refused', reason: `ret_code ${code}` };
    }
    case 'timeout':
      return { kind: 'noAnswer', reason: 'timeout' };
    case 'broken':
      return { kind: 'noAnswer', reason: result.code };
    default:
      return result satisfies never;
  }
}
