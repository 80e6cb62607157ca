import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsIn, NOW, openDesk, payload, pushOf } from './desk.ts';

const { adapter } = openDesk();
const TEXT = payload('msg-text.json');

describe('a push that is not proved', () => {
  const refused = (reason: string) => ({ kind: 'refused', reason, answer: { status: 401, body: '' } });
  const good = pushOf('MSG', TEXT);

  test.each(['time', 'checksum', 'eventType'])('lacks %s', (name) => {
    const request = pushOf('MSG', TEXT, { query: { [name]: undefined } });
    expect(adapter.readCallback!(request, NOW)).toEqual(refused('query'));
  });

  test.each(['time', 'checksum', 'eventType'])('has %s twice', (name) => {
    const query = new URLSearchParams(good.query);
    query.append(name, query.get(name)!);
    expect(adapter.readCallback!({ ...good, query }, NOW)).toEqual(refused('query'));
  });

  test.each(['GET', 'PUT'])('is a %s', (method) => {
    expect(adapter.readCallback!({ ...good, method }, NOW)).toEqual(refused('method'));
  });

  test('has a checksum in capitals, or none of hex', () => {
    const checksum = good.query.get('checksum')!;
    for (const spoilt of [checksum.toUpperCase(), `${checksum} `, checksum.slice(1), 'x']) {
      const request = pushOf('MSG', TEXT, { query: { checksum: spoilt } });
      expect(adapter.readCallback!(request, NOW)).toMatchObject({ kind: 'refused' });
    }
  });

  test('is too old, or of the future, by its time or by ours', () => {
    const at = (sec: number) => pushOf('MSG', TEXT, { time: String(NOW / 1000 + sec) });
    for (const sec of [-301, 301]) expect(adapter.readCallback!(at(sec), NOW)).toEqual(refused('time'));
    for (const sec of [-300, 300])
      expect(adapter.readCallback!(at(sec), NOW)).toMatchObject({ kind: 'events' });
    const patient = openDesk({}, { callbackToleranceSec: 3600 }).adapter;
    expect(patient.readCallback!(at(-3600), NOW)).toMatchObject({ kind: 'events' });
  });

  test('has a time of another form, though it is signed', () => {
    for (const time of ['1700000000.0', '0x6553f100', '', ' 1700000000', '-1']) {
      expect(adapter.readCallback!(pushOf('MSG', TEXT, { time }), NOW)).toEqual(refused('query'));
    }
  });

  test('is signed with another secret, unless it is a previous one', () => {
    const request = pushOf('MSG', TEXT, { secret: 'F'.repeat(32) });
    expect(adapter.readCallback!(request, NOW)).toEqual(refused('checksum'));
    const changed = openDesk({}, { previousAppSecrets: ['E'.repeat(32), 'F'.repeat(32)] }).adapter;
    expect(changed.readCallback!(request, NOW)).toMatchObject({ kind: 'events' });
  });
});

describe('a push that is proved', () => {
  test.each(['', 'null', '[]', '{', '"x"', '{"uid":"a"}', '{"content":"a"}', '[{"uid":"a"}]'])(
    'but unreadable (%j) is kept and answered 400 without a word',
    (body) => {
      expect(adapter.readCallback!(pushOf('MSG', body), NOW)).toMatchObject({
        kind: 'unreadable',
        answer: { status: 400, body: '' },
      });
    },
  );

  test('may have a byte order mark and parameters that nobody knows', () => {
    const request = pushOf('MSG', `\ufeff${TEXT}`, { query: { tenant: '1', appKey: 'k' } });
    expect(eventsIn(adapter, request)).toHaveLength(1);
  });

  test('of a kind that nobody knows is kept as history, and answered as any other', () => {
    const request = pushOf('SESSION_MERGED', { uid: 'oABC_1', a: 1 });
    expect(adapter.readCallback!(request, NOW)).toMatchObject({
      kind: 'events',
      answer: { status: 200, body: '' },
      events: [{ kind: 'unsupported', vendorKind: 'SESSION_MERGED', visitor: 'oABC_1' }],
    });
    expect(eventsIn(adapter, pushOf('constructor', '{}'))).toMatchObject([
      { kind: 'unsupported', visitor: null },
    ]);
  });

  test('of our own message, from the subscription to message events, tells nothing', () => {
    expect(eventsIn(adapter, pushOf('CLIENT_MESSAGE', { foreign_id: 'oABC_1', content: '你好' }))).toEqual(
      [],
    );
  });

  test('keeps ids of 64 bits', () => {
    const body = payload('session-start-few-fields.json').replace('62930', '9223372036854775807');
    expect(eventsIn(adapter, pushOf('SESSION_START', body))).toMatchObject([
      { session: '9223372036854775807' },
    ]);
  });

  test('is answered 503 without a word when it cannot be kept', () => {
    expect(adapter.busy).toEqual({ status: 503, body: '' });
  });
});

describe('whatever comes', () => {
  test('arbitrary bytes, signed or not, never throw and are read the same twice', () => {
    const any = fc.record({
      eventType: fc.oneof(
        fc.constantFrom('MSG', 'SESSION_START', 'SESSION_END', 'EVA_INVITATION', 'QUEUE_TIMEOUT'),
        fc.string(),
      ),
      body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant('['.repeat(100_000))),
    });
    fc.assert(
      fc.property(any, fc.boolean(), ({ eventType, body }, isSigned) => {
        const request = pushOf(eventType, body, isSigned ? {} : { secret: 'x' });
        const first = adapter.readCallback!(request, NOW);
        expect(adapter.readCallback!(request, NOW)).toEqual(first);
        if (!isSigned) expect(first.kind).toBe('refused');
        expect('answer' in first && first.answer.body).toBe('');
      }),
    );
  });

  test('fields of any kind never throw', () => {
    const names = [
      'uid',
      'content',
      'msgType',
      'staffId',
      'sessionId',
      'evaluationModel',
      'closeReason',
      'message',
      'msgId',
    ];
    const fields = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.constantFrom('MSG', 'SESSION_START', 'SESSION_END', 'EVA_INVITATION'),
        fields,
        (type, body) => {
          const reading = adapter.readCallback!(pushOf(type, body), NOW);
          expect(['events', 'unreadable']).toContain(reading.kind);
        },
      ),
    );
  });
});
