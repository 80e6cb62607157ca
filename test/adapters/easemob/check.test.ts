import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/ports/channel.ts';
import { attemptOf, im, LOST, NOT_SENT, openDesk, page, rest, says, sent } from './desk.ts';

const signal = new AbortController().signal;
const check = async (...given: Parameters<typeof openDesk>) => {
  const desk = openDesk(...given);
  const findings = await desk.adapter.check!(signal);
  return { desk, findings, levels: [...new Set(findings.map(({ level }: Finding) => level))] };
};

describe('the check over IM', () => {
  test('takes a token and a user that nobody is, and lists what is guessed', async () => {
    const { desk, findings } = await check();
    expect(desk.names()).toEqual(['/token', '/users']);
    expect(sent(desk.calls[1])).toEqual({ username: 'wx-kefu-bridge-check' });
    expect(findings[0]).toMatchObject({ level: 'ok' });
    const guesses = findings.slice(1).map(({ text }) => text);
    for (const setting of [
      'maxAgeSec',
      'imNames',
      'restrictFiles',
      'ackTimeoutMs',
      'onUnknown',
      'maxTextBytes',
      'ratingMode',
      'unescapeHtml',
    ]) {
      expect(guesses.join('\n')).toContain(setting);
    }
  });

  test('finds who is there already in order', async () => {
    const taken = says({ error: 'duplicate_unique_property_exists' }, 400);
    expect((await check(im, { '/users': taken })).levels).toEqual(['ok', 'warn']);
  });

  test.each([
    ['a wrong secret', { '/token': says({ error: 'invalid_grant' }, 400) }, 'fatal', /clientSecret/],
    [
      'another cluster',
      { '/token': says({ error: 'organization_application_not_found' }, 404) },
      'fatal',
      /restBase/,
    ],
    ['nobody there', { '/token': NOT_SENT }, 'fatal', /restBase/],
    ['a forbidden address', { '/users': says({ error: 'forbidden_op' }, 403) }, 'fatal', /REST-IP/],
    ['a lost answer', { '/users': LOST }, 'warn', /again/],
    ['a page', { '/users': page(503) }, 'warn', /503/],
  ])('tells of %s', async (_what, answers, level, words) => {
    const { findings } = await check(im, answers);
    expect(findings).toEqual([{ level, text: expect.stringMatching(words) }]);
  });

  test('looks for what was kept of callbacks, where that was bought', async () => {
    const settings = { ...im, exceptionStorage: true };
    const { findings } = await check(settings, {
      '/callbacks/storage/info': says({ error: 'forbidden_op' }, 403),
    });
    expect(findings[1]).toMatchObject({ level: 'warn', text: expect.stringContaining('回调异常存储') });
  });
});

describe('the check of the REST channel', () => {
  test('takes a bad message for a right signature, and lists what is guessed', async () => {
    const bad = says({ status: 'FAIL', errorCode: 'KEFU_400' }, 400);
    const { desk, findings } = await check(rest, { '/rest/messages': bad });
    expect(String(desk.calls[0]?.body)).toBe('{}');
    expect(findings[0]).toMatchObject({ level: 'ok' });
    const guesses = findings.slice(1).map(({ text }) => text);
    for (const setting of [
      'restMd5',
      'restTimestampUnit',
      'restVisitorId',
      'restCallbackAuth',
      'restAllowNoExpiry',
      'cards',
      'media.keepSec',
    ]) {
      expect(guesses.join('\n')).toContain(setting);
    }
  });

  test.each([
    ['a wrong signature', says({}, 401), 'fatal', /restClientSecret/],
    ['a channel that is off', says({}, 403), 'fatal', /switched on/],
    ['a wrong path', page(404), 'fatal', /channelId/],
    ['nobody there', NOT_SENT, 'fatal', /kefuBase/],
  ])('tells of %s', async (_what, answer, level, words) => {
    const { findings } = await check(rest, { '/rest/messages': answer });
    expect(findings).toEqual([{ level, text: expect.stringMatching(words) }]);
  });

  test('wonders at a message that was taken', async () => {
    const { findings } = await check(rest, { '/rest/messages': says({ status: 'OK' }) });
    expect(findings[1]).toMatchObject({ level: 'warn', text: expect.stringContaining('took') });
  });
});

describe('callbacks that Easemob could not deliver', () => {
  const stored = says({
    data: [
      { date: '202109091440', size: 15, retry: 0 },
      { date: '202109091450', size: 3, retry: 10 },
      { date: '202109091500', size: 1, retry: 2 },
    ],
  });
  const start = (desk: ReturnType<typeof openDesk>) => desk.adapter.wake!('start', attemptOf(undefined));
  const retries = (desk: ReturnType<typeof openDesk>) =>
    desk.calls.filter(({ name }) => name === '/callbacks/storage/retry').map(sent);

  test('are asked for at the start, as long as it is worth it', async () => {
    const desk = openDesk({ ...im, exceptionStorage: true }, { '/callbacks/storage/info': stored });
    expect(await start(desk)).toEqual({ outcome: 'accepted' });
    const [info] = desk.calls.filter(({ name }) => name === '/callbacks/storage/info');
    expect(info?.method).toBe('GET');
    expect(retries(desk)).toEqual([
      { date: '202109091440', retry: 0 },
      { date: '202109091500', retry: 2 },
    ]);
  });

  test('are asked for later where that fails', async () => {
    const desk = openDesk({ ...im, exceptionStorage: true }, { '/callbacks/storage/info': page(503) });
    expect(await start(desk)).toMatchObject({ outcome: 'later', because: 'vendor' });
  });

  test('are left where nobody bought it, and by the REST channel', async () => {
    for (const settings of [im, { ...rest, exceptionStorage: true }]) {
      const desk = openDesk(settings);
      expect(await start(desk)).toEqual({ outcome: 'accepted' });
      expect(desk.calls).toEqual([]);
    }
  });
});
