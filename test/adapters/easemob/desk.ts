import { Keyv } from 'keyv';
import { easemob as definition } from '../../../adapters/easemob/index.ts';
import { signCall, signCallback } from '../../../adapters/easemob/signature.ts';
import { createCached } from '../../../src/cache/cached.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json, Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type { Attempt, Delivery, HelpdeskAdapter, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { HttpCall, HttpResult } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { firstTries } from '../first-tries.ts';

/** The values of the worked examples. */
export const NOW = 1_700_000_000_000;
export const CALLBACK_SECRET = 'madeUpCallbackSecret01';
export const CALL_ID = 'acme#shop_3f0c2f3e-5b1d-4c58-9a57-0d9c6f1f2a11';
export const SERVICE = 'kefuchannelimid_100001';
export const NAME = 'wx-n5aueq27ge';
export const REST_ID = 'a0000000-0000-4000-8000-000000000001';
export const REST_SECRET = '0123456789abcdef0123456789abcdef';
export const KEY = 'm_7c9e6679742540de944be07fc1f90ae7';
export const UUID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

export const conversation: Conversation = {
  id: 'c_1',
  tenant: 'shop',
  visitor: 'oABC_1',
  appid: 'wx1a2b3c4d5e6f7a8b',
};

export const im = {
  orgName: 'acme',
  appName: 'shop',
  clientId: 'YXA6-id',
  clientSecret: 'YXA6-secret',
  imServiceNumber: SERVICE,
  callbackSecret: CALLBACK_SECRET,
};
export const rest = {
  mode: 'rest',
  tenantId: '5833',
  channelId: '260',
  restClientId: REST_ID,
  restClientSecret: REST_SECRET,
};

/** The same association, as the pretended Easemob is told of it. */
export const association = {
  tenantId: '5833',
  channelId: '260',
  clientId: REST_ID,
  clientSecret: REST_SECRET,
};

/** An answer with status 200. */
export function says(json: unknown, code = 200, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status: code, headers, body: Buffer.from(JSON.stringify(json)) };
}

export function page(code: number, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status: code, headers, body: Buffer.from('<html>') };
}

export const TOKEN = says({ access_token: 'YWMt-token', expires_in: 1_024_000, application: 'u' });
export const REGISTERED = says({ entities: [{ uuid: 'u-1', type: 'user', username: NAME }] });
export const SENT = says({ path: '/messages/users', data: { [SERVICE]: '1029457500870543736' } });
export const UPLOADED = says({ entities: [{ uuid: '5fd7', type: 'chatfile', 'share-secret': 'X9d' }] });
export const LOST: HttpResult = { kind: 'lost', code: 'etimedout' };
export const NOT_SENT: HttpResult = { kind: 'notSent', code: 'econnrefused' };

const usual: Readonly<Record<string, HttpResult>> = {
  '/token': TOKEN,
  '/users': REGISTERED,
  '/messages/users': SENT,
  '/chatfiles': UPLOADED,
  '/rest/messages': says({ status: 'OK' }),
};

/** What calls are answered, by their name, in turn, the last one again and again. */
export type Answers = Readonly<Record<string, HttpResult | readonly HttpResult[]>>;

/**
 * The adapter beside a pretended Easemob, and as much of the core as it takes to carry a message: events are folded into
 * the memory unless their keys were seen, and `more` goes on at once. Time is moved by hand.
 */
export function openDesk(
  settings: Record<string, unknown> = im,
  answers: Answers = {},
  carry: (call: HttpCall, answer: HttpResult) => Promise<HttpResult> = async (_call, answer) => answer,
) {
  const calls: HttpCall[] = [];
  const lines: string[] = [];
  const events: VendorEvent[] = [];
  const seen = new Set<string>();
  const clock = { now: NOW };
  const copies = new Map<string, KeptMedia>();
  const left = new Map<string, HttpResult[]>();
  for (const [name, given] of Object.entries(answers)) {
    left.set(name, Array.isArray(given) ? [...given] : [given as HttpResult]);
  }
  const fetch = async (call: HttpCall): Promise<HttpResult> => {
    const sealed = call.seal ? { ...call, ...call.seal() } : call;
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    calls.push(sealed);
    const given = left.get(call.name) ?? [usual[call.name] ?? says({})];
    return carry(sealed, (given.length > 1 ? given.shift() : given[0]) ?? says({}));
  };
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const adapter = definition.create(definition.settings.parse({ ...settings }), {
    fetch,
    log,
    now: () => clock.now,
    media: async ({ id }) => copies.get(id),
    mediaUrl: async ({ id }) => `https://bridge.example/media/${id}`,
    ...createCached({ keyv: new Keyv(), clock: { now: () => clock.now }, log }),
    history: async () => [],
    channelKind: 'miniprogram',
    channel: async () => null,
  });
  const desk = {
    adapter,
    calls,
    lines,
    events,
    clock,
    copies,
    memory: undefined as Json | undefined,
    fold(given: readonly VendorEvent[] = []) {
      for (const event of given) {
        const isRepeat = event.keys.some((key) => seen.has(key));
        for (const key of event.keys) seen.add(key);
        if (isRepeat) continue;
        events.push(event);
        desk.memory = JSON.parse(JSON.stringify(adapter.fold(desk.memory, event, clock.now)));
      }
    },
    serving: () => adapter.serving?.(desk.memory, clock.now),
    names: () => calls.map(({ name }) => name),
    async run(first: Attempt, act: (attempt: Attempt) => Promise<Delivery>): Promise<Delivery[]> {
      const deliveries: Delivery[] = [];
      let attempt = first;
      for (;;) {
        const delivery = await act(attempt);
        deliveries.push(delivery);
        desk.fold(delivery.events);
        if (delivery.outcome !== 'more' || deliveries.length > 20) return deliveries;
        const memory = { conversation: desk.memory, helpdesk: undefined };
        attempt = { ...attempt, memory, number: 1, progress: delivery.progress };
      }
    },
    forward: (parts: readonly Part[], change: Partial<Attempt> = {}) => {
      const first = attemptOf(desk.memory, change);
      return desk.run(first, (attempt) => adapter.forward({ ...messageOf(parts), id: first.key }, attempt));
    },
    say: (text: string, change: Partial<Attempt> = {}) => desk.forward([{ kind: 'text', text }], change),
    push(request: RawRequest) {
      const reading = adapter.readCallback?.(request, clock.now);
      desk.fold(reading?.kind === 'events' ? reading.events : []);
      return reading;
    },
  };
  return desk;
}

export type Desk = ReturnType<typeof openDesk>;

export const { messageOf, attemptOf } = firstTries({ conversation, now: NOW, key: KEY });

/** The JSON that a call carried. */
export function sent(call: HttpCall | undefined) {
  return JSON.parse(String(call?.body));
}

export function callsOf(desk: Desk, name: string): readonly HttpCall[] {
  return desk.calls.filter((call) => call.name === name);
}

/** The bodies of the messages that were sent. */
export function messagesOf(desk: Desk) {
  return desk.calls.filter(({ name }) => name.includes('messages')).map(sent);
}

const tail = { host: 'msync@1', securityVersion: '1.0.0' };
let calls = 0;

/** A callback as the IM cloud makes it: `change` stands in the body, signed with `secret`. */
export function imCallback(
  change: Record<string, unknown> = {},
  { secret = CALLBACK_SECRET, at = NOW }: { readonly secret?: string; readonly at?: number } = {},
): RawRequest {
  calls += 1;
  const id = String(283_668_490_328_000_000n + BigInt(calls));
  const fields: Record<string, unknown> = {
    timestamp: at,
    chat_type: 'chat',
    from: SERVICE,
    to: NAME,
    payload: { bodies: [{ msg: '您好', type: 'txt' }], ext: {} },
    msg_id: id,
    callId: `acme#shop_${id}`,
    eventType: 'chat',
    appkey: 'acme#shop',
    ...tail,
    ...change,
  };
  const security = signCallback(String(fields.callId), secret, String(fields.timestamp));
  return bodyOf({ security, ...fields });
}

export function bodyOf(fields: unknown): RawRequest {
  return {
    method: 'POST',
    path: '/callback/shop/main',
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields)),
  };
}

/** A message of the helpdesk over IM: bodies and `ext.weichat`, with more beside it. */
export function helpdeskSays(bodies: unknown, weichat: object = {}, ext: object = {}, at = NOW): RawRequest {
  const list = Array.isArray(bodies) ? bodies : [bodies];
  return imCallback({ payload: { bodies: list, ext: { weichat, ...ext } } }, { at });
}

export function text(msg: string) {
  return { type: 'txt', msg };
}

/** A callback of the REST channel, signed. */
export function restCallback(
  body: unknown,
  given: {
    readonly secret?: string;
    readonly id?: string;
    readonly expires?: string;
    readonly path?: string;
    readonly signedPath?: string;
  } = {},
): RawRequest {
  const {
    secret = REST_SECRET,
    id = REST_ID,
    expires = String(NOW + 60_000),
    path = '/callback/shop/main',
  } = given;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const signed = { method: 'POST', path: given.signedPath ?? path, expires, body: bytes };
  return {
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: {
      'content-type': 'application/json; utf-8',
      'x-auth-expires': expires,
      authorization: `hmac ${id}:${signCall(secret, signed)}`,
    },
    body: bytes,
  };
}

/** What a proved callback is read to. */
export function eventsIn(adapter: HelpdeskAdapter, request: RawRequest, now = NOW): readonly VendorEvent[] {
  const reading = adapter.readCallback?.(request, now);
  if (reading?.kind !== 'events') throw new Error(`expected events, got ${reading?.kind}`);
  return reading.events;
}
