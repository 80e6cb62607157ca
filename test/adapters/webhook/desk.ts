import { webhook } from '../../../adapters/webhook/index.ts';
import { signBytes } from '../../../sandbox/vendors/webhook/signature.ts';
import { startWebhook } from '../../../sandbox/vendors/webhook.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Media, Message, Part } from '../../../src/model/message.ts';
import type { Attempt, HelpdeskAdapter, Tools, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { RawRequest } from '../../../src/ports/request.ts';
import { behaveLike, carry, firstAttempt, type HelpdeskBench } from '../../contract/helpdesk.ts';
import { lendTools } from '../../contract/lent-tools.ts';

export const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.from('f'.repeat(32)).toString('base64')}`;
export const NOW = 1_700_000_000_000;

export const conversation: Conversation = {
  id: 'c_1',
  tenant: 'shop',
  visitor: 'oABC_1',
  appid: 'wx1a2b3c4d5e6f7a8b',
};

/** An agent's message that WeChat has taken. */
export const reply: Message = {
  id: 'm_9',
  conversation: conversation.id,
  direction: 'reply',
  seq: 9,
  from: { role: 'agent' },
  parts: [{ kind: 'text', text: '有的' }],
  writtenAt: NOW,
  vendorId: 'reply-1',
};

/** The adapter with these settings beside a pretended helpdesk, over HTTP; time is moved by hand. */
export async function openDesk(
  settings: Record<string, unknown> = {},
  mediaUrl = async ({ id }: Media): Promise<string | undefined> => `https://bridge.example.com/media/${id}`,
) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const helpdesk = await startWebhook({ secret: SECRET, now });
  const road = createFetch(createAddressGuard([]));
  const { tools, lines } = lendTools({ fetch: road.fetch, now, mediaUrl });
  const close = async () => {
    road.close();
    await helpdesk.close();
  };
  const bench = {
    adapter: openAdapter({ url: helpdesk.address, ...settings }, tools),
    conversation,
    now,
    lines,
    secrets: [SECRET],
    behave: behaveLike(helpdesk),
    fail: helpdesk.fail,
    received: () => helpdesk.textsOf(conversation.visitor),
    close,
  } satisfies HelpdeskBench;
  return {
    ...bench,
    helpdesk,
    clock,
    forward: (parts: readonly Part[], change: Partial<Attempt> = {}) => carry(bench, parts, change),
    context: firstAttempt(bench),
    /** The bodies that the helpdesk was sent, taken or not. */
    bodies: () => helpdesk.requests.all.map(({ body }) => JSON.parse(body.toString())),
    [Symbol.asyncDispose]: close,
  };
}

export function openAdapter(
  settings: Record<string, unknown> = {},
  tools: Tools = lendTools({ now: () => NOW }).tools,
): HelpdeskAdapter {
  const given = { url: 'https://helpdesk.example.com/kefu', secret: SECRET, ...settings };
  return webhook.create(webhook.settings.parse(given), tools);
}

export interface SigningChange {
  readonly id?: string;
  /** Seconds. */
  readonly time?: string;
  readonly secret?: string;
  /** After signing. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A callback as a helpdesk sends it: signed, but for what `headers` spoils. */
export function callbackOf(body: string | object | Buffer, change: SigningChange = {}): RawRequest {
  const { id = 'evt_1', time = String(NOW / 1000), secret = SECRET } = change;
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    method: 'POST',
    path: '/callback/shop/main',
    query: new URLSearchParams(),
    headers: {
      'webhook-id': id,
      'webhook-timestamp': time,
      'webhook-signature': signBytes(secret, { id, time, body: bytes }),
      ...change.headers,
    },
    body: bytes,
  };
}

/** An event about the visitor. */
export function eventOf(type: string, data: object = {}, head: object = {}): object {
  return { type, ...head, data: { visitor: conversation.visitor, ...data } };
}

/** What a proved callback is read to. */
export function eventsIn(adapter: HelpdeskAdapter, request: RawRequest): readonly VendorEvent[] {
  const reading = adapter.readCallback?.(request, NOW);
  if (reading?.kind !== 'events') throw new Error(`expected events, got ${JSON.stringify(reading)}`);
  return reading.events;
}
