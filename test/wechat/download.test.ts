import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../src/ports/http.ts';
import { attemptOf, openDesk, openSink, says, status } from './desk.ts';

const { signal } = attemptOf();
const file = (headers: Record<string, string> = {}): HttpResult => ({
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'image/jpeg', ...headers },
  body: Buffer.from([1, 2]),
});
const TAKEN = { kind: 'taken', type: 'image/jpeg' };
const byId = { channelId: 'media-1' };
const URL_OF_PICTURE = 'http://mmbiz.qpic.cn/a/0';
const byBoth = { channelId: 'media-1', url: URL_OF_PICTURE };
const GONE = says({ errcode: 40007, errmsg: 'invalid media_id' }, 'text/plain');

describe('a medium', () => {
  test('is fetched by its id', async () => {
    const desk = openDesk([file({ 'content-disposition': 'attachment; filename="a.jpg"' })]);
    expect(await desk.channel.fetchMedia(byId, openSink(), signal)).toEqual({ ...TAKEN, name: 'a.jpg' });
    expect(new URL(desk.calls[0]?.url ?? '').searchParams.get('media_id')).toBe('media-1');
    expect(desk.calls[0]).toMatchObject({ timeoutMs: 60_000, idleTimeoutMs: 15_000 });
  });

  test.each(['text/plain', 'application/json', 'image/jpeg'])(
    'is gone where an error comes as %s',
    async (type) => {
      const desk = openDesk([says({ errcode: 40007, errmsg: 'invalid media_id' }, type)]);
      expect(await desk.channel.fetchMedia(byId, openSink(), signal)).toEqual({
        kind: 'gone',
        code: '40007',
      });
    },
  );

  test('that is a video is fetched from the address WeChat names, as one that is not trusted', async () => {
    const desk = openDesk([says({ video_url: 'http://mpvideo.qpic.cn/v' }, 'text/plain'), file()]);
    const sink = openSink();
    expect(await desk.channel.fetchMedia(byId, sink, signal)).toEqual(TAKEN);
    expect(desk.calls[1]).toMatchObject({ url: 'http://mpvideo.qpic.cn/v', untrusted: true, redirects: 3 });
    expect(sink.body).toEqual(Buffer.from([1, 2]));
  });

  test('is fetched by its link where the id is dead', async () => {
    const desk = openDesk([GONE, file()]);
    const sink = openSink();
    expect(await desk.channel.fetchMedia(byBoth, sink, signal)).toEqual(TAKEN);
    // The error that came in its place is not before it.
    expect(sink.body).toEqual(Buffer.from([1, 2]));
    expect(desk.calls[1]).toMatchObject({ url: URL_OF_PICTURE, untrusted: true });
    expect(desk.calls[1]?.url).not.toContain('access_token');
  });

  test.each([
    'http://evil.example/a',
    'http://qpic.cn.evil.example/a',
    'http://evilqpic.cn/a',
    'ftp://a.qpic.cn/a',
    'nonsense',
  ])('is never fetched from %s', async (url) => {
    const desk = openDesk([GONE, file()]);
    expect(await desk.channel.fetchMedia({ channelId: 'm', url }, openSink(), signal)).toEqual({
      kind: 'gone',
      code: '40007',
    });
    expect(await desk.channel.fetchMedia({ url }, openSink(), signal)).toEqual({
      kind: 'gone',
      code: 'host not allowed',
    });
    expect(desk.calls).toHaveLength(1);
  });

  test('may lie where the settings say', async () => {
    const desk = openDesk([file()], { settings: { mediaHosts: ['cdn.example.com'] } });
    expect(await desk.channel.fetchMedia({ url: 'https://cdn.example.com/a' }, openSink(), signal)).toEqual(
      TAKEN,
    );
    expect(
      await desk.channel.fetchMedia({ url: 'https://x.cdn.example.com/a' }, openSink(), signal),
    ).toMatchObject({
      kind: 'gone',
    });
  });

  test.each([
    [status(503), { kind: 'later', code: 'http 503' }],
    [{ kind: 'lost', code: 'etimedout' } as const, { kind: 'later', code: 'etimedout' }],
    [{ kind: 'notSent', code: 'econnrefused' } as const, { kind: 'later', code: 'econnrefused' }],
    [{ kind: 'tooLarge', code: 'over' } as const, { kind: 'gone', code: 'tooLarge' }],
    [
      says({ errcode: 45011, errmsg: '' }),
      { kind: 'later', code: '45011', afterMs: 40_000, because: 'account' },
    ],
    [says({ errcode: -1, errmsg: '' }), { kind: 'later', code: '-1' }],
    [says('no object', 'text/plain'), { kind: 'later', code: 'unreadable' }],
  ])('that could not be fetched by its id (%#)', async (answer, fetched) => {
    expect(await openDesk([answer]).channel.fetchMedia(byId, openSink(), signal)).toEqual(fetched);
  });

  test.each([
    [status(404), { kind: 'gone', code: 'http 404' }],
    [status(200), { kind: 'gone', code: 'no medium' }],
    [status(500), { kind: 'later', code: 'http 500' }],
    [status(408), { kind: 'later', code: 'http 408' }],
    [file({ 'content-encoding': 'gzip' }), { kind: 'gone', code: 'encoding' }],
    [{ kind: 'refused', code: 'internal_address' } as const, { kind: 'gone', code: 'internal_address' }],
    [{ kind: 'lost', code: 'etimedout' } as const, { kind: 'later', code: 'etimedout' }],
  ])('that could not be fetched by its link (%#)', async (answer, fetched) => {
    expect(await openDesk([answer]).channel.fetchMedia({ url: URL_OF_PICTURE }, openSink(), signal)).toEqual(
      fetched,
    );
  });

  test('waits for its id where the link is dead', async () => {
    const desk = openDesk([status(503), status(404)]);
    expect(await desk.channel.fetchMedia(byBoth, openSink(), signal)).toEqual({
      kind: 'later',
      code: 'http 503',
    });
  });

  test('is fetched anew with a new token', async () => {
    const desk = openDesk([says({ errcode: 42001, errmsg: '' }, 'text/plain'), file()]);
    expect(await desk.channel.fetchMedia(byId, openSink(), signal)).toEqual(TAKEN);
  });
});
