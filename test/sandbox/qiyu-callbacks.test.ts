import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Call } from '../../sandbox/vendors/server.ts';
import { empty } from './bridge-double.ts';
import { NOW, openBench, SECRET, UID } from './qiyu-bench.ts';

const exampleB = {
  uid: 'oABC_1',
  content: '您好，请问有什么可以帮您？',
  staffId: 143,
  timeStamp: 1700000123456,
  staffName: '小李',
  msgId: '00112233445566778899aabbccddeeff',
  msgType: 'TEXT',
};

/** Whether a callback carries the checksum of its own bytes. */
function isSigned({ query, body }: Call, secret = SECRET): boolean {
  const md5 = createHash('md5').update(body).digest('hex');
  const signed = createHash('sha1')
    .update(secret + md5 + query.get('time'))
    .digest('hex');
  return query.get('checksum') === signed;
}

describe('the worked examples of a callback', () => {
  test.each([
    ['B', exampleB, 'compact', 189, 'd15bad7496b4b0928a435807b5693bda708b5dbc'],
    ['B pretty-printed', exampleB, 'pretty', 232, '0bbbc4e4c18bb295ccb8b049b2d19117567ee33c'],
    [
      'C with escapes',
      { uid: UID, content: '您好' },
      'escaped',
      41,
      'acf478bf270155844d6d01af8c7696d443e9833c',
    ],
  ] as const)('%s', async (_name, body, format, bytes, checksum) => {
    await using bench = await openBench({ now: () => 1_700_000_123_999 });
    expect(await bench.qiyu.push('MSG', body, { format })).toMatchObject({ verdict: { kind: 'accepted' } });
    const [call] = bench.bridge.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/callback/shop/main' });
    expect(call!.headers['content-type']).toBe('application/json;charset=utf-8');
    expect(call!.body.length).toBe(bytes);
    expect(Object.fromEntries(call!.query)).toEqual({ eventType: 'MSG', time: '1700000123', checksum });
  });

  test('the nonce scheme does not cover the body', async () => {
    await using bench = await openBench({ callbackScheme: 'nonce' });
    await bench.qiyu.push('MSG', exampleB);
    const [call] = bench.bridge.calls;
    const { nonce, time, checksum } = Object.fromEntries(call!.query);
    expect(checksum).toBe(createHash('sha1').update(`${SECRET}${nonce}${time}`).digest('hex'));
  });

  test('an address with a query of its own keeps it', async () => {
    await using bench = await openBench();
    bench.qiyu.changeSettings({ callbackUrl: `${bench.bridge.url}?tenant=1` });
    await bench.qiyu.push('MSG', exampleB);
    expect([...bench.bridge.calls[0]!.query.keys()]).toEqual(['tenant', 'eventType', 'time', 'checksum']);
    expect(() => bench.qiyu.changeSettings({ callbackUrl: 'bridge/callback' })).toThrow('http URL');
  });
});

describe('an answer', () => {
  test.each([
    ['success', { ...empty, body: 'success' }, 'a body of 7 bytes'],
    ['ok in JSON', { ...empty, body: '{"code":0}' }, 'a body of 10 bytes'],
    ['one blank', { ...empty, body: ' ' }, 'a body of 1 bytes'],
    ['204', { ...empty, status: 204 }, 'status 204'],
    ['401', { ...empty, status: 401 }, 'status 401'],
    ['302', { ...empty, status: 302 }, 'status 302'],
    ['503', { ...empty, status: 503 }, 'status 503'],
  ])('of %s is a failure: the same bytes come twice again', async (_name, answer, reason) => {
    await using bench = await openBench();
    bench.bridge.answer = () => answer;
    const called = await bench.qiyu.push('MSG', exampleB);
    expect(called).toMatchObject({ tries: 3, verdict: { kind: 'refused', reason } });
    const [first, ...again] = bench.bridge.calls;
    expect(again).toMatchObject([1, 2].map(() => ({ query: first!.query, body: first!.body })));
  });

  test('that does not come in time, or is cut, is a failure', async () => {
    await using bench = await openBench({ answerTimeoutMs: 40, maxCallbackTries: 1 });
    bench.bridge.answer = () => undefined;
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({
      verdict: { kind: 'noAnswer', reason: 'timeout' },
    });
    await bench.bridge.close();
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({
      verdict: { kind: 'noAnswer', reason: 'ECONNREFUSED' },
    });
  });

  test('that is right at last ends the re-sends', async () => {
    await using bench = await openBench();
    bench.bridge.answer = () => (bench.bridge.calls.length === 1 ? { ...empty, status: 503 } : empty);
    const called = await bench.qiyu.push('MSG', exampleB);
    expect(called).toMatchObject({ tries: 2, status: 200, answer: '', verdict: { kind: 'accepted' } });
    expect(called.attempts.map(({ status }) => status)).toEqual([503, 200]);
    expect(bench.qiyu.callbacks.all).toEqual([called]);
  });

  test('is awaited before the next callback of the same visitor, not of another', async () => {
    await using bench = await openBench();
    const held = Promise.withResolvers<typeof empty>();
    bench.bridge.answer = () => (bench.bridge.calls.length === 1 ? held.promise : empty);
    const first = bench.qiyu.agentSays('u1', '1');
    await bench.qiyu.agentSays('u2', '2');
    const visitors = () => bench.bridge.calls.map(({ body }) => JSON.parse(body.toString()).uid);
    expect(visitors().toSorted()).toEqual(['u1', 'u2', 'u2']);
    held.resolve(empty);
    await first;
    expect(visitors().at(-1)).toBe('u1');
  });
});

test('a re-send can have a time of its own, freshly signed', async () => {
  await using bench = await openBench({ resendsWithNewTime: true });
  bench.bridge.answer = () => {
    bench.clock.now += 2000;
    return { ...empty, status: 503 };
  };
  await bench.qiyu.push('MSG', exampleB);
  const times = bench.bridge.calls.map(({ query }) => Number(query.get('time')) - NOW / 1000);
  expect(times).toEqual([0, 2, 4]);
  expect(bench.bridge.calls.every((call) => isSigned(call))).toBe(true);
});

describe('ten failures in a row', () => {
  test('suspend the address for an hour, and what is said meanwhile is lost', async () => {
    await using bench = await openBench();
    bench.bridge.answer = () => ({ ...empty, status: 500 });
    for (let push = 0; push < 3; push += 1) await bench.qiyu.push('MSG', exampleB);
    expect(bench.qiyu.callbacksSuspendedUntil).toBe(0);
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({ tries: 1 });
    expect(bench.qiyu.callbacksSuspendedUntil).toBe(NOW + 3_600_000);
    bench.bridge.answer = () => empty;
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({
      tries: 0,
      verdict: { kind: 'suspended' },
    });
    bench.clock.now += 3_600_000;
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({ verdict: { kind: 'accepted' } });
    expect(bench.bridge.calls).toHaveLength(11);
  });

  test('are not ten when one is accepted between, nor when the address is set anew', async () => {
    await using bench = await openBench({ maxCallbackTries: 1 });
    const fail = async (count: number) => {
      bench.bridge.answer = () => ({ ...empty, status: 500 });
      for (let push = 0; push < count; push += 1) await bench.qiyu.push('MSG', exampleB);
      bench.bridge.answer = () => empty;
    };
    await fail(9);
    await bench.qiyu.push('MSG', exampleB);
    await fail(9);
    expect(bench.qiyu.callbacksSuspendedUntil).toBe(0);
    await fail(1);
    expect(bench.qiyu.callbacksSuspendedUntil).toBeGreaterThan(NOW);
    bench.qiyu.changeSettings({ callbackUrl: bench.bridge.url });
    expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({ verdict: { kind: 'accepted' } });
  });
});

describe('a forgery', () => {
  test('can be wrong in every way, with one try that counts for nothing', async () => {
    await using bench = await openBench({ maxCallbackFailures: 1 });
    bench.bridge.answer = () => ({ ...empty, status: 401 });
    const forge = async (forgery: Parameters<typeof bench.qiyu.forge>[2]) => {
      expect(await bench.qiyu.forge('MSG', exampleB, forgery)).toMatchObject({ tries: 1, status: 401 });
      return bench.bridge.calls.at(-1)!;
    };
    const control = await forge({});
    expect(isSigned(control)).toBe(true);
    const foreign = await forge({ appSecret: 'another' });
    expect([isSigned(foreign), isSigned(foreign, 'another')]).toEqual([false, true]);
    const stale = await forge({ time: NOW / 1000 - 301 });
    expect([stale.query.get('time'), isSigned(stale)]).toEqual([String(NOW / 1000 - 301), true]);
    expect(isSigned(await forge({ body: JSON.stringify(exampleB).replace('143', '144') }))).toBe(false);
    expect((await forge({ query: { checksum: null } })).query.has('checksum')).toBe(false);
    expect((await forge({ query: { time: ['1', '2'] } })).query.getAll('time')).toEqual(['1', '2']);
    const upper = await forge({ isUpperCase: true });
    expect(upper.query.get('checksum')).toBe(control.query.get('checksum')!.toUpperCase());
    expect(await forge({ method: 'PUT' })).toMatchObject({ method: 'PUT' });
    expect(bench.qiyu.callbacksSuspendedUntil).toBe(0);
  });

  test('can be a true callback that comes once more', async () => {
    await using bench = await openBench();
    const called = await bench.qiyu.agentSays(UID, '您好');
    bench.clock.now += 60_000;
    expect(await bench.qiyu.repeat(called)).toMatchObject({ tries: 1, verdict: { kind: 'accepted' } });
    const [first, again] = bench.bridge.calls.slice(-2);
    expect(again).toMatchObject({ query: first!.query, body: first!.body });
  });

  test('can be proved and still no JSON', async () => {
    await using bench = await openBench();
    await bench.qiyu.push('MSG', '{"uid":');
    expect(bench.bridge.calls[0]!.body.toString()).toBe('{"uid":');
    expect(isSigned(bench.bridge.calls[0]!)).toBe(true);
  });
});

test('without an address nothing is called back', async () => {
  await using bench = await openBench({ callbackUrl: undefined });
  expect(await bench.qiyu.push('MSG', exampleB)).toMatchObject({ tries: 0, verdict: { kind: 'noAddress' } });
});

test('a closed Qiyu leaves nobody waiting', async () => {
  const bench = await openBench({ resendAfterMs: 60_000 });
  bench.bridge.answer = () => ({ ...empty, status: 503 });
  const pushing = bench.qiyu.push('MSG', exampleB);
  const waiting = expect(bench.qiyu.nextMessage()).rejects.toThrow('closed while waiting');
  await bench.qiyu.close();
  await waiting;
  expect((await pushing).verdict.kind).not.toBe('accepted');
  await bench.bridge.close();
});
