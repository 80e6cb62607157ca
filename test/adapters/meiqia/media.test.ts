import { describe, expect, test } from 'vitest';
import type { Part } from '../../../src/model/message.ts';
import { type Desk, keptMedia, withDesk } from './desk.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const PNG = Buffer.from('\x89PNG\r\n\x1a\n----', 'latin1');
const AMR = Buffer.from('#!AMR\n\x0c--', 'latin1');
const MP4 = Buffer.from('\0\0\0\x18ftypmp42\r\n--', 'latin1');
const media = (id: string) => ({ id, from: {} });

describe('media', () => {
  test('are uploaded first, and lie there to the byte', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.copies.set('x_2', keptMedia(PNG, 'image/png'));
      desk.copies.set('x_3', keptMedia(AMR, 'audio/amr'));
      const deliveries = await desk.forward([
        { kind: 'image', media: media('x_1') },
        { kind: 'image', media: media('x_2') },
        { kind: 'voice', media: media('x_3'), transcript: '我要退货' },
      ]);
      expect(deliveries.at(-1)?.outcome).toBe('accepted');
      expect(desk.meiqia.messages.all.map(({ type, text = '' }) => [type, text])).toEqual([
        ['photo', ''],
        ['photo', ''],
        ['audio', ''],
        ['text', '我要退货'],
      ]);
      expect(desk.meiqia.messages.all.map(({ file }) => file)).toEqual([JPEG, PNG, AMR, undefined]);
      expect(desk.meiqia.refusals.all).toEqual([]);
    }));

  test('lie there before anybody is asked to serve', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.meiqia.fail({ path: '/upload', status: 503 });
      const image = { kind: 'image', media: media('x_1') } as const;
      expect((await desk.forward([image])).at(-1)).toMatchObject({ outcome: 'later', because: 'vendor' });
      expect(desk.meiqia.conversations).toEqual([]);
      await desk.forward([image], { number: 2 });
      const steps = ['upload', 'scheduler', 'client/send_msg'];
      expect(desk.paths().filter((name) => steps.includes(name))).toEqual(['upload', ...steps]);
    }));

  test('the words of a voice stay away where they are not wanted', () =>
    withDesk(
      async (desk) => {
        desk.copies.set('x_3', keptMedia(AMR, 'audio/amr'));
        await desk.forward([{ kind: 'voice', media: media('x_3'), transcript: '我要退货' }]);
        expect(desk.meiqia.messages.all.map(({ type }) => type)).toEqual(['audio']);
      },
      { voiceText: false },
    ));

  test('a video goes by a policy, all of whose fields stand before the file', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_4', keptMedia(MP4, 'video/mp4'));
      expect((await desk.forward([{ kind: 'video', media: media('x_4') }])).at(-1)?.outcome).toBe('accepted');
      const [message] = desk.meiqia.messages.all;
      expect(message).toMatchObject({ type: 'video', file: MP4, content: expect.stringMatching(/^video-/) });
    }));

  test('an upload is not made again by a repeat', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.meiqia.fail({ path: '/client/send_msg', status: 503 });
      const deliveries = await desk.forward([{ kind: 'image', media: media('x_1') }]);
      const progress = deliveries.findLast(({ outcome }) => outcome === 'more');
      expect(deliveries.at(-1)).toMatchObject({ outcome: 'later', because: 'vendor' });
      await desk.forward([{ kind: 'image', media: media('x_1') }], {
        number: 2,
        progress: progress?.outcome === 'more' ? progress.progress : null,
      });
      expect(desk.count('upload')).toBe(1);
      expect(desk.meiqia.messages.all.map(({ type }) => type)).toEqual(['photo']);
    }));

  const degraded = async (desk: Desk, part: Part) => {
    expect((await desk.forward([part])).at(-1)?.outcome).toBe('accepted');
    expect(desk.meiqia.messages.all.map(({ type }) => type)).toEqual(['text']);
    return desk.meiqia.messages.all[0]?.text;
  };
  const link = 'https://bridge.example.com/media/x_1';

  test.each<[string, object, Buffer, string, Part['kind'], string]>([
    [
      'of a type that is not uploaded',
      {},
      Buffer.from('RIFF....WEBP'),
      'image/webp',
      'image',
      `[图片] ${link}`,
    ],
    ['that are too large', { maxUploadBytes: 3 }, JPEG, 'image/jpeg', 'image', `[图片] ${link}`],
    ['that are no AMR', {}, Buffer.from('ID3'), 'audio/mpeg', 'voice', `[语音] ${link}`],
    ['that are no MP4', {}, Buffer.from('x'), 'video/quicktime', 'video', `[视频] ${link}`],
  ])('%s go as a link', (_name, settings, bytes, type, kind, text) =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(bytes, type));
      expect(await degraded(desk, { kind, media: media('x_1') } as Part)).toBe(text);
    }, settings),
  );

  test.each([
    ['pictures', { takesPhotos: false }, 'image', JPEG, 'image/jpeg'],
    ['videos', { takesVideos: false }, 'video', MP4, 'video/mp4'],
  ] as const)('go as a link where the console has %s switched off', (_name, options, kind, bytes, type) =>
    withDesk(
      async (desk) => {
        desk.copies.set('x_1', keptMedia(bytes, type));
        expect(await degraded(desk, { kind, media: media('x_1') })).toContain(link);
        expect(desk.count('sdk/init')).toBe(1);
      },
      {},
      options,
    ),
  );

  test.each([400, 413, 415])('whose upload is refused with %i go as a link, once', (status) =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.meiqia.fail({ path: '/upload', status, times: Number.POSITIVE_INFINITY });
      expect(await degraded(desk, { kind: 'image', media: media('x_1') })).toBe(`[图片] ${link}`);
      expect(desk.count('upload')).toBe(1);
    }),
  );

  test('whose upload did not come through come later', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(JPEG, 'image/jpeg'));
      desk.meiqia.fail({ path: '/upload', reset: true });
      const deliveries = await desk.forward([{ kind: 'image', media: media('x_1') }]);
      expect(deliveries.at(-1)).toMatchObject({ outcome: 'later', because: 'vendor' });
    }));

  test.each([
    'http://oss.example/',
    'http://127.0.0.1.example/',
    'ftp://10.0.0.1/',
    'file:///etc/passwd',
    'x',
  ])('are never put where a policy of %s leads', (url) =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(MP4, 'video/mp4'));
      const policy = { file_url: 'https://files.example/v', policy: { url, fields: { key: 'v' } } };
      desk.meiqia.fail({ path: '/upload/oss/policies', answer: { body: JSON.stringify(policy) } });
      expect(await degraded(desk, { kind: 'video', media: media('x_1') })).toBe(`[视频] ${link}`);
      expect(desk.paths()).not.toContain('upload/video');
    }),
  );

  test('are put at an internal address only where the operator allows it', () =>
    withDesk(async (desk) => {
      desk.copies.set('x_1', keptMedia(MP4, 'video/mp4'));
      const url = 'http://10.0.0.1/';
      const policy = { file_url: 'https://files.example/v', policy: { url, fields: { key: 'v' } } };
      desk.meiqia.fail({ path: '/upload/oss/policies', answer: { body: JSON.stringify(policy) } });
      expect(await degraded(desk, { kind: 'video', media: media('x_1') })).toBe(`[视频] ${link}`);
      expect(desk.calls.find(({ name }) => name === 'upload/video')).toMatchObject({ untrusted: true });
    }));
});
