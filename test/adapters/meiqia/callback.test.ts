import { describe, expect, test } from 'vitest';
import { signPush } from '../../../adapters/meiqia/signature.ts';
import { examplePush, exampleWebhook, pushOf, webhookOf } from './callbacks.ts';
import { eventsIn, NOW, OPENID, openAdapter, SECRET_KEY, withDesk } from './desk.ts';

const nobody = () => Promise.reject(new Error('never called'));
const open = (settings: object = {}) => openAdapter(settings, nobody).adapter;
const example = JSON.parse(examplePush);
const HOUR = 3_600_000;
const OCCASION = 1_767_602_400_000;
const hook = (change: object = {}, conversation: object = {}) => {
  const whole = JSON.parse(exampleWebhook);
  return { ...whole, ...change, conversation: { ...whole.conversation, ...conversation } };
};

describe('a push', () => {
  test.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['has another scheme', `Bearer ${signPush(SECRET_KEY, Buffer.from(examplePush))}`],
    ['has nothing behind its scheme', 'meiqia_sign:'],
    ['is of another body', `meiqia_sign:${signPush(SECRET_KEY, Buffer.from('{}'))}`],
    ['is the hex text itself', 'meiqia_sign:19670e3d0cd1e568bb94cc62537d91bbc86d93f8'],
  ])('whose signature %s is refused', (_name, authorization) => {
    const reading = open().readCallback?.(pushOf(examplePush, { headers: { authorization } }), NOW);
    expect(reading).toEqual({ kind: 'refused', reason: 'signature', answer: { status: 401, body: '' } });
  });

  test('is proved by the key before, while it is being changed', () => {
    const adapter = open({ secretKeyPrevious: 'old-key' });
    expect(adapter.readCallback?.(pushOf(examplePush, { secret: 'old-key' }), NOW)?.kind).toBe('bell');
    expect(adapter.readCallback?.(pushOf(examplePush), NOW)?.kind).toBe('bell');
    expect(open().readCallback?.(pushOf(examplePush, { secret: 'old-key' }), NOW)?.kind).toBe('refused');
  });

  test('that the vendor sends to test the address, unsigned, is refused', () => {
    const request = pushOf('{"content":"Hi, stranger!"}', { headers: { authorization: undefined } });
    expect(open().readCallback?.(request, NOW)?.answer.status).toBe(401);
  });

  test('that is longer than 256 KiB is refused before anything is computed', () => {
    const request = pushOf({ ...example, content: 'x'.repeat(262_144) });
    expect(open().readCallback?.(request, NOW)).toMatchObject({ kind: 'refused', reason: 'size' });
  });

  test.each([
    ['no object', '[]'],
    ['no JSON', 'x'],
    ['no visitor', JSON.stringify({ ...example, clientId: undefined })],
  ])('that is proved and holds %s cannot be understood', (_name, body) => {
    expect(open().readCallback?.(pushOf(body), NOW)).toMatchObject({
      kind: 'unreadable',
      answer: { status: 400, body: '' },
    });
  });

  test.each([
    ['73 hours old', OCCASION + 73 * HOUR],
    ['of the future', OCCASION - HOUR],
  ])('that is %s is acknowledged and dropped', (_name, now) => {
    expect(open().readCallback?.(pushOf(examplePush), now)).toEqual({
      kind: 'events',
      answer: { status: 200, body: '' },
      events: [],
    });
  });

  test.each([
    ['his own id', {}, OPENID],
    ['his device, where his own id is missing', { customizedId: undefined }, OPENID],
    [
      'his id at Meiqia, where nothing else is there',
      { customizedId: undefined, deviceToken: undefined },
      '2Fq7mXr0aBcDeFgHiJkLmNoPqRs',
    ],
  ])('names the visitor by %s', (_name, change, visitor) => {
    expect(open().readCallback?.(pushOf({ ...example, ...change }), NOW)).toMatchObject({
      kind: 'bell',
      visitor,
    });
  });

  test('may have numbers for texts, and a text for an object', () => {
    const body = {
      ...example,
      id: 5836210933,
      messageId: 904512377,
      customizedData: '{"name":"x"}',
      clientId: 42,
    };
    expect(open().readCallback?.(pushOf(body), NOW)).toMatchObject({ kind: 'bell', visitor: OPENID });
    const bare = { ...body, customizedId: undefined, deviceToken: undefined };
    expect(open().readCallback?.(pushOf(bare), NOW)).toMatchObject({ kind: 'bell', visitor: '42' });
  });

  test.each([
    ['message', 'stream'],
    ['mesage', 'stream'],
    ['welcome', 'stream'],
    ['ending', 'stream'],
    ['remark', 'stream'],
    ['reply', 'tickets'],
    ['whatever', 'tickets'],
  ])('of type %s rings for %s', (type, topic) => {
    expect(open().readCallback?.(pushOf({ ...example, type }), NOW)).toMatchObject({
      kind: 'bell',
      topic,
      note: type,
    });
  });

  test('keeps no words in its bell', () => {
    expect(JSON.stringify(open().readCallback?.(pushOf(examplePush), NOW))).not.toContain('您好');
  });

  test('may be answered with words', () => {
    expect(open({ pushAnswer: 'json' }).readCallback?.(pushOf(examplePush), NOW)?.answer).toEqual({
      status: 200,
      type: 'application/json',
      body: '{"success":true}',
    });
  });
});

describe('a push that is taken for the message itself', () => {
  const adapter = open({ receive: 'push', showAgentName: true });

  test('is what it says, by the name of who says it', () => {
    expect(eventsIn(adapter, pushOf(examplePush))).toEqual([
      {
        kind: 'message',
        from: { role: 'agent', name: '小李' },
        parts: [{ kind: 'text', text: '小李：您好，请问有什么可以帮您？' }],
        vendorId: '5836210933',
        keys: ['msg:5836210933'],
        visitor: OPENID,
        at: Date.UTC(2026, 0, 5, 8, 30, 12, 120),
      },
    ]);
  });

  test('of the older form has its id in messageId, and one without any is known by its bytes', () => {
    expect(eventsIn(adapter, pushOf({ ...example, id: undefined }))[0]?.keys).toEqual(['msg:904512377']);
    const bare = pushOf({ ...example, id: undefined, messageId: undefined });
    expect(eventsIn(adapter, bare)[0]?.keys).toEqual(eventsIn(adapter, bare)[0]?.keys);
    expect(eventsIn(adapter, bare)[0]).not.toHaveProperty('vendorId');
  });

  test('says of media only that they are there', () => {
    const [event] = eventsIn(adapter, pushOf({ ...example, contentType: 'photo', content: 'key' }));
    expect(event).toMatchObject({ parts: [{ kind: 'text', text: expect.stringContaining('[图片]') }] });
  });

  test('and of a type that is hidden, is nothing', () => {
    const request = pushOf({ ...example, type: 'welcome' });
    expect(eventsIn(open({ receive: 'push', showWelcome: false }), request)).toEqual([]);
    expect(eventsIn(adapter, request)).toMatchObject([{ automatic: true }]);
  });
});

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

test('what the pretended Meiqia calls back is taken, and a repeat is no second message', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    const called = await desk.meiqia.agentSays(OPENID, '稍等');
    const request = pushOf(called.body.toString());
    expect(desk.push(request)).toMatchObject({ kind: 'bell', visitor: OPENID });
    await desk.pull();
    desk.push(request);
    await desk.pull();
    expect(desk.shown().filter((text) => text === '稍等')).toHaveLength(1);
  }));

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
