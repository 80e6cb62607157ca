import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Part } from '../../src/model/message.ts';
import type { KeptMedia, SendAttempt } from '../../src/ports/channel.ts';
import { openSink } from '../wechat/desk.ts';
import { type ChannelPlace, sendAll, text, withChannel } from './channel.ts';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 7)]);
const picture: Part = { kind: 'image', media: { id: 'x_1', from: { url: 'https://desk.example/a.png' } } };
const kept: KeptMedia = {
  type: 'image/png',
  bytes: png.length,
  name: 'a.png',
  md5: createHash('md5').update(png).digest('hex'),
  read: async () => png,
};
const there: Partial<SendAttempt> = {
  media: async () => kept,
  mediaUrl: async () => 'https://bridge.example/media/a.png',
};
const { signal } = new AbortController();

export function describeMedia(place: ChannelPlace): void {
  describe('a picture', () => {
    test('of an agent reaches the visitor, in its place among the words', () =>
      withChannel(place, async (bench) => {
        const parts = [...text('看'), picture, ...text('好看吗')];
        expect(await sendAll(bench, parts, there)).toMatchObject({ outcome: 'accepted' });
        expect(bench.received()).toEqual(['看', 'image', '好看吗']);
        expect(bench.uploaded(1)?.equals(png)).toBe(true);
      }));

    test('is uploaded once, however often it is sent', () =>
      withChannel(place, async (bench) => {
        await sendAll(bench, [picture], there);
        const before = bench.calls();
        await sendAll(bench, [picture], { ...there, key: 'm_01970f3c4d5e7a6b8c9d0e1f2a3b4c5f' });
        expect(bench.received()).toEqual(['image', 'image']);
        expect(bench.calls() - before).toBe(1);
      }));

    test('that the bridge has no copy of is a line with its address', () =>
      withChannel(place, async (bench) => {
        const mediaUrl = there.mediaUrl ?? (async () => undefined);
        expect(await sendAll(bench, [picture], { mediaUrl })).toMatchObject({ outcome: 'accepted' });
        expect(bench.received()).toEqual(['[图片] https://bridge.example/media/a.png']);
      }));

    test('of a visitor is fetched by its id', () =>
      withChannel(place, async (bench) => {
        const sink = openSink();
        const fetched = await bench.channel.fetchMedia({ channelId: bench.shelve(png) }, sink, signal);
        expect(fetched).toMatchObject({ kind: 'taken', type: 'image/png' });
        expect(sink.body.equals(png)).toBe(true);
      }));

    test('that nobody knows is gone', () =>
      withChannel(place, async (bench) => {
        const fetched = await bench.channel.fetchMedia({ channelId: 'nobody-knows' }, openSink(), signal);
        expect(fetched).toMatchObject({ kind: 'gone', code: expect.any(String) });
        expect(await bench.channel.fetchMedia({}, openSink(), signal)).toMatchObject({ kind: 'gone' });
      }));

    test.each(['unreachable', 'unavailable', 'busy', 'losesAnswers'] as const)(
      'is fetched later where the platform is %s',
      (how) =>
        withChannel(place, async (bench) => {
          const channelId = bench.shelve(png);
          await bench.behave(how);
          const fetched = await bench.channel.fetchMedia({ channelId }, openSink(), signal);
          expect(fetched).toMatchObject({ kind: 'later', code: expect.any(String) });
          await bench.behave('works');
        }),
    );
  });

  test('a look at the settings tells what is found, and no secret', () =>
    withChannel(place, async (bench) => {
      const findings = await bench.channel.check(signal);
      expect(findings.filter(({ level }) => level === 'fatal')).toEqual([]);
      await bench.behave('unreachable');
      const broken = await bench.channel.check(signal);
      expect(broken.some(({ level }) => level !== 'ok')).toBe(true);
      const told = JSON.stringify([...findings, ...broken]);
      for (const secret of bench.secrets) expect(told).not.toContain(secret);
    }));
}
