import { Keyv } from 'keyv';
import { meiqia as definition } from '../../../adapters/meiqia/index.ts';
import { type MeiqiaOptions, type PretendedMeiqia, startMeiqia } from '../../../sandbox/vendors/meiqia.ts';
import { createCached } from '../../../src/cache/cached.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json, Part } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type {
  ActionContext,
  Attempt,
  Delivery,
  HelpdeskAdapter,
  PullPage,
  VendorEvent,
} from '../../../src/ports/helpdesk.ts';
import type { Fetch, HttpCall } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { firstTries } from '../first-tries.ts';

export const APP_KEY = '3c1f0e5a9b7d4c2e8f6a1b0c9d8e7f60';
export const SECRET_KEY = '$2a$12$madeUpSecretKeyForTheExample.0123456789abcdefghijklm';
export const WEBHOOK_SECRET = 'madeUpWebhookSecret01';
/** The moment of the worked example: 2026-01-05T08:29:58.123Z. */
export const NOW = 1_767_601_798_123;
export const OPENID = 'oAbCdEfGhIjKlMnOpQrStUvWxYz0';

export const conversation: Conversation = {
  id: 'c_1',
  tenant: 'shop',
  visitor: OPENID,
  appid: 'wx1a2b3c4d5e6f7a8b',
};

/** What the adapter is lent, with a cache of its own; time is moved by hand. */
export function openAdapter(settings: object, fetch: Fetch, clock: { now: number } = { now: NOW }) {
  const lines: string[] = [];
  const copies = new Map<string, KeptMedia>();
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const calls: HttpCall[] = [];
  const adapter = definition.create(
    definition.settings.parse({
      appKey: APP_KEY,
      secretKey: SECRET_KEY,
      webhookSecret: WEBHOOK_SECRET,
      ...settings,
    }),
    {
      ...createCached({ keyv: new Keyv(), clock: { now: () => clock.now }, log }),
      async fetch(call) {
        calls.push(call.seal ? { ...call, ...call.seal() } : call);
        return fetch(call);
      },
      log,
      now: () => clock.now,
      media: async ({ id }) => copies.get(id),
      mediaUrl: async ({ id }) => `https://bridge.example.com/media/${id}`,
      history: async () => [],
      channelKind: 'miniprogram',
      channel: async () => null,
    },
  );
  return { adapter, lines, copies, calls, clock };
}

/**
 * The adapter beside a pretended Meiqia over HTTP, and as much of the core as it takes to carry a message: events are
 * folded into the memory unless their keys were seen, and `more` goes on at once.
 */
export async function openDesk(
  settings: object = {},
  options: Partial<MeiqiaOptions> = {},
  cache?: ReturnType<typeof openAdapter>,
) {
  const clock = cache?.clock ?? { now: NOW };
  const meiqia = await startMeiqia({
    appKey: APP_KEY,
    secretKey: SECRET_KEY,
    now: () => clock.now,
    ...options,
  });
  const road = createFetch(createAddressGuard(['127.0.0.0/8']));
  const opened = openAdapter({ baseUrls: [meiqia.url], ...settings }, road.fetch, clock);
  const { adapter } = opened;
  const events: VendorEvent[] = [];
  const seen = new Set<string>();
  const explained: string[] = [];
  const signal = new AbortController().signal;

  const desk = {
    ...opened,
    meiqia,
    events,
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
    context: (change: Partial<ActionContext> = {}): ActionContext => ({
      key: 'a_1',
      number: 1,
      signal,
      conversation,
      memory: { conversation: desk.memory, helpdesk: undefined },
      progress: null,
      ...change,
    }),
    /** One step, and what it leaves. */
    async forwardOnce(parts: readonly Part[], change: Partial<Attempt> = {}): Promise<Delivery> {
      const attempt: Attempt = { ...attemptOf(desk.memory), explained, ...change };
      const delivery = await adapter.forward({ ...messageOf(parts), id: attempt.key }, attempt);
      desk.fold(delivery.events);
      if (delivery.outcome === 'accepted' && delivery.vendorId) explained.push(delivery.vendorId);
      return delivery;
    },
    async forward(parts: readonly Part[], change: Partial<Attempt> = {}): Promise<Delivery[]> {
      const deliveries: Delivery[] = [];
      let attempt: Attempt = { ...attemptOf(desk.memory), explained, ...change };
      for (;;) {
        const delivery = await desk.forwardOnce(parts, attempt);
        deliveries.push(delivery);
        if (delivery.outcome !== 'more' || deliveries.length > 20) return deliveries;
        const memory = { conversation: desk.memory, helpdesk: undefined };
        const { lost: _lost, ...rest } = attempt;
        attempt = { ...rest, memory, number: attempt.number + 1, progress: delivery.progress };
      }
    },
    say: (text: string, change: Partial<Attempt> = {}) => desk.forward([{ kind: 'text', text }], change),
    /** All pages of a topic from a cursor on; the cursor is kept. */
    cursors: new Map<string, string | null>(),
    async pull(topic = 'stream', note?: string): Promise<Extract<PullPage, { outcome: 'page' }>> {
      for (let page = 0; page < 20; page++) {
        const pulled = await adapter.pull!(
          {
            topic,
            cursor: desk.cursors.get(topic) ?? null,
            ...(note !== undefined && { note }),
            conversation,
            memory: { conversation: desk.memory, helpdesk: undefined },
          },
          signal,
        );
        if (pulled.outcome !== 'page') throw new Error(`expected a page, got ${pulled.code}`);
        desk.cursors.set(topic, pulled.cursor);
        desk.fold(pulled.events);
        if (!pulled.more) return pulled;
      }
      throw new Error('expected the last page within 20');
    },
    /** The texts of what was shown to the visitor, in order. */
    shown: () =>
      events.flatMap((event) =>
        event.kind === 'message' ? event.parts.map((part) => ('text' in part ? part.text : part.kind)) : [],
      ),
    push(request: RawRequest) {
      const reading = adapter.readCallback?.(request, clock.now);
      desk.fold(reading?.kind === 'events' ? reading.events : []);
      return reading;
    },
    /** Paths of the calls, without ids. */
    paths: () => opened.calls.map(({ name }) => name),
    /** How many calls of this name. */
    count: (name: string) => opened.calls.filter((call) => call.name === name).length,
    async close() {
      road.close();
      await meiqia.close();
    },
  };
  return desk;
}

export type Desk = Awaited<ReturnType<typeof openDesk>>;

/** Runs with a desk, and closes it whatever becomes of it. */
export async function withDesk(
  run: (desk: Desk & { readonly meiqia: PretendedMeiqia }) => Promise<void>,
  settings: object = {},
  options: Partial<MeiqiaOptions> = {},
): Promise<void> {
  const desk = await openDesk(settings, options);
  try {
    await run(desk);
  } finally {
    await desk.close();
  }
}

export const { messageOf, attemptOf } = firstTries({ conversation, now: NOW });

export function keptMedia(bytes: Buffer, type: string, name = 'a'): KeptMedia {
  return { type, bytes: bytes.length, name, md5: '', read: async () => bytes };
}

/** What a proved callback is read to. */
export function eventsIn(adapter: HelpdeskAdapter, request: RawRequest, now = NOW): readonly VendorEvent[] {
  const reading = adapter.readCallback?.(request, now);
  if (reading?.kind !== 'events') throw new Error(`expected events, got ${reading?.kind}`);
  return reading.events;
}
