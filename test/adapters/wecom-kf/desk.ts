import { onTestFinished } from 'vitest';
import { wecomKf as definition } from '../../../adapters/wecom-kf/index.ts';
import { type PretendedWecom, startWecomKf, type WecomOptions } from '../../../sandbox/vendors/wecom-kf.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import { type Conversation, conversationId } from '../../../src/model/conversation.ts';
import type { Json } from '../../../src/model/message.ts';
import type { KeptMedia } from '../../../src/ports/channel.ts';
import type { HelpdeskAdapter, PastMessage, Tools } from '../../../src/ports/helpdesk.ts';
import type { HttpCall } from '../../../src/ports/http.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { RawRequest } from '../../../src/ports/request.ts';

/** The moment of the worked examples, in milliseconds. */
export const NOW = 1_700_000_000_000;
export const SECRET = 'SimSecret0123456789abcdefSimSecret0123456789';
export const KF = 'wkSimAAAAkf0000000000000000000001';
export const CORP = 'ww1a2b3c4d5e6f7a8b';
export const CUSTOMER = 'wmSimAAAAcustomer00000000000000A';
export const OTHER = 'wmSimAAAAcustomer00000000000000B';

export const conversation: Conversation = conversationOf('oSim0000000000000000000user1');

export function conversationOf(visitor: string): Conversation {
  return { id: conversationId('shop', visitor), tenant: 'shop', visitor, appid: 'wx1a2b3c4d5e6f7a8b' };
}

/** What the configuration says of the company of the worked examples. */
export const settings = {
  corpid: CORP,
  secret: SECRET,
  agentid: 1000002,
  openKfid: KF,
  callback: {
    token: 'kfCallbackToken01',
    encodingAESKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
  },
} as const;

export const appSettings = {
  ...settings,
  mode: 'app',
  app: { agents: ['zhangsan'], perMinute: 1_000_000 },
} as const;

/** The adapter, with everything that the core lends it. */
export interface Lent {
  readonly adapter: HelpdeskAdapter;
  readonly lines: string[];
  readonly calls: HttpCall[];
  readonly copies: Map<string, KeptMedia>;
  /** What was said, in order. */
  readonly past: PastMessage[];
  /** Calls begin on connections of their own. */
  reconnect(): void;
  close(): void;
}

export function lendTo(
  given: Record<string, unknown>,
  { now, channel = async () => null }: { readonly now: () => number; readonly channel?: Tools['channel'] },
): Lent {
  let road = createFetch(createAddressGuard([]));
  const lines: string[] = [];
  const calls: HttpCall[] = [];
  const copies = new Map<string, KeptMedia>();
  const past: PastMessage[] = [];
  const kept = new Map<string, { readonly value: Promise<string> }>();
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  if (definition === undefined) throw new Error('expected the adapter to be listed');
  const adapter = definition.create(definition.settings.parse(given), {
    fetch: (call) => {
      calls.push(call);
      return road.fetch(call);
    },
    log,
    now,
    media: async ({ id }) => copies.get(id),
    mediaUrl: async ({ id }) => `https://bridge.example.com/media/${id}`,
    cached(key, load) {
      const value = kept.get(key)?.value ?? load().then((loaded) => loaded.value);
      kept.set(key, { value });
      return value.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
    },
    async forget(key, value) {
      if ((await kept.get(key)?.value.catch(() => undefined)) === value) kept.delete(key);
      return undefined;
    },
    history: async (id, { after, most }) =>
      past.filter(({ conversation: of, seq }) => of === id && seq > after).slice(-most),
    channelKind: 'miniprogram',
    channel,
  });
  return {
    adapter,
    lines,
    calls,
    copies,
    past,
    reconnect() {
      road.close();
      road = createFetch(createAddressGuard([]));
    },
    close: () => road.close(),
  };
}

export interface OpenCompany {
  readonly wecom: PretendedWecom;
  readonly clock: { now: number };
  readonly lent: Lent;
}

/** A pretended company and the adapter before it; both are closed when the test ends. */
export async function openCompany(
  given: Record<string, unknown> = {},
  options: Partial<WecomOptions> = {},
  channel?: (path: string) => Promise<Json>,
): Promise<OpenCompany> {
  const clock = { now: NOW };
  const now = () => clock.now;
  const wecom = await startWecomKf({ secret: SECRET, now, ...options });
  const lent = lendTo({ ...settings, baseUrl: wecom.url, ...given }, { now, ...(channel && { channel }) });
  onTestFinished(async () => {
    lent.close();
    await wecom.close();
  });
  return { wecom, clock, lent };
}

/** A callback as it reaches the adapter. */
export function requestOf({ query, body }: Pick<RawRequest, 'query' | 'body'>, method = 'POST'): RawRequest {
  return { method, path: '/callback/shop/main', query, headers: {}, body };
}
