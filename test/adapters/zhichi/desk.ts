import { Keyv } from 'keyv';
import { zhichi as definition } from '../../../adapters/zhichi/index.ts';
import { createCached } from '../../../src/cache/cached.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json, Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type { Attempt, Delivery, PullFrom, PullPage, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { HttpCall, HttpResult } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { firstTries } from '../first-tries.ts';

/** Those of the worked examples. */
export const APP_ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const APP_KEY = 'madeUpAppKey01';
export const SECRET = 'k7Q2mZ9xB4vT6nR1sW8yE3uJ5pL0dHcA';
export const COMPANY = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const FORWARD_KEY = 'madeUpForwardKey';
export const CID = '6014913c5c1749dcaafa4912ac76fa71';
export const NOW = 1_700_000_000_000;
export const ORIGIN = 'https://www.sobot.com';
export const PARTNER = 'wx1a2b3c4d5e6f7a8b_oABC_1';

export const conversation: Conversation = {
  id: 'c_1',
  tenant: 'shop',
  visitor: 'oABC_1',
  appid: 'wx1a2b3c4d5e6f7a8b',
};

/** An answer with status 200. */
export function says(json: unknown, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status: 200, headers, body: Buffer.from(JSON.stringify(json)) };
}

/** Zhichi's envelope of success. */
export function item(fields: Record<string, unknown>): HttpResult {
  return says({ ret_code: '000000', ret_msg: '操作成功', item: fields });
}

export function items(list: readonly unknown[]): HttpResult {
  return says({ ret_code: '000000', ret_msg: '操作成功', items: list });
}

/** Zhichi's envelope of an error. */
export function code(ret: string): HttpResult {
  return says({ ret_code: ret, ret_msg: '错误' });
}

export function status(http: number, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status: http, headers, body: Buffer.from('<html>') };
}

export const LOST: HttpResult = { kind: 'lost', code: 'etimedout' };
export const NOT_SENT: HttpResult = { kind: 'notSent', code: 'econnrefused' };
export const CONNECTED = item({
  status: 1,
  agentid: 'ag01',
  agent_name: '小李',
  agent_face: 'https://img.example/a.png',
  visitorid: 'v01',
  cid: CID,
  count: 0,
});
export const SENT = item({ status: 1 });
export const NOT_CONNECTED = item({ status: 2 });

const prefix = '/api/chat/5/user';
export const paths = {
  token: '/api/get_token',
  connect: `${prefix}/chat_connect`,
  send: `${prefix}/chat_send`,
  robot: `${prefix}/robot_chat`,
  rate: `${prefix}/comment`,
  leave: `${prefix}/out`,
  record: `${prefix}/get_detail_by_cid`,
  groups: `${prefix}/query_group`,
  agents: `${prefix}/query_agent`,
  work: `${prefix}/admin_is_work`,
  once: `${prefix}/get_once_data`,
  ticket: '/api/ws/5/ticket/save_user_ticket',
  upload: '/api/ws/5/ticket/user_upload_file',
} as const;

type Name = keyof typeof paths;

/** What each path is answered, in turn, the last one again and again. */
export type Answers = Partial<Record<Name, HttpResult | readonly HttpResult[]>>;

/** What is answered where a test says nothing. `{number}` is counted. */
const usual: Partial<Record<Name, (number: number) => HttpResult>> = {
  token: (number) => item({ token: `token-${number}`, expires_in: '86400' }),
  connect: () => CONNECTED,
  send: () => SENT,
  record: () => items([]),
};

/** What every bench of this adapter is given. */
export const accountSettings = {
  appId: APP_ID,
  appKey: APP_KEY,
  baseUrl: ORIGIN,
  callbackToken: SECRET,
};

/**
 * The adapter beside a Zhichi whose calls are answered by hand, and as much of the core as it takes to carry a message:
 * events are folded into the memories unless their keys were seen, and `more` goes on at once. Time is moved by hand.
 * `carry` may do otherwise with a call than give the answer meant for it.
 */
export function openDesk(
  answers: Answers = {},
  settings: Record<string, unknown> = {},
  carry: (call: HttpCall, answer: HttpResult) => Promise<HttpResult> = async (_call, answer) => answer,
  channelKind = 'miniprogram',
) {
  const calls: HttpCall[] = [];
  const lines: string[] = [];
  const events: VendorEvent[] = [];
  const bound: string[] = [];
  const seen = new Set<string>();
  const clock = { now: NOW };
  const copies = new Map<string, KeptMedia>();
  const left = new Map<string, HttpResult[]>();
  for (const [name, given] of Object.entries(answers)) {
    left.set(paths[name as Name], Array.isArray(given) ? [...given] : [given as HttpResult]);
  }
  const answerOf = ({ name }: HttpCall): HttpResult => {
    const given = left.get(name);
    if (given !== undefined) return (given.length > 1 ? given.shift() : given[0]) ?? item({});
    const known = Object.entries(paths).find(([, path]) => path === name)?.[0] as Name | undefined;
    const number = calls.filter((call) => call.name === name).length;
    return (known && usual[known]?.(number)) ?? item({});
  };
  const fetch = async (call: HttpCall): Promise<HttpResult> => {
    const sealed = call.seal ? { ...call, ...call.seal() } : call;
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    calls.push(sealed);
    return carry(sealed, answerOf(call));
  };
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const quiet: Log = { ...log, warn: () => undefined, with: () => quiet };
  const adapter = definition.create(definition.settings.parse({ ...accountSettings, ...settings }), {
    fetch,
    log,
    now: () => clock.now,
    media: async ({ id }) => copies.get(id),
    mediaUrl: async ({ id }) => (copies.has(id) ? `https://bridge.example.com/media/${id}/a.jpg` : undefined),
    ...createCached({ keyv: new Keyv(), clock: { now: () => clock.now }, log: quiet }),
    history: async () => [],
    channelKind,
    channel: async () => null,
  });
  const desk = {
    adapter,
    calls,
    lines,
    events,
    bound,
    clock,
    copies,
    memory: undefined as Json | undefined,
    /** That of the helpdesk itself. */
    shared: undefined as Json | undefined,
    memories: () => ({ conversation: desk.memory, helpdesk: desk.shared }),
    fold(given: readonly VendorEvent[] = []) {
      for (const event of given) {
        const isRepeat = event.keys.some((key) => seen.has(key));
        for (const key of event.keys) seen.add(key);
        if (isRepeat) continue;
        events.push(event);
        if (event.visitor === null) desk.shared = adapter.fold(desk.shared, event, clock.now);
        else desk.memory = JSON.parse(JSON.stringify(adapter.fold(desk.memory, event, clock.now)));
      }
    },
    serving: () => adapter.serving?.(desk.memory, clock.now),
    /** The names of the calls, by the keys of {@link paths}. */
    names: () =>
      calls.map(({ name }) => Object.entries(paths).find(([, path]) => path === name)?.[0] ?? name),
    async forward(parts: readonly Part[], change: Partial<Attempt> = {}): Promise<Delivery[]> {
      const deliveries: Delivery[] = [];
      let attempt: Attempt = { ...attemptOf(desk.memory, { memory: desk.memories() }), ...change };
      for (;;) {
        const delivery = await adapter.forward({ ...messageOf(parts), id: attempt.key }, attempt);
        deliveries.push(delivery);
        desk.fold(delivery.events);
        bound.push(...(delivery.bind ?? []));
        if (delivery.outcome !== 'more' || deliveries.length > 20) return deliveries;
        // What was lost belongs to the step that is done.
        const { lost: _lost, ...rest } = attempt;
        attempt = { ...rest, memory: desk.memories(), number: 1, progress: delivery.progress };
      }
    },
    say: (text: string, change: Partial<Attempt> = {}) => desk.forward([{ kind: 'text', text }], change),
    /** The last outcome of a text. */
    async said(text: string, change: Partial<Attempt> = {}): Promise<Delivery> {
      return (await desk.say(text, change)).at(-1)!;
    },
    async pull(
      topic: string,
      cursor: string | null = null,
      change: Partial<PullFrom> = {},
    ): Promise<PullPage> {
      const from = { topic, cursor, conversation, memory: desk.memories(), ...change };
      const page = await adapter.pull!(from, new AbortController().signal);
      if (page.outcome === 'page') desk.fold(page.events);
      return page;
    },
    push(request: RawRequest) {
      const reading = adapter.readCallback!(request, clock.now);
      desk.fold(reading.kind === 'events' ? reading.events : []);
      return reading;
    },
  };
  return desk;
}

export type Desk = ReturnType<typeof openDesk>;

export const { messageOf, attemptOf } = firstTries({ conversation, now: NOW });

/** The JSON that a call carried. */
export function sent(call: HttpCall | undefined): Record<string, unknown> {
  return JSON.parse(String(call?.body));
}

export function callsOf(desk: Desk, name: Name): readonly HttpCall[] {
  return desk.calls.filter((call) => call.name === paths[name]);
}

/** What calls of one kind carried. */
export function sentOf(desk: Desk, name: Name): readonly Record<string, unknown>[] {
  return callsOf(desk, name).map(sent);
}

/** A call to one of the addresses. */
export function callback(
  body: string | object,
  { part = `push-${SECRET}`, ...change }: Partial<RawRequest> = {},
): RawRequest {
  return {
    method: 'POST',
    path: '/callback/shop/main',
    part,
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    ...change,
  };
}

/** An agent's message, as the example has it. */
export const example = {
  type: 202,
  partnerId: PARTNER,
  msgId: '5f3c0b7e9a2d4c61',
  content: '您好，请问有什么可以帮您？',
  msgType: 'text',
  aname: '小李',
  aface: 'https://img.example/a.png',
  params: '',
  cid: CID,
  ts: 1_700_000_123_456,
} as const;

/** A kept medium. */
export function kept(type: string, bytes = Buffer.from('abc'), name = 'a.jpg'): KeptMedia {
  return { type, bytes: bytes.length, name, md5: '', read: async () => bytes };
}
