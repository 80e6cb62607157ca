import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import { conversation, NOW, OTHER_SECRET, openDesk, reply, SECRET } from './desk.ts';

const media = { id: 'x_1', from: {} };
const url = 'https://bridge.example.com/media/x_1';
const about = { visitor: 'oABC_1', tenant: 'shop', appid: 'wx1a2b3c4d5e6f7a8b' };

describe('a message of a visitor', () => {
  test('is one signed call with the key for its id', async () => {
    await using desk = await openDesk();
    await desk.forward([{ kind: 'text', text: '还有货吗？' }], {
      conversation: { ...conversation, context: 'from=qr' },
    });
    expect(desk.bodies()).toEqual([
      {
        version: 1,
        id: 'm_1',
        type: 'visitor.message',
        timestamp: '2023-11-14T22:13:20.000Z',
        data: { ...about, context: 'from=qr', parts: [{ kind: 'text', text: '还有货吗？' }] },
      },
    ]);
    expect(desk.helpdesk.events.all).toMatchObject([{ id: 'm_1' }]);
  });

  test.each<[Part, object]>([
    [
      { kind: 'image', media: { ...media, name: '1.png', type: 'image/png' } },
      { kind: 'image', url, name: '1.png', type: 'image/png' },
    ],
    [
      { kind: 'voice', media, durationMs: 3200, transcript: '你好' },
      { kind: 'voice', url, durationMs: 3200, transcript: '你好' },
    ],
    [
      { kind: 'video', media },
      { kind: 'video', url },
    ],
    [
      { kind: 'file', name: '合同.pdf', media: { ...media, name: 'a.pdf' } },
      { kind: 'file', name: '合同.pdf', url },
    ],
    [
      { kind: 'file', name: '合同.pdf', description: '见附件' },
      { kind: 'file', name: '合同.pdf', description: '见附件', url: null },
    ],
    [
      { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop', picture: media },
      { kind: 'miniProgramPage', title: '店铺', path: 'pages/shop', pictureUrl: url },
    ],
    [
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '西湖' },
      { kind: 'location', latitude: 30.5, longitude: 120.25, label: '西湖' },
    ],
    [
      { kind: 'choice', of: 'menu', option: { id: 'a', label: '退货' } },
      { kind: 'choice', of: 'menu', option: { id: 'a', label: '退货' } },
    ],
    [
      { kind: 'event', name: 'session-enter' },
      { kind: 'event', name: 'session-enter' },
    ],
    [
      { kind: 'unsupported', vendorKind: 'sticker' },
      { kind: 'unsupported', vendorKind: 'sticker' },
    ],
  ])('%o goes as %o', async (part, written) => {
    await using desk = await openDesk();
    expect(await desk.forward([part])).toMatchObject({ outcome: 'accepted' });
    expect(desk.bodies()[0].data.parts).toEqual([written]);
  });

  test('says what a rule wishes for its visitor', async () => {
    await using desk = await openDesk();
    const routing = { group: '5678', priority: 5 };
    await desk.forward([{ kind: 'text', text: '退款' }], { routing });
    expect(desk.bodies()[0].data).toEqual({ ...about, routing, parts: [{ kind: 'text', text: '退款' }] });
  });

  test('whose medium could not be had says that there was one', async () => {
    await using desk = await openDesk({}, async () => undefined);
    await desk.forward([{ kind: 'image', media }]);
    expect(desk.bodies()[0].data.parts).toEqual([{ kind: 'image', url: null }]);
  });

  test('is taken while the secret is changed on either side', async () => {
    await using desk = await openDesk({ secret: OTHER_SECRET, previousSecrets: [SECRET] });
    expect(await desk.forward([{ kind: 'text', text: '在吗' }])).toMatchObject({ outcome: 'accepted' });
  });

  test('is signed anew when it is repeated an hour later, under the same id, and is there once', async () => {
    await using desk = await openDesk();
    await desk.forward([{ kind: 'text', text: '在吗' }]);
    desk.clock.now += 3_600_000;
    expect(await desk.forward([{ kind: 'text', text: '在吗' }], { number: 2 })).toMatchObject({
      outcome: 'accepted',
    });
    expect(desk.helpdesk.textsOf('oABC_1')).toEqual(['在吗']);
    expect(desk.helpdesk.repeats).toBe(1);
  });

  test('brings home what happened at once, known by the same keys when the answer is repeated', async () => {
    await using desk = await openDesk();
    const first = await desk.forward([{ kind: 'text', text: '在吗' }]);
    expect(first).toMatchObject({
      outcome: 'accepted',
      vendorId: 't_m_1',
      events: [
        {
          kind: 'sessionStarted',
          by: 'agent',
          agent: { name: '小李' },
          keys: [expect.stringMatching(/^event:start_/)],
        },
      ],
    });
    expect(await desk.forward([{ kind: 'text', text: '在吗' }])).toEqual(first);
  });

  test.each([
    ['a word in place of events', { events: 'none' }],
    ['more events than fifty', { events: Array.from({ length: 51 }, () => ({})) }],
  ])('keeps for the operator that the answer had %s', async (_what, answer) => {
    await using desk = await openDesk();
    desk.helpdesk.fail({ answer: { body: JSON.stringify(answer) } });
    const delivery = await desk.forward([{ kind: 'text', text: '在吗' }]);
    expect(delivery).toMatchObject({ outcome: 'accepted', events: [{ kind: 'unsupported' }] });
  });

  test('is taken where the answer says null for what there is not', async () => {
    await using desk = await openDesk();
    desk.helpdesk.fail({ answer: { body: '{"id":null,"events":null}' } });
    expect(await desk.forward([{ kind: 'text', text: '在吗' }])).toEqual({ outcome: 'accepted' });
  });

  test('is answered by events that are about its visitor, whatever they say, and are told apart without ids', async () => {
    await using desk = await openDesk();
    const events = [
      { type: 'queue.joined', data: { visitor: 'oSomebodyElse', ahead: 2 } },
      { type: 'agent.message', data: { text: '请稍候', from: { role: 'robot' } } },
      { type: 'agent.message', data: {} },
    ];
    desk.helpdesk.fail({ answer: { body: JSON.stringify({ events }) } });
    expect(await desk.forward([{ kind: 'text', text: '在吗' }])).toEqual({
      outcome: 'accepted',
      events: [
        { kind: 'queued', ahead: 2, keys: ['event:m_1:0'], at: NOW },
        {
          kind: 'message',
          from: { role: 'robot' },
          parts: [{ kind: 'text', text: '请稍候' }],
          automatic: true,
          vendorId: 'm_1:1',
          keys: ['event:m_1:1'],
          at: NOW,
        },
        { kind: 'unsupported', vendorKind: expect.stringContaining('data'), keys: ['event:m_1:2'], at: NOW },
      ],
    });
  });
});

describe('beside messages the helpdesk hears', () => {
  type Act = (desk: Awaited<ReturnType<typeof openDesk>>) => Promise<unknown> | undefined;

  test.each<[string, Act, object]>([
    ['visitor.agent_asked', ({ adapter, context }) => adapter.askForAgent?.(context), about],
    [
      'visitor.rated',
      ({ adapter, context }) =>
        adapter.rate?.({ session: '77', option: { id: 'good', label: '满意' } }, context),
      { ...about, session: '77', option: { id: 'good', label: '满意' } },
    ],
    [
      'bridge.note',
      ({ adapter, context }) => adapter.note?.('消息未能送达访客', context),
      { ...about, text: '消息未能送达访客' },
    ],
    [
      'bridge.message_delivered',
      ({ adapter, context }) => adapter.delivered?.(reply, context),
      { ...about, message: 'reply-1' },
    ],
    ['bridge.session_closed', ({ adapter, context }) => adapter.closeSession?.(context), about],
  ])('%s', async (type, act, data) => {
    await using desk = await openDesk({ deliveryReports: true });
    expect(await act(desk)).toMatchObject({ outcome: 'accepted' });
    expect(desk.bodies()).toMatchObject([{ type, id: 'm_1', data }]);
    expect(desk.helpdesk.refusals.count).toBe(0);
  });

  test('nothing of what the bridge said itself, which has no id that it knows', async () => {
    await using desk = await openDesk({ deliveryReports: true });
    const { vendorId: _none, ...notice } = reply;
    expect(await desk.adapter.delivered?.(notice, desk.context)).toEqual({ outcome: 'accepted' });
    expect(desk.bodies()).toEqual([]);
  });

  test('nothing of a visitor whom nobody names', async () => {
    await using desk = await openDesk();
    const context = { ...desk.context, conversation: undefined };
    expect(await desk.adapter.note?.('…', context)).toEqual({ outcome: 'accepted' });
    expect(desk.bodies()).toEqual([]);
  });
});

describe('the check', () => {
  const signal = new AbortController().signal;

  test('pings, and is content with a helpdesk that answers', async () => {
    await using desk = await openDesk();
    expect(await desk.adapter.check?.(signal)).toMatchObject([{ level: 'ok' }]);
    expect(desk.bodies()).toMatchObject([{ type: 'bridge.ping', data: {} }]);
  });

  test('finds a wrong secret', async () => {
    await using desk = await openDesk({ secret: OTHER_SECRET });
    expect(await desk.adapter.check?.(signal)).toMatchObject([
      { level: 'fatal', text: expect.stringContaining('secret') },
    ]);
  });

  test('finds a helpdesk that is not there', async () => {
    await using desk = await openDesk();
    await desk.helpdesk.switchOff();
    expect(await desk.adapter.check?.(signal)).toMatchObject([
      { level: 'fatal', text: expect.stringContaining('reached') },
    ]);
  });

  test('wonders about a page', async () => {
    await using desk = await openDesk();
    desk.helpdesk.fail({ html: true });
    expect(await desk.adapter.check?.(signal)).toMatchObject([{ level: 'warn' }]);
  });
});
