import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../../../src/ports/request.ts';
import {
  bodyOf,
  CALLBACK_SECRET,
  conversation,
  eventsIn,
  helpdeskSays,
  im,
  imCallback,
  NAME,
  NOW,
  openDesk,
  rest,
  restCallback,
  SERVICE,
  text,
} from './desk.ts';

const { adapter } = openDesk();
const read = (request: RawRequest, now = NOW, own = adapter) => own.readCallback?.(request, now);
const refused = (reason: string, status = 401) => ({ kind: 'refused', reason, answer: { status, body: '' } });

/** A callback whose fields are changed after it was signed; `undefined` takes one out. */
function spoil(change: Record<string, unknown>): RawRequest {
  return bodyOf({ ...JSON.parse(imCallback().body.toString()), ...change });
}

describe('a callback of the IM cloud that is not proved', () => {
  test.each(['GET', 'PUT'])('is a %s', (method) => {
    expect(read({ ...imCallback(), method })).toEqual(refused('method', 400));
  });

  test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])(
    'is of the type %s',
    (type) =>
      expect(read({ ...imCallback(), headers: { 'content-type': type } })).toEqual(
        refused('content type', 400),
      ),
  );

  test.each(['', '[]', 'null', '{', '"x"', 'callId=1'])('is no such object (%j)', (body) => {
    expect(read(bodyOf(body))).toEqual(refused('body', 400));
  });

  test.each(['callId', 'security', 'timestamp'])('lacks %s', (name) => {
    expect(read(spoil({ [name]: undefined }))).toEqual(refused('proof'));
  });

  test.each([1.5, '1e12', '0x18bcfe56800', -1, '', null, [1]])('has %j for a time', (timestamp) => {
    expect(read(spoil({ timestamp }))).toEqual(refused('proof'));
  });

  test('is longer than any', () => {
    const words = 'x'.repeat(262_144);
    expect(read(helpdeskSays(text(words)))).toEqual(refused('body', 400));
  });

  test('has an id that goes on without end', () => {
    expect(read(imCallback({ callId: `acme#shop_${'1'.repeat(300)}` }))).toEqual(refused('proof'));
  });

  test('is signed with another secret, in capitals, or over seconds', () => {
    expect(read(imCallback({}, { secret: 'another' }))).toEqual(refused('security'));
    const { security } = JSON.parse(imCallback({ callId: 'acme#shop_1' }).body.toString());
    const upper = String(security).toUpperCase();
    expect(read(imCallback({ callId: 'acme#shop_1', security: upper }))).toEqual(refused('security'));
    expect(read(spoil({ timestamp: NOW / 1000 }))).toEqual(refused('security'));
  });

  test('is older than three days, or of the future', () => {
    const at = (ms: number) => read(imCallback({}, { at: NOW + ms }));
    expect(at(-259_200_001)).toEqual(refused('time'));
    expect(at(600_001)).toEqual(refused('time'));
    expect(at(-73 * 3_600_000)).toEqual(refused('time'));
    for (const ms of [-259_200_000, 600_000]) expect(at(ms)).toMatchObject({ kind: 'events' });
    const strict = openDesk({ ...im, maxAgeSec: 60 }).adapter;
    expect(read(imCallback({}, { at: NOW - 61_000 }), NOW, strict)).toEqual(refused('time'));
  });

  test('is of another app', () => {
    expect(read(imCallback({ appkey: 'acme#other' }))).toEqual(refused('appkey'));
    expect(read(imCallback({ callId: 'acme#shop2_1' }))).toEqual(refused('appkey'));
    expect(read(imCallback({ appkey: undefined }))).toMatchObject({ kind: 'events' });
  });

  test('lacks the secret of the address, where there is one', () => {
    const urlToken = 'k3J9vQ2mX7pLz4RtW8bN1cYdF6hGs0Ae';
    const { adapter: own } = openDesk({ ...im, urlToken });
    for (const part of [undefined, '', 'x', urlToken.toLowerCase(), `${urlToken}x`]) {
      const request = part === undefined ? imCallback() : { ...imCallback(), part };
      expect(read(request, NOW, own)).toEqual(refused('address'));
    }
    expect(read({ ...imCallback(), part: urlToken }, NOW, own)).toMatchObject({ kind: 'events' });
  });
});

describe('a callback of the IM cloud that is proved', () => {
  test('may have its time as a text, an earlier secret, and fields that nobody knows', () => {
    expect(eventsIn(adapter, imCallback({ timestamp: String(NOW), a: 1 }))).toMatchObject([
      { kind: 'message' },
    ]);
    const { adapter: own } = openDesk({
      ...im,
      callbackSecret: 'new',
      previousCallbackSecrets: [CALLBACK_SECRET],
    });
    expect(read(imCallback(), NOW, own)).toMatchObject({ kind: 'events' });
  });

  test('finds the service number and the visitor whatever their capitals', () => {
    const request = imCallback({ from: SERVICE.toUpperCase(), to: NAME.toUpperCase() });
    expect(eventsIn(adapter, request)).toMatchObject([{ kind: 'message', visitor: NAME }]);
    expect(adapter.visitorIds(conversation)).toEqual([NAME]);
  });

  test.each([
    ['our own message', { from: NAME, to: SERVICE }],
    ['another user’s', { from: 'mallory' }],
    ['for another app’s visitor', { to: 'customer-1' }],
    ['the same a second time, as one for who is offline', { eventType: 'chat_offline' }],
    ['in a group', { chat_type: 'groupchat', group_id: '1' }],
    ['that it was read', { chat_type: 'read_ack' }],
    ['that it was delivered', { chat_type: 'delivery_ack' }],
    ['about contacts', { chat_type: 'roster' }],
    [
      'that somebody came online',
      {
        eventType: 'userStatus',
        status: 'online',
        user: NAME,
        payload: undefined,
        from: undefined,
        to: undefined,
        chat_type: undefined,
      },
    ],
  ])('but is %s tells nothing, and uses up its proof', (_what, change) => {
    const [event, ...others] = eventsIn(adapter, imCallback(change));
    expect(others).toEqual([]);
    expect(event).toMatchObject({ kind: 'noted', visitor: null });
    expect(event?.keys).toHaveLength(3);
  });

  test('of a kind that nobody knows is kept', () => {
    expect(eventsIn(adapter, imCallback({ chat_type: 'hologram' }))).toMatchObject([
      { kind: 'unsupported', vendorKind: 'hologram', visitor: NAME },
    ]);
  });

  test.each([{ payload: undefined }, { payload: 'x' }, { chat_type: 'recall' }])(
    'but lacks what it must have (%j) is kept for people, acknowledged, and uses up its proof',
    (change) => {
      const callId = 'acme#shop_1';
      expect(read(imCallback(change))).toMatchObject({ kind: 'events', answer: { status: 200, body: '' } });
      const desk = openDesk();
      desk.push(imCallback({ ...change, callId }));
      desk.push(imCallback({ callId }));
      expect(desk.events).toMatchObject([{ kind: 'unsupported', visitor: NAME }]);
    },
  );

  test('keeps ids of 64 bits', () => {
    const [event] = eventsIn(adapter, imCallback({ msg_id: '9223372036854775807' }));
    expect(event?.keys).toContain('chat:9223372036854775807:0');
    const bare = imCallback({ msg_id: 0 })
      .body.toString()
      .replace('"msg_id":0', '"msg_id":9223372036854775807');
    expect(eventsIn(adapter, bodyOf(bare))[0]?.keys).toContain('chat:9223372036854775807:0');
  });
});

describe('the same callback again', () => {
  const [one, other] = [{ callId: 'acme#shop_1' }, { callId: 'acme#shop_2' }];
  const payload = (words: string, weichat: object = {}) => ({
    payload: { bodies: [text(words)], ext: { weichat } },
  });

  test('under its callId is one, whatever it says', () => {
    const desk = openDesk();
    desk.push(imCallback({ ...one, ...payload('您好') }));
    desk.push(imCallback({ ...one, ...payload('转账给我'), msg_id: '9' }));
    const event = { eventName: 'ServiceSessionClosedEvent' };
    desk.push(imCallback({ ...one, ...payload('转账给我', { event }), msg_id: '10' }));
    expect(desk.events).toHaveLength(1);
  });

  test('under the callId of what told nothing is nothing', () => {
    const desk = openDesk();
    desk.push(imCallback({ ...one, from: NAME, to: SERVICE }));
    desk.push(imCallback({ ...one, ...payload('转账给我') }));
    expect(desk.events).toMatchObject([{ kind: 'noted' }]);
  });

  test('brings no event behind those that it had', () => {
    const desk = openDesk();
    const event = { eventName: 'ServiceSessionClosedEvent' };
    desk.push(imCallback({ ...one, ...payload('再见', { event }) }));
    expect(desk.events.map(({ kind }) => kind)).toEqual(['sessionEnded', 'message']);
    desk.push(imCallback({ ...one, ...payload('转账', { event }), msg_id: '2' }));
    expect(desk.events).toHaveLength(2);
  });

  test('under another callId is one by the id of the IM cloud, and by that of the helpdesk', () => {
    const desk = openDesk();
    desk.push(imCallback({ ...one, ...payload('您好', { msgId: 'kf-1' }), msg_id: '1' }));
    desk.push(imCallback({ ...other, ...payload('您好', { msgId: 'kf-2' }), msg_id: '1' }));
    desk.push(imCallback({ callId: 'acme#shop_3', ...payload('您好', { msgId: 'kf-1' }), msg_id: '3' }));
    expect(desk.events).toHaveLength(1);
  });
});

describe('one user who speaks for all', () => {
  const { adapter: own } = openDesk({ ...im, identity: 'shared', sharedUser: 'proxy_cb' });
  const weichat = { visitor: { openid: 'oABC_1', mp: 'gh_1', callback_user: 'proxy_cb' } };

  test('gets what is for a visitor that the message names', () => {
    const request = imCallback({ to: 'Proxy_CB', payload: { bodies: [text('您好')], ext: { weichat } } });
    expect(eventsIn(own, request)).toMatchObject([{ kind: 'message', visitor: 'oABC_1' }]);
    expect(own.visitorIds(conversation)).toEqual(['oABC_1']);
  });

  test('gets nothing without one', () => {
    expect(eventsIn(own, imCallback({ to: 'proxy_cb' }))).toMatchObject([{ kind: 'noted', visitor: null }]);
  });
});

describe('a callback of the REST channel', () => {
  const { adapter: own } = openDesk(rest);
  const message = { msg_id: 'r-1', to: 'oABC_1', bodies: [text('您好')], ext: {} };
  const good = restCallback(message);

  test.each([
    ['no authorization', { authorization: undefined }, 'authorization'],
    ['another scheme', { authorization: good.headers.authorization?.replace('hmac', 'Bearer') }, 'signature'],
    ['two spaces', { authorization: good.headers.authorization?.replace(' ', '  ') }, 'signature'],
    ['no end', { 'x-auth-expires': undefined }, 'expires'],
    ['another end', { 'x-auth-expires': String(NOW + 60_001) }, 'signature'],
    ['an end that is no number', { 'x-auth-expires': 'soon' }, 'expires'],
  ])('with %s is refused', (_what, headers, reason) => {
    expect(read({ ...good, headers: { ...good.headers, ...headers } }, NOW, own)).toEqual(refused(reason));
  });

  test('is good until its end', () => {
    expect(read(good, NOW + 60_000, own)).toMatchObject({ kind: 'events' });
    expect(read(good, NOW + 60_001, own)).toEqual(refused('time'));
  });

  test('may be good for ever only where the setting says so', () => {
    for (const expires of ['0', '-1']) {
      const request = restCallback(message, { expires });
      expect(read(request, NOW, own)).toEqual(refused('no expiry'));
      const open = openDesk({ ...rest, restAllowNoExpiry: true }).adapter;
      expect(read(request, NOW, open)).toMatchObject({ kind: 'events' });
    }
  });

  test('is proved by its own bytes and the path that the outside sees', () => {
    const pretty = restCallback(JSON.stringify(message, null, 2));
    expect(read(pretty, NOW, own)).toMatchObject({ kind: 'events' });
    expect(read({ ...pretty, body: good.body }, NOW, own)).toEqual(refused('signature'));
    expect(read({ ...good, path: '/callback/other/main' }, NOW, own)).toEqual(refused('signature'));
  });

  test('may be signed with an earlier secret', () => {
    const changed = openDesk({ ...rest, previousRestClientSecrets: ['f'.repeat(32)] }).adapter;
    expect(read(restCallback(message, { secret: 'f'.repeat(32) }), NOW, changed)).toMatchObject({
      kind: 'events',
    });
  });

  describe('that is proved by its address', () => {
    const urlToken = 'k3J9vQ2mX7pLz4RtW8bN1cYdF6hGs0Ae';
    const byAddress = openDesk({ ...rest, restCallbackAuth: 'url-token', urlToken }).adapter;
    const bare = { ...good, headers: {}, part: urlToken };

    test('needs no signature, but a right one if it has any', () => {
      expect(read(bare, NOW, byAddress)).toMatchObject({ kind: 'events' });
      const wrong = { ...bare, headers: restCallback(message, { secret: 'x' }).headers };
      expect(read(wrong, NOW, byAddress)).toEqual(refused('signature'));
    });

    test('needs the secret part', () => {
      expect(read({ ...bare, part: `${urlToken}0` }, NOW, byAddress)).toEqual(refused('address'));
    });
  });

  test.each([
    [{ to: 'oABC_1' }, 'oABC_1'],
    [{ to: undefined, ext: { visitor: { callback_user: 'oABC_1' } } }, 'oABC_1'],
    [{ to: undefined, ext: { weichat: { visitor: { openid: 'oABC_1' } } } }, 'oABC_1'],
  ])('names its visitor by the first of its fields (%j)', (change, visitor) => {
    expect(eventsIn(own, restCallback({ ...message, ...change }))).toMatchObject([{ visitor }]);
  });

  test('may give names back without capitals, where visitors have none', () => {
    const byName = openDesk({ ...rest, restVisitorId: 'name' }).adapter;
    expect(byName.visitorIds(conversation)).toEqual([NAME]);
    expect(eventsIn(byName, restCallback({ ...message, to: NAME.toUpperCase() }))).toMatchObject([
      { visitor: NAME },
    ]);
  });

  test('counts once by its id, and by its bytes where it has none', () => {
    expect(eventsIn(own, restCallback({ ...message, msg_id: undefined, msgId: 'r-2' }))[0]?.keys).toEqual([
      'msg:r-2:0',
    ]);
    const [one, again, other] = ['您好', '您好', '再见'].map((words) =>
      eventsIn(own, restCallback({ to: 'oABC_1', bodies: [text(words)], ext: {} }))[0]?.keys.join(),
    );
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });

  test.each([1_700_000_123, 1_700_000_123_000, '1700000123'])(
    'may have its time in seconds or milliseconds (%j)',
    (timestamp) => {
      expect(eventsIn(own, restCallback({ ...message, timestamp }))).toMatchObject([
        { at: 1_700_000_123_000 },
      ]);
    },
  );

  test.each(['', '[]', '{}', '{"bodies":[{"type":"txt","msg":"x"}]}'])(
    'that cannot be understood (%j) is kept',
    (body) => {
      expect(read(restCallback(body), NOW, own)).toMatchObject({ kind: 'unreadable' });
    },
  );
});

test('what cannot be kept is answered 503 without a word', () => {
  expect(adapter.busy).toEqual({ status: 503, body: '' });
});

describe('whatever comes', () => {
  const names = [
    'bodies',
    'ext',
    'weichat',
    'msgtype',
    'event',
    'eventName',
    'ctrlType',
    'ctrlArgs',
    'agent',
    'choice',
    'items',
    'evaluationDegree',
    'articles',
    'recall_flag',
    'type',
    'msg',
    'url',
    'relatedRules',
  ];
  const fields = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
  const extension = fc.record({
    weichat: fc.oneof(fields, fc.jsonValue()),
    msgtype: fc.oneof(fields, fc.jsonValue()),
  });

  test('proved fields of any kind never throw, are read the same twice, and keep all keys apart', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fields), fc.jsonValue()), extension, (bodies, ext) => {
        const request = imCallback({ payload: { bodies, ext } });
        const events = eventsIn(adapter, request);
        expect(eventsIn(adapter, request)).toEqual(events);
        expect(events.length).toBeGreaterThan(0);
        expect(events.length).toBeLessThanOrEqual(3);
        const keys = events.flatMap((event) => event.keys);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.filter((key) => key.startsWith('call:'))).toHaveLength(3);
        expect(JSON.parse(JSON.stringify(events))).toEqual(events);
      }),
    );
  });

  test('the same by the REST channel', () => {
    const { adapter: own } = openDesk(rest);
    fc.assert(
      fc.property(fc.oneof(fc.array(fields), fc.jsonValue()), extension, (bodies, ext) => {
        const reading = read(restCallback({ to: 'oABC_1', bodies, ext }), NOW, own);
        expect(['events', 'unreadable']).toContain(reading?.kind);
      }),
    );
  });

  test('arbitrary bytes never throw and are not believed', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('['.repeat(100_000))),
        (body) => {
          expect(read(bodyOf(body))?.kind).toBe('refused');
        },
      ),
    );
  });
});
