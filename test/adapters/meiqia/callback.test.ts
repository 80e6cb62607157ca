import { describe, expect, test } from 'vitest';
import { signPush } from '../../../adapters/meiqia/signature.ts';
import { examplePush, pushOf } from './callbacks.ts';
import { eventsIn, NOW, OPENID, openAdapter, SECRET_KEY, withDesk } from './desk.ts';

const nobody = () => Promise.reject(new Error('never called'));
const open = (settings: object = {}) => openAdapter(settings, nobody).adapter;
const example = JSON.parse(examplePush);
const HOUR = 3_600_000;
const OCCASION = 1_767_602_400_000;

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

  test('in answer to a left message is numbered apart', () => {
    expect(eventsIn(adapter, pushOf({ ...example, type: 'reply' }))).toMatchObject([
      { keys: ['msg:t:5836210933'], vendorId: 't:5836210933' },
    ]);
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
