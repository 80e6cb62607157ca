import { readFileSync } from 'node:fs';
import { qiyu as definition } from '../../../adapters/qiyu/index.ts';
import { md5Of, signChecksum } from '../../../adapters/qiyu/signature.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json, Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type { Attempt, Delivery, HelpdeskAdapter, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { HttpCall, HttpResult } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { firstTries } from '../first-tries.ts';

export const SECRET = '0F1E2D3C4B5A69788796A5B4C3D2E1F0';
/** The moment of the worked examples, in milliseconds. */
export const NOW = 1_700_000_000_000;

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

export function status(code: number, headers: Record<string, string> = {}): HttpResult {
  return { kind: 'answer', status: code, headers, body: Buffer.from('<html>') };
}

export const OK = says({ code: 200 });
export const LOST: HttpResult = { kind: 'lost', code: 'etimedout' };
export const NOT_SENT: HttpResult = { kind: 'notSent', code: 'econnrefused' };
export const ALLOCATED = says({
  code: 200,
  staffId: 1234,
  message: '您好',
  count: 0,
  sessionId: 62927,
  staffName: 'lantian',
  staffType: 1,
  staffIcon: 'https://qiyu.example/icon.png',
  evaluationModel: {
    title: '模式二',
    note: '三级评价模式',
    type: 3,
    list: [
      { name: '满意', value: 100 },
      { name: '一般', value: 50 },
      { name: '不满意', value: 1 },
    ],
  },
});

export const paths = {
  send: '/openapi/message/send',
  apply: '/openapi/event/applyStaff',
  profile: '/openapi/event/updateUInfo',
  upload: '/openapi/message/uploadFile',
  base64: '/openapi/message/sendFile',
  evaluate: '/openapi/event/evaluate',
  queue: '/openapi/event/queryQueueStatus',
} as const;

/** What each path is answered, in turn, the last one again and again. */
export type Answers = Partial<Record<keyof typeof paths, HttpResult | readonly HttpResult[]>>;

/**
 * The adapter beside a pretended Qiyu, and as much of the core as it takes to carry a message: events are folded into
 * the memory unless their keys were seen, and `more` goes on at once. Time is moved by hand. `carry` may do otherwise
 * with a call than give the answer meant for it.
 */
export function openDesk(
  answers: Answers = {},
  settings: Record<string, unknown> = {},
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
    left.set(paths[name as keyof typeof paths], Array.isArray(given) ? [...given] : [given as HttpResult]);
  }
  const fetch = async (call: HttpCall): Promise<HttpResult> => {
    const sealed = call.seal ? { ...call, ...call.seal() } : call;
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    calls.push(sealed);
    const given = left.get(call.name) ?? [call.name === paths.apply ? ALLOCATED : OK];
    return carry(sealed, (given.length > 1 ? given.shift() : given[0]) ?? OK);
  };
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const adapter = definition.create(
    definition.settings.parse({ appKey: 'key-1', appSecret: SECRET, ...settings }),
    {
      fetch,
      log,
      now: () => clock.now,
      media: async ({ id }) => copies.get(id),
      mediaUrl: async () => undefined,
      cached: async (_key, load) => (await load()).value,
      forget: async () => undefined,
      history: async () => [],
      channelKind: 'miniprogram',
      channel: async () => null,
    },
  );
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
    /** The names of the calls, by the keys of {@link paths}. */
    names: () =>
      calls.map(({ name }) => Object.entries(paths).find(([, path]) => path === name)?.[0] ?? name),
    async forward(parts: readonly Part[], change: Partial<Attempt> = {}): Promise<Delivery[]> {
      const deliveries: Delivery[] = [];
      let attempt = { ...attemptOf(desk.memory), ...change };
      for (;;) {
        const delivery = await adapter.forward({ ...messageOf(parts), id: attempt.key }, attempt);
        deliveries.push(delivery);
        desk.fold(delivery.events);
        if (delivery.outcome !== 'more' || deliveries.length > 20) return deliveries;
        const memory = { conversation: desk.memory, helpdesk: undefined };
        attempt = { ...attempt, memory, number: attempt.number + 1, progress: delivery.progress };
      }
    },
    say: (text: string, change: Partial<Attempt> = {}) => desk.forward([{ kind: 'text', text }], change),
    push(request: RawRequest) {
      const reading = read(request);
      desk.fold(reading?.kind === 'events' ? reading.events : []);
      return reading;
    },
  };
  const read = (request: RawRequest) => adapter.readCallback?.(request, clock.now);
  return desk;
}

export type Desk = ReturnType<typeof openDesk>;

export const { messageOf, attemptOf } = firstTries({ conversation, now: NOW });

/** The memory after these events. */
export function folded(
  adapter: HelpdeskAdapter,
  events: readonly VendorEvent[],
  now = NOW,
): Json | undefined {
  return events.reduce<Json | undefined>((memory, event) => adapter.fold(memory, event, now), undefined);
}

/** The JSON that a call carried. */
export function sent(call: HttpCall | undefined): Record<string, unknown> {
  return JSON.parse(String(call?.body));
}

export function callsOf(desk: Desk, name: keyof typeof paths): readonly HttpCall[] {
  return desk.calls.filter((call) => call.name === paths[name]);
}

/** A push as Qiyu sends it; `query` spoils or adds parameters, `undefined` takes one out. */
export function pushOf(
  eventType: string,
  body: string | object,
  given: {
    readonly time?: string;
    readonly secret?: string;
    readonly query?: Record<string, string | undefined>;
  } = {},
): RawRequest {
  const { time = String(NOW / 1000), secret = SECRET } = given;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const checksum = signChecksum(secret, { proof: md5Of(bytes), time });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ eventType, time, checksum, ...given.query })) {
    if (value !== undefined) query.set(name, value);
  }
  return { method: 'POST', path: '/callback/shop/main', query, headers: {}, body: bytes };
}

export function payload(name: string): string {
  return readFileSync(new URL(`../../vendors/payloads/qiyu/${name}`, import.meta.url), 'utf8').replace(
    /\n$/,
    '',
  );
}

/** What a proved push is read to. */
export function eventsIn(adapter: HelpdeskAdapter, request: RawRequest, now = NOW): readonly VendorEvent[] {
  const reading = adapter.readCallback?.(request, now);
  if (reading?.kind !== 'events') throw new Error(`expected events, got ${reading?.kind}`);
  return reading.events;
}

/** What the last `more` left. */
export function progressOf(deliveries: readonly Delivery[]): Json {
  const last = deliveries.findLast((delivery) => delivery.outcome === 'more');
  if (last === undefined) throw new Error('expected a step that goes on');
  return last.progress;
}
