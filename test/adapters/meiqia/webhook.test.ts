import { describe, expect, test } from 'vitest';
import { exampleWebhook, webhookOf } from './callbacks.ts';
import { eventsIn, OPENID, openAdapter } from './desk.ts';

const nobody = () => Promise.reject(new Error('never called'));
const open = (settings: object = {}) => openAdapter(settings, nobody).adapter;
const HOUR = 3_600_000;
const OCCASION = 1_767_602_400_000;
const hook = (change: object = {}, conversation: object = {}) => {
  const whole = JSON.parse(exampleWebhook);
  return { ...whole, ...change, conversation: { ...whole.conversation, ...conversation } };
};

describe('a webhook', () => {
  const read = (
    request: Parameters<NonNullable<ReturnType<typeof open>['readCallback']>>[0],
    settings = {},
  ) => open(settings).readCallback?.(request, OCCASION);

  test.each(['meiqia-signature', 'meiqia-sign'])('is proved by the header %s', (name) => {
    const { headers } = webhookOf(exampleWebhook);
    const signature = headers['meiqia-signature'];
    const request = webhookOf(exampleWebhook, {
      headers: { 'meiqia-signature': undefined, [name]: signature },
    });
    expect(read(request)?.kind).toBe('events');
  });

  test.each([
    ['of two headers one is wrong', { 'meiqia-sign': 'b1'.repeat(20) }],
    ['there is no header', { 'meiqia-signature': undefined }],
    ['the signature is in capitals', { 'meiqia-signature': 'B11246DF5517B2EFB0A10F6DDB0095E637563D73' }],
  ])('is refused where %s', (_name, headers) => {
    expect(read(webhookOf(exampleWebhook, { headers }))).toMatchObject({
      kind: 'refused',
      answer: { status: 401, body: '' },
    });
  });

  test('by another secret, or with one byte changed, is refused', () => {
    expect(read(webhookOf(exampleWebhook, { secret: 'other' }))?.kind).toBe('refused');
    expect(read({ ...webhookOf(exampleWebhook), body: Buffer.from(`${exampleWebhook} `) })?.kind).toBe(
      'refused',
    );
  });

  test('finds nobody where no secret is configured', () => {
    expect(read(webhookOf(exampleWebhook), { webhookSecret: undefined })).toMatchObject({
      kind: 'refused',
      answer: { status: 404 },
    });
  });

  test.each([undefined, '', 'other'])('at the address %s finds nobody', (part) => {
    const { part: _part, ...request } = webhookOf(exampleWebhook);
    expect(read(part === undefined ? request : { ...request, part })?.answer.status).toBe(404);
  });

  test('that is too old is acknowledged and dropped', () => {
    expect(open().readCallback?.(webhookOf(exampleWebhook), OCCASION + 73 * HOUR)).toMatchObject({
      kind: 'events',
      events: [],
    });
  });

  test('tells that a conversation began, and with whom', () => {
    const scheduled = hook({ event: 'conversation.scheduled' }, { agent_nick_name: '小王' });
    expect(read(webhookOf(scheduled))).toMatchObject({
      events: [
        {
          kind: 'sessionStarted',
          session: '904512377',
          by: 'agent',
          agent: { name: '小王' },
          visitor: OPENID,
        },
      ],
    });
    expect(read(webhookOf(hook({ event: 'conversation.created' })))).toMatchObject({
      events: [{ kind: 'noted', visitor: OPENID }],
    });
  });

  test('asks for a rating at the end where that is wanted', () => {
    expect(read(webhookOf(exampleWebhook), { askRatingAfterEnd: true })).toMatchObject({
      events: [{ kind: 'sessionEnded' }, { kind: 'ratingAsked', session: '904512377', visitor: OPENID }],
    });
  });

  test.each([
    ['names no visitor', hook({}, { dev_client_id: undefined })],
    ['names no conversation', hook({}, { conv_id: null })],
    ['is about something else', hook({ event: 'client.updated' })],
    ['is about a summary', hook({ event: 'conversation.updated' })],
  ])('that %s is acknowledged and dropped', (_name, body) => {
    expect(read(webhookOf(body))).toEqual({ kind: 'events', answer: { status: 200, body: '' }, events: [] });
  });

  test('of a topic that nobody knows is kept as such', () => {
    expect(read(webhookOf(hook({ event: 'conversation.merged' })))).toMatchObject({
      events: [{ kind: 'unsupported', vendorKind: 'conversation.merged' }],
    });
    expect(read(webhookOf(hook({ event: 'robot.trained' })))).toMatchObject({
      events: [{ kind: 'unsupported', vendorKind: 'robot.trained', visitor: null }],
    });
  });

  test('about a ticket rings for its answers', () => {
    const body = {
      ...hook({ event: 'new_ticket.comment', conversation: undefined }),
      ticket: { dev_client_id: OPENID },
    };
    expect(read(webhookOf(body))).toMatchObject({ kind: 'bell', topic: 'tickets', visitor: OPENID });
    expect(read(webhookOf({ ...body, ticket: {} }))).toMatchObject({ kind: 'events', events: [] });
  });

  test('of two events in one second are two, by their bytes', () => {
    const [one, other] = ['1', '2'].map((conv_id) => hook({ event: 'conversation.created' }, { conv_id }));
    const keysOf = (body: object) => eventsIn(open(), webhookOf(body), OCCASION).flatMap(({ keys }) => keys);
    expect(keysOf(one)).not.toEqual(keysOf(other));
    expect(keysOf(one)).toEqual(keysOf(one));
  });
});

test('at the end of a conversation the stream is looked at once more', async () => {
  const adapter = open();
  const [event] = eventsIn(adapter, webhookOf(exampleWebhook), OCCASION);
  const memory = { conversation: undefined, helpdesk: undefined };
  const { signal } = new AbortController();
  const conversation = { id: 'c_1', tenant: 'shop', visitor: OPENID, appid: 'wx1' };
  const context = { key: 'k', number: 1, signal, conversation, memory, progress: null };
  expect(await adapter.react?.(event!, context)).toEqual({
    outcome: 'accepted',
    watch: [{ topic: 'stream', afterMs: 0 }],
  });
});
