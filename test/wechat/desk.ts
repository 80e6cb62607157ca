import { Keyv } from 'keyv';
import { type CachedOptions, createCached } from '../../src/cache/cached.ts';
import { createUrlFetch } from '../../src/media/fetch-url.ts';
import type { Message, Part } from '../../src/model/message.ts';
import { paceFetch } from '../../src/pace/paced-fetch.ts';
import type { KeptMedia, MediaSink, SendAttempt, SendOutcome } from '../../src/ports/channel.ts';
import type { Holds } from '../../src/ports/holds.ts';
import type { HttpCall, HttpResult } from '../../src/ports/http.ts';
import type { Log } from '../../src/ports/log.ts';
import type { ConvertPicture, MediaIdKey, MediaIds } from '../../src/ports/media.ts';
import { type Pace, unpaced } from '../../src/ports/pace.ts';
import type { ClaimPermit } from '../../src/ports/permit.ts';
import { createWeChatChannel } from '../../src/wechat/channel.ts';
import { NOW, settingsWith, VISITOR } from './account.ts';

export const SIGNAL = new AbortController().signal;

/** An answer of the API, as JSON with status 200. */
export function says(json: unknown, type = 'application/json; encoding=utf-8'): HttpResult {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': type },
    body: Buffer.from(JSON.stringify(json)),
  };
}

export function status(code: number, body = '<html>'): HttpResult {
  return { kind: 'answer', status: code, headers: { 'content-type': 'text/html' }, body: Buffer.from(body) };
}

export const OK = says({ errcode: 0, errmsg: 'ok' });

const tokenCallNames = new Set(['/cgi-bin/stable_token', '/cgi-bin/token', 'token service']);

/**
 * A channel beside a pretended WeChat: `answers` are given to calls other than for tokens, in turn, the last one again
 * and again; tokens are T1, T2, … unless `token` says otherwise. Time is moved by hand.
 */
export function openDesk(
  answers: readonly HttpResult[] = [OK],
  given: {
    readonly token?: (call: HttpCall, number: number) => HttpResult;
    /** In place of `answers`: what is said to any other call. */
    readonly answer?: (call: HttpCall) => HttpResult;
    readonly settings?: object;
    /** What outlives the process. Default: nothing is forbidden. */
    readonly claimPermit?: ClaimPermit;
    readonly clock?: { now: number };
    readonly convertPicture?: ConvertPicture;
    readonly pace?: Pace;
    /** What several instances know of its stops. */
    readonly holds?: Holds;
    /** The cache of several instances. Default: one of its own. */
    readonly sharing?: Pick<CachedOptions, 'keyv' | 'alone'>;
  } = {},
) {
  const calls: HttpCall[] = [];
  const tokenCalls: HttpCall[] = [];
  const lines: string[] = [];
  const clock = given.clock ?? { now: NOW };
  const mediaIds = openMediaIds(() => clock.now);
  const left = [...answers];
  const fetch = async (call: HttpCall): Promise<HttpResult> => {
    if (!tokenCallNames.has(call.name)) {
      calls.push(call);
      const next = () => (left.length > 1 ? left.shift() : left[0]) ?? OK;
      return deliver(given.answer?.(call) ?? next(), call);
    }
    tokenCalls.push(call);
    const give = given.token ?? ((_call, number) => says({ access_token: `T${number}`, expires_in: 7200 }));
    return give(call, tokenCalls.length);
  };
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const channel = createWeChatChannel(settingsWith({ ...given.settings }), {
    ...createCached({ keyv: new Keyv(), clock: { now: () => clock.now }, log, ...given.sharing }),
    fetch: paceFetch(fetch, given.pace ?? unpaced),
    fetchUrl: createUrlFetch({ fetch }),
    pace: given.pace ?? unpaced,
    ...(given.holds && { holds: given.holds }),
    log,
    now: () => clock.now,
    random: (size) => Buffer.alloc(size),
    claimPermit: given.claimPermit ?? (async () => true),
    convertPicture: given.convertPicture ?? (async () => undefined),
    mediaIds,
  });
  return { channel, calls, tokenCalls, lines, clock };
}

/** The ids of uploads, in memory. */
export function openMediaIds(now: () => number): MediaIds {
  const kept = new Map<string, { readonly id: string; readonly goodUntil: number }>();
  const nameOf = ({ use, digest }: MediaIdKey) => `${use} ${digest}`;
  return {
    async find(key) {
      const found = kept.get(nameOf(key));
      return found !== undefined && found.goodUntil > now() ? found.id : undefined;
    },
    async keep(key, given) {
      kept.set(nameOf(key), given);
    },
    async forget(key, id) {
      if (kept.get(nameOf(key))?.id === id) kept.delete(nameOf(key));
    },
  };
}

/** The body of a 2xx goes where the call wants it. */
async function deliver(result: HttpResult, { into }: HttpCall): Promise<HttpResult> {
  if (into === undefined || result.kind !== 'answer' || result.status >= 300) return result;
  await into.begin();
  await into.take(result.body);
  return { ...result, body: Buffer.alloc(0) };
}

/** Where a test has media fetched to. */
export function openSink(): MediaSink & { readonly body: Buffer } {
  let taken: readonly Uint8Array[] = [];
  return {
    maxBytes: 1000,
    async begin() {
      taken = [];
    },
    async take(piece) {
      taken = [...taken, piece];
    },
    head: () => Buffer.concat(taken),
    get body() {
      return Buffer.concat(taken);
    },
  };
}

export type Desk = ReturnType<typeof openDesk>;

export function replyOf(parts: readonly Part[], change: Partial<Message> = {}): Message {
  return {
    id: 'm_1',
    conversation: 'c_1',
    direction: 'reply',
    seq: 1,
    from: { role: 'agent' },
    parts,
    writtenAt: NOW,
    ...change,
  };
}

export function attemptOf(change: Partial<SendAttempt> = {}): SendAttempt {
  return {
    key: 'm_1',
    visitor: VISITOR,
    number: 1,
    signal: SIGNAL,
    progress: null,
    media: async () => undefined,
    mediaUrl: async () => undefined,
    sends: 5,
    keepText: async () => undefined,
    ...change,
  };
}

/** Sends a reply as the relay does: on after every `more`, until it is something else. */
export async function sendAll(
  desk: Desk,
  reply: Message,
  change: Partial<SendAttempt> = {},
): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  let attempt = attemptOf(change);
  for (;;) {
    const outcome = await desk.channel.send(reply, attempt);
    outcomes.push(outcome);
    if (outcome.outcome !== 'more' || outcomes.length > 9) return outcomes;
    attempt = { ...attempt, progress: outcome.progress };
  }
}

export function textReply(text = '您好'): Message {
  return replyOf([{ kind: 'text', text }]);
}

export const PNG: KeptMedia = {
  type: 'image/png',
  bytes: 4,
  name: '图.png',
  md5: '0'.repeat(32),
  read: async () => Buffer.from([1, 2, 13, 10]),
};

export const imageReply = replyOf([
  { kind: 'image', media: { id: 'x_1', from: { url: 'https://desk.example/a.png' } } },
]);

/** The JSON that a call carried. */
export function sent(call: HttpCall | undefined): unknown {
  return JSON.parse(String(call?.body));
}

/** The words of a call that sent a text. */
export function textSent(call: HttpCall | undefined): string {
  return (sent(call) as { readonly text: { readonly content: string } }).text.content;
}
