import { describe, expect, test } from 'vitest';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import {
  attemptOf,
  CID,
  COMPANY,
  callback,
  example,
  FORWARD_KEY,
  openDesk,
  PARTNER,
  SECRET,
} from './desk.ts';

function events(body: object, settings: Record<string, unknown> = {}): readonly VendorEvent[] {
  const reading = openDesk({}, settings).push(callback(body));
  return reading.kind === 'events' ? reading.events : [];
}

const about = (type: number, fields: object = {}) => ({
  type,
  partnerId: PARTNER,
  cid: CID,
  ts: 5,
  ...fields,
});

describe('the address', () => {
  const empty = (status: number) => ({ kind: 'refused', answer: { status, body: '' } });

  test.each([
    undefined,
    '',
    'push',
    'push-',
    `push-${SECRET}x`,
    `push-${SECRET.toLowerCase()}`,
    `${SECRET}`,
    `other-${SECRET}`,
  ])('without its secret is nowhere: %s', (part) => {
    const { part: _, ...request } = callback(example);
    const reading = openDesk().push(part === undefined ? request : { ...request, part });
    expect(reading).toMatchObject(empty(404));
  });

  test('may have an earlier secret while it is being changed', () => {
    const settings = { callbackToken: 'B'.repeat(32), previousCallbackTokens: [SECRET] };
    expect(openDesk({}, settings).push(callback(example)).kind).toBe('events');
  });

  test('takes nothing but POST, and no more than 256 KiB', () => {
    for (const method of ['GET', 'PUT', 'HEAD']) {
      expect(openDesk().push(callback(example, { method }))).toMatchObject(empty(404));
    }
    const long = (length: number) => `{"type":202,"content":"${'a'.repeat(length - 25)}"}`;
    expect(openDesk().push(callback(long(262_144))).kind).toBe('events');
    expect(openDesk().push(callback(long(262_145)))).toMatchObject(empty(413));
  });

  test('is nowhere in record mode without a secret', () => {
    const desk = openDesk({}, { replies: 'record', callbackToken: undefined });
    expect(desk.push(callback(example))).toMatchObject(empty(404));
  });
});

describe('a body', () => {
  test.each(['', '[]', '"text"', '{"type":202', 'null', 'type=202'])(
    'that is no JSON object is kept, and asked for again: %s',
    (body) => {
      expect(openDesk().push(callback(body))).toMatchObject({
        kind: 'unreadable',
        answer: { status: 400, body: '' },
      });
    },
  );

  test('may be plain text, or the only field of a form', () => {
    const plain = callback(example, { headers: { 'content-type': 'text/plain' } });
    const form = callback(new URLSearchParams({ data: JSON.stringify(example) }).toString());
    const bare = callback(encodeURIComponent(JSON.stringify(example)));
    for (const request of [plain, form, bare]) {
      expect(openDesk().push(request)).toMatchObject({ kind: 'events', events: [{ kind: 'message' }] });
    }
  });

  test('is answered as the settings say', () => {
    const callbackAnswer = '{"code":0}';
    expect(openDesk({}, { callbackAnswer }).push(callback(example)).answer).toEqual({
      status: 200,
      type: 'application/json',
      body: callbackAnswer,
    });
  });
});

describe('a message', () => {
  test('that comes twice is one, by its id or by its bytes', () => {
    const desk = openDesk();
    const { msgId: _, ...unnamed } = example;
    for (const body of [example, example, { ...example, ts: 1 }, unnamed, unnamed, { ...unnamed, ts: 1 }]) {
      expect(desk.push(callback(body)).answer.status).toBe(200);
    }
    expect(desk.events).toHaveLength(3);
  });

  test('is only a bell where the record is read', () => {
    const desk = openDesk({}, { replies: 'record' });
    expect(desk.push(callback(example))).toEqual({
      kind: 'bell',
      answer: expect.objectContaining({ status: 200 }),
      topic: 'record',
      visitor: PARTNER,
      note: 'push',
    });
    expect(desk.push(callback({ type: 202, msgId: '1' }))).toMatchObject({ kind: 'events', events: [] });
    expect(desk.push(callback(about(204, { status: 2 })))).toMatchObject({
      events: [{ kind: 'sessionEnded' }],
    });
  });

  test('is left to the forwarding where that is chosen', () => {
    const settings = { replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY };
    expect(events(example, settings)).toEqual([]);
    expect(events(about(204, { status: 2 }), settings)).toHaveLength(1);
  });
});

describe('an event', () => {
  test('of a start names the agent, and brings the greeting once', () => {
    const serviceInfo = JSON.stringify({ adminHelloWord: '<p>您好</p>', serviceOutTime: '10' });
    expect(
      events(about(200, { aname: '小李', aface: 'https://a.example/1.png', serviceInfo })),
    ).toMatchObject([
      {
        kind: 'sessionStarted',
        session: CID,
        by: 'agent',
        agent: { name: '小李', avatar: 'https://a.example/1.png' },
        keys: [`session:${CID}:start`],
      },
      { kind: 'message', automatic: true, parts: [{ text: '您好' }], keys: [`greeting:${CID}`] },
    ]);
    expect(events(about(200, { serviceInfo }), { showGreeting: false })).toHaveLength(1);
    expect(events(about(200, { serviceInfo: { adminHelloWord: '您好' } }))).toHaveLength(2);
    expect(events({ type: 200, partnerId: PARTNER })).toMatchObject([{ session: '' }]);
  });

  test.each<[number, object, object | undefined]>([
    [204, { status: 1 }, { kind: 'sessionEnded', session: CID, reason: 'agentLeft', by: 'agent' }],
    [204, { status: 2 }, { kind: 'sessionEnded', reason: 'agent' }],
    [204, { status: '4' }, { kind: 'sessionEnded', reason: 'silence' }],
    [204, { status: 3 }, { kind: 'noted', extra: { isOver: true, cid: CID } }],
    [204, { status: 5 }, { kind: 'noted', extra: { isOver: true, cid: CID } }],
    [204, { status: 99 }, { kind: 'noted', extra: { isOver: true, cid: CID } }],
    [204, {}, { kind: 'noted', extra: { isOver: true, cid: CID } }],
    [204, { status: 6 }, undefined],
    [204, { status: 9 }, { kind: 'noted', react: {}, extra: { hasQueuedTooLong: true } }],
    [2041, {}, { kind: 'sessionEnded', reason: 'agentLeft' }],
    [2044, {}, { kind: 'sessionEnded', reason: 'silence' }],
    [2046, {}, undefined],
    [2049, {}, { kind: 'noted', extra: { hasQueuedTooLong: true } }],
    [2099, {}, { kind: 'noted', extra: { isOver: true, cid: CID } }],
    [2050, {}, { kind: 'unsupported', vendorKind: '2050' }],
    [209, { aname: '小李' }, { kind: 'ratingAsked', session: CID, expiresMs: 600_000 }],
    [
      210,
      { name: '小王', face: 'https://a.example/2.png' },
      { kind: 'sessionStarted', agent: { name: '小王' }, transferredFrom: CID },
    ],
    [211, { revokeMsgId: 'm1' }, { kind: 'recalled', vendorId: 'm1' }],
    [211, {}, undefined],
    [213, { lockType: 1 }, undefined],
    [
      215,
      { sysType: 1, content: '已为您转接' },
      { kind: 'message', automatic: true, from: { role: 'agent' } },
    ],
    [215, { sysType: 5, content: '' }, undefined],
    [215, { sysType: 3, content: '内部' }, undefined],
    [217, {}, undefined],
    [301, {}, { kind: 'unsupported', vendorKind: '301' }],
  ])('%i with %j is what it says', (type, fields, expected) => {
    const [event] = events(about(type, fields));
    if (expected === undefined) expect(event).toBeUndefined();
    else expect(event).toMatchObject(expected);
    if (event !== undefined) expect(event.visitor).toBe(PARTNER);
  });

  test('is not believed where the settings say so, but a message is', () => {
    expect(events(about(204, { status: 2 }), { acceptEvents: false })).toEqual([]);
    expect(events(example, { acceptEvents: false })).toHaveLength(1);
  });

  test('of an end asks for a rating where that is wanted, and not again for an invitation', () => {
    const desk = openDesk({}, { askRating: true });
    desk.push(callback(about(209, {})));
    desk.push(callback(about(204, { status: 2 })));
    desk.push(callback(about(209, {})));
    expect(desk.events.filter(({ kind }) => kind === 'ratingAsked')).toHaveLength(1);
    const other = openDesk({}, { askRating: true });
    other.push(callback(about(204, { status: 1 })));
    expect(other.events.map(({ kind }) => kind)).toEqual(['sessionEnded']);
  });
});

describe('the forwarding', () => {
  const settings = { replies: 'forward', forwardCompanyId: COMPANY, forwardSigned: false };
  const part = `forward-${SECRET}`;
  const said = (msg: string, fields: object = {}) => ({
    cid: CID,
    timems: '1700000123456',
    sender_type: '2',
    sender_name: '小李',
    msg,
    ...fields,
  });

  test('brings what agents say, told apart where it is alike, and nobody else’s words', () => {
    const desk = openDesk({}, settings);
    const content = [
      said('好'),
      said('好'),
      said('在吗', { sender_type: '0' }),
      said('机器人', { sender_type: 1 }),
    ];
    const reading = desk.push(callback({ type: 'msg', content }, { part }));
    expect(reading).toMatchObject({ answer: { status: 200, body: '{"ret_code":"000000"}' } });
    expect(desk.events).toMatchObject([
      { kind: 'message', visitor: `cid:${CID}`, parts: [{ text: '好' }] },
      { kind: 'message', visitor: `cid:${CID}`, parts: [{ text: '好' }] },
    ]);
  });

  test('tells whose session it is, and the reaction binds it', async () => {
    const desk = openDesk({}, settings);
    const content = [{ cid: CID, partnerid: PARTNER, start_time: '1' }];
    desk.push(callback({ type: 'conversation', content }, { part }));
    const [event] = desk.events;
    expect(event).toMatchObject({ visitor: PARTNER, react: {} });
    const context = attemptOf(undefined);
    expect(await desk.adapter.react!(event!, context)).toEqual({ outcome: 'accepted', bind: [`cid:${CID}`] });
  });

  test('of other kinds is none of ours', () => {
    for (const type of ['evaluation', 'summary', 'user', 'userinfo']) {
      expect(openDesk({}, settings).push(callback({ type, content: [{}] }, { part }))).toMatchObject({
        events: [],
      });
    }
  });

  test('that cannot be read is acknowledged, kept, and somebody is told', () => {
    for (const body of ['0a1b2c', '{"data":"0a1b2c"}', '[]']) {
      expect(openDesk({}, settings).push(callback(body, { part }))).toMatchObject({
        kind: 'events',
        events: [],
        alarm: expect.stringContaining('encrypted'),
        answer: { status: 200, body: '{"ret_code":"000000"}' },
      });
    }
  });

  test('is not listened to where pushes bring the words', () => {
    const reading = openDesk({}, { forwardSigned: false }).push(
      callback({ type: 'msg', content: [said('好')] }, { part }),
    );
    expect(reading).toMatchObject({ kind: 'events', events: [] });
  });

  test('without its headers is refused, unless it is not signed', () => {
    const signed = { replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY };
    expect(openDesk({}, signed).push(callback({ type: 'msg', content: [] }, { part }))).toMatchObject({
      kind: 'refused',
      reason: 'headers',
      answer: { status: 401, body: '{"ret_code":"999999"}' },
    });
  });
});
