import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { proveCall, signCall } from '../../../adapters/webhook/signature.ts';
import { callbackOf, eventOf, NOW, OTHER_SECRET, openAdapter, SECRET } from './desk.ts';

/** The worked example that the libraries of Standard Webhooks test themselves with. */
const example = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  now: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const given = { secrets: [SECRET], toleranceSec: 300, now: NOW };

describe('a call', () => {
  test('is signed as the worked example is', () => {
    expect(signCall([example.secret], example)).toEqual({
      'webhook-id': example.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': example.signature,
    });
  });

  test('is signed by every secret while they are changed, so that either one proves it', () => {
    const now = Date.now();
    const body = '{"说":"你好"}';
    const headers = signCall([SECRET, OTHER_SECRET], { id: 'm_1', now, body });
    for (const secret of [SECRET, OTHER_SECRET]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual({ 说: '你好' });
    }
  });
});

describe('a callback', () => {
  test('is proved as the worked example is', () => {
    const { secret, now, body, signature, id } = example;
    const headers = { 'webhook-id': id, 'webhook-timestamp': '1614265330', 'webhook-signature': signature };
    expect(
      proveCall({ headers, body: Buffer.from(body) }, { secrets: [secret], toleranceSec: 300, now }),
    ).toEqual({ kind: 'proved', id, at: now, text: body });
  });

  test('that anybody signs with the library is proved', () => {
    fc.assert(
      fc.property(fc.json(), fc.uuid(), (text, id) => {
        const signature = new Webhook(SECRET).sign(id, new Date(NOW), text);
        const request = callbackOf(text, { id, headers: { 'webhook-signature': signature } });
        expect(proveCall(request, given)).toMatchObject({ kind: 'proved', text });
      }),
    );
  });

  test('is proved by any one of several signatures, of whatever scheme the others are', () => {
    const request = callbackOf('{}');
    const own = request.headers['webhook-signature'];
    const headers = { 'webhook-signature': `v1a,Zm9yZWlnbg== v1, ${own} v2,${own?.slice(3)}` };
    expect(proveCall(callbackOf('{}', { headers }), given).kind).toBe('proved');
  });

  test('is proved by an earlier secret for as long as that stands in the settings', () => {
    const request = callbackOf(eventOf('agent.typing'), { secret: OTHER_SECRET });
    const read = (settings: object) => openAdapter({ ...settings }).readCallback?.(request, NOW).kind;
    expect(read({ previousSecrets: [OTHER_SECRET] })).toBe('events');
    expect(read({ previousSecrets: [] })).toBe('refused');
  });

  test.each<[string, Record<string, string | undefined>]>([
    [
      'a scheme that is none',
      { 'webhook-signature': callbackOf('{}').headers['webhook-signature']?.replace('v1', 'v0') },
    ],
    ['no scheme', { 'webhook-signature': callbackOf('{}').headers['webhook-signature']?.slice(3) }],
    ['an empty signature', { 'webhook-signature': 'v1,' }],
    ['a time that is no whole number', { 'webhook-timestamp': `${NOW / 1000}.0` }],
    ['a time with words behind it', { 'webhook-timestamp': `${NOW / 1000}x` }],
    ['a time of 1970', { 'webhook-timestamp': '0' }],
    ['an empty id', { 'webhook-id': '' }],
    ['an id of 257 characters', { 'webhook-id': 'a'.repeat(257) }],
    ['an id with a space', { 'webhook-id': 'evt 1' }],
  ])('with %s is refused', (_what, headers) => {
    expect(proveCall(callbackOf('{}', { headers }), given).kind).toBe('unproved');
  });

  test('whose parts were moved over the full stop is refused, though the signature fits', () => {
    const time = String(NOW / 1000);
    const whole = callbackOf(`${time}.{}`, { id: 'evt_1', time });
    const moved = { ...whole.headers, 'webhook-id': `evt_1.${time}` };
    // Without the rule for ids this would be proved: the signed bytes are the same.
    expect(new Webhook(SECRET).sign(moved['webhook-id'], new Date(NOW), '{}')).toBe(
      whole.headers['webhook-signature'],
    );
    expect(proveCall({ headers: moved, body: Buffer.from('{}') }, given)).toEqual({
      kind: 'unproved',
      reason: 'headers',
    });
  });

  test('of bytes that are no text is refused: to the library they are all the same', () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22]);
    const signature = new Webhook(SECRET).sign('evt_1', new Date(NOW), bytes);
    const request = callbackOf(bytes, { headers: { 'webhook-signature': signature } });
    expect(new Webhook(SECRET).sign('evt_1', new Date(NOW), Buffer.from([0x22, 0xfe, 0x22]))).toBe(signature);
    expect(proveCall(request, given)).toEqual({ kind: 'unproved', reason: 'body' });
  });
});
