import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { callbackOf, conversation, eventOf, eventsIn, NOW, openAdapter } from './desk.ts';

const adapter = openAdapter();
const { visitor } = conversation;
const read = (type: string, data: object = {}, head: object = {}) =>
  eventsIn(adapter, callbackOf(eventOf(type, data, head)));
const base = { keys: ['event:evt_1'], visitor, at: NOW };
const url = 'https://helpdesk.example.com/1';

describe('what a helpdesk says', () => {
  test.each<[string, object, Partial<VendorEvent>]>([
    [
      'agent.message',
      { text: '有的' },
      {
        kind: 'message',
        from: { role: 'agent' },
        parts: [{ kind: 'text', text: '有的' }],
        vendorId: 'evt_1',
      },
    ],
    [
      'agent.message',
      { text: '您好', automatic: true, from: { id: '7', name: '小李', picture: url } },
      {
        kind: 'message',
        from: { role: 'agent', id: '7', name: '小李', avatar: url },
        parts: [{ kind: 'text', text: '您好' }],
        automatic: true,
        vendorId: 'evt_1',
      },
    ],
    [
      'agent.message',
      { text: '您好', from: { role: 'robot' } },
      {
        kind: 'message',
        from: { role: 'robot' },
        parts: [{ kind: 'text', text: '您好' }],
        automatic: true,
        vendorId: 'evt_1',
      },
    ],
    ['agent.typing', {}, { kind: 'typing', keys: [] }],
    ['message.recalled', { message: 'evt_0' }, { kind: 'recalled', vendorId: 'evt_0' }],
    ['message.shown', { message: 'm_1' }, { kind: 'receipt', key: 'm_1' }],
    ['session.started', { session: '1' }, { kind: 'sessionStarted', session: '1', by: 'agent' }],
    [
      'session.started',
      { session: '2', by: 'agent', agent: { name: '小李', picture: url }, transferredFrom: '1' },
      {
        kind: 'sessionStarted',
        session: '2',
        by: 'agent',
        agent: { name: '小李', avatar: url },
        transferredFrom: '1',
      },
    ],
    ['session.ended', { session: '1' }, { kind: 'sessionEnded', session: '1', by: 'agent', reason: 'agent' }],
    [
      'session.ended',
      { session: '1', by: 'robot', reason: 'silence' },
      { kind: 'sessionEnded', session: '1', by: 'robot', reason: 'silence' },
    ],
    ['queue.joined', { ahead: 2, text: '请稍候' }, { kind: 'queued', ahead: 2, text: '请稍候' }],
    ['queue.left', { reason: 'timeout' }, { kind: 'queueLeft', reason: 'timeout' }],
    ['agents.offline', {}, { kind: 'nobodyOnline', keeps: true }],
    [
      'agents.offline',
      { keeps: false, text: '已下班' },
      { kind: 'nobodyOnline', keeps: false, text: '已下班' },
    ],
    [
      'menu.asked',
      { text: '请选择', options: [{ id: 'a', label: '退货' }], expiresSec: 60 },
      { kind: 'menuAsked', text: '请选择', options: [{ id: 'a', label: '退货' }], expiresMs: 60_000 },
    ],
    ['rating.asked', { session: '1' }, { kind: 'ratingAsked', session: '1' }],
    [
      'rating.asked',
      { session: '1', title: '评价', options: [{ id: '5', label: '很好' }], expiresSec: 60 },
      {
        kind: 'ratingAsked',
        session: '1',
        title: '评价',
        options: [{ id: '5', label: '很好' }],
        expiresMs: 60_000,
      },
    ],
  ])('%s %o is heard', (type, data, event) => {
    expect(read(type, data)).toEqual([{ ...base, ...event }]);
  });

  test('with an id and a time of its own is known by these', () => {
    const head = { version: 1, id: 'reply-1', timestamp: '2023-11-14T22:13:21+00:00' };
    expect(read('queue.left', {}, head)).toMatchObject([{ keys: ['event:reply-1'], at: NOW + 1000 }]);
  });

  test('with fields that nobody knows is heard all the same', () => {
    const more = { mood: 'fine', from: { role: 'agent', shoes: 43 } };
    expect(read('agent.message', { text: '好', ...more }, { trace: 1 })).toMatchObject([{ kind: 'message' }]);
  });

  test('with null for what it has not is heard as if that were left out', () => {
    const nothing = { parts: null, automatic: null, from: { id: null, name: null, picture: null } };
    expect(read('agent.message', { text: '好', ...nothing }, { timestamp: null, id: null })).toEqual(
      read('agent.message', { text: '好' }),
    );
  });

  test('without saying of whom is kept where nobody knows the type', () => {
    expect(eventsIn(adapter, callbackOf({ type: 'agent.yawned', data: {} }))).toEqual([
      { ...base, visitor: null, kind: 'unsupported', vendorKind: 'agent.yawned' },
    ]);
  });

  test('in parts comes in their order, with media that are fetched from where they lie', () => {
    const parts = [
      { kind: 'text', text: '请看' },
      { kind: 'image', url, name: '1.png', type: 'image/png' },
      { kind: 'voice', url, durationMs: 3200 },
      { kind: 'video', url },
      { kind: 'file', url, name: '合同.pdf' },
      { kind: 'link', title: '商品', url, description: '新款', pictureUrl: url },
      { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop', appid: 'wx1', pictureUrl: url },
      { kind: 'sticker', text: '[笑]', file: 'smile' },
    ];
    const [event] = read('agent.message', { parts });
    const medium = { id: expect.stringMatching(/^x_[\w-]{24}$/), from: { url } };
    expect(event).toMatchObject({
      parts: [
        { kind: 'text', text: '请看' },
        { kind: 'image', media: { ...medium, name: '1.png', type: 'image/png' } },
        { kind: 'voice', media: medium, durationMs: 3200 },
        { kind: 'video', media: medium },
        { kind: 'file', name: '合同.pdf', media: { ...medium, name: '合同.pdf' } },
        { kind: 'link', title: '商品', url, description: '新款', pictureUrl: url },
        { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop', appid: 'wx1', picture: medium },
        { kind: 'unsupported', vendorKind: 'sticker', text: '[笑]' },
      ],
    });
    const [again] = read('agent.message', { parts });
    expect(again).toEqual(event);
    const ids =
      event?.kind === 'message'
        ? event.parts.map((part) => ('media' in part ? part.media?.id : part.kind))
        : [];
    expect(new Set(ids).size).toBe(parts.length);
  });

  test('that came from the bridge itself says nothing, though one secret signs both ways', () => {
    for (const type of ['visitor.message', 'visitor.rated', 'bridge.note', 'bridge.ping']) {
      expect(read(type, { parts: [{ kind: 'text', text: '你好' }] })).toEqual([]);
    }
  });
});

describe('what cannot be read is answered with the place of the fault', () => {
  const words = 'wo-de-mima-shi-8471';
  test.each<[string, unknown, string]>([
    ['no JSON', '{"type":', 'the body'],
    ['a list', [], 'the body'],
    ['no type', { data: { visitor } }, 'type'],
    ['a type that is none', { type: words, data: { visitor } }, 'type'],
    ['no data', { type: 'agent.message' }, 'data'],
    ['another version', eventOf('agent.typing', {}, { version: 2 }), 'version'],
    ['a time that is none', eventOf('agent.typing', {}, { timestamp: words }), 'timestamp'],
    ['no visitor', { type: 'agent.message', data: { text: words } }, 'data.visitor'],
    ['a visitor who is a number', eventOf('agent.typing', { visitor: 7 }), 'data.visitor'],
    ['neither text nor parts', eventOf('agent.message'), 'data'],
    [
      'both text and parts',
      eventOf('agent.message', { text: words, parts: [{ kind: 'text', text: words }] }),
      'data',
    ],
    ['no part', eventOf('agent.message', { parts: [] }), 'data.parts'],
    [
      'a medium without an address',
      eventOf('agent.message', { parts: [{ kind: 'image', name: words }] }),
      'data.parts.0',
    ],
    [
      'an address that is no web address',
      eventOf('agent.message', { parts: [{ kind: 'image', url: 'file:///etc/passwd' }] }),
      'data.parts.0',
    ],
    ['a reason that nobody knows', eventOf('session.ended', { session: '1', reason: words }), 'data.reason'],
    ['a place that is none', eventOf('queue.joined', { ahead: -1 }), 'data.ahead'],
    ['no options', eventOf('menu.asked', { text: words, options: [] }), 'data.options'],
  ])('%s', (_what, body, place) => {
    const reading = adapter.readCallback?.(
      callbackOf(typeof body === 'string' ? body : JSON.stringify(body)),
      NOW,
    );
    expect(reading).toMatchObject({ kind: 'unreadable', answer: { status: 400, type: 'application/json' } });
    const error = reading?.kind === 'unreadable' ? JSON.parse(reading.answer.body).error : '';
    expect(error).toMatch(new RegExp(`^${place}[:.]`));
    expect(error).not.toContain(words);
  });

  test('whatever is signed comes to a reading', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(['events', 'unreadable']).toContain(adapter.readCallback?.(callbackOf(text), NOW).kind);
      }),
    );
  });
});
