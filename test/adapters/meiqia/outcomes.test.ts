import { describe, expect, test } from 'vitest';
import { outcomeOf, outcomeOfHarmless } from '../../../adapters/meiqia/outcome.ts';
import { withDesk } from './desk.ts';

const status = (code: number, retryAfterMs?: number) =>
  ({ kind: 'status', status: code, words: '', ...(retryAfterMs !== undefined && { retryAfterMs }) }) as const;

describe('a call that failed', () => {
  test.each([
    [
      '429 asks for a second at least',
      status(429),
      1,
      { outcome: 'later', because: 'vendor', afterMs: 1000 },
    ],
    ['429 again asks for more', status(429), 4, { outcome: 'later', because: 'vendor', afterMs: 8000 }],
    ['429 with Retry-After asks for that', status(429, 7000), 1, { outcome: 'later', afterMs: 7000 }],
    [
      '429 with a short Retry-After asks for a second',
      status(429, 0),
      1,
      { outcome: 'later', afterMs: 1000 },
    ],
    ['500 is not done', status(500), 1, { outcome: 'later', because: 'vendor' }],
    ['503 is not done', status(503), 9, { outcome: 'later', because: 'vendor' }],
    ['401 is about keys', status(401), 1, { outcome: 'later', because: 'vendor', alarm: expect.any(String) }],
    ['403 is about keys', status(403), 1, { outcome: 'later', because: 'vendor', alarm: expect.any(String) }],
    [
      '404 is about addresses',
      status(404),
      1,
      { outcome: 'later', because: 'vendor', alarm: expect.stringContaining('baseUrls') },
    ],
    [
      '302 is about addresses',
      status(302),
      1,
      { outcome: 'later', because: 'vendor', alarm: expect.any(String) },
    ],
    ['400 is a refusal', status(400), 1, { outcome: 'refused', code: 'http 400' }],
    ['413 is a refusal', status(413), 1, { outcome: 'refused', code: 'http 413' }],
    ['415 is a refusal', status(415), 1, { outcome: 'refused', code: 'http 415' }],
    [
      'no connection is not done',
      { kind: 'notSent', code: 'econnrefused' },
      1,
      { outcome: 'later', because: 'vendor' },
    ],
    ['a cut is unknown', { kind: 'lost', code: 'econnreset' }, 1, { outcome: 'unknown', afterMs: 3000 }],
    ['what cannot be opened is unknown', { kind: 'stale' }, 1, { outcome: 'unknown', code: 'undecryptable' }],
  ] as const)('with %s', (_name, failure, number, outcome) => {
    expect(outcomeOf(failure, number)).toMatchObject(outcome);
  });

  test('is never unknown where a repeat harms nobody', () => {
    for (const failure of [{ kind: 'lost', code: 'x' }, { kind: 'stale' }] as const) {
      expect(outcomeOfHarmless(failure, 1)).toMatchObject({ outcome: 'later', because: 'vendor' });
    }
  });
});

describe('a message', () => {
  const sends = '/client/send_msg';
  const forever = { times: Number.POSITIVE_INFINITY };

  test.each([
    [sends, 401],
    [sends, 403],
    ['/scheduler', 401],
  ])(
    'at whose %s keys are refused with %i gets new ones and goes once more, then waits with an alarm',
    (path, code) =>
      withDesk(async (desk) => {
        desk.meiqia.fail({ path, status: code });
        expect((await desk.say('一')).at(-1)?.outcome).toBe('accepted');
        expect(desk.count('sdk/init_sdk_user')).toBe(2);
        desk.fold([
          {
            kind: 'sessionEnded',
            session: desk.meiqia.conversations[0]?.id ?? '',
            reason: 'agent',
            keys: [],
            at: 0,
          },
        ]);
        desk.meiqia.fail({ path, status: code, ...forever });
        const delivery = (await desk.say('二')).at(-1);
        expect(delivery).toMatchObject({
          outcome: 'later',
          because: 'vendor',
          alarm: expect.stringContaining('clock'),
        });
        expect(desk.meiqia.messages.count).toBe(1);
      }),
  );

  test.each([
    [
      '/sdk/init_sdk_user',
      404,
      { outcome: 'later', because: 'vendor', alarm: expect.stringContaining('AppKey') },
    ],
    ['/sdk/init_sdk_user', 500, { outcome: 'later', because: 'vendor' }],
    ['/sdk/get_dev_client_id', 400, { outcome: 'refused', code: 'unbindable', alarm: expect.any(String) }],
    ['/sdk/get_dev_client_id', 503, { outcome: 'later', because: 'vendor' }],
    ['/scheduler', 400, { outcome: 'later', because: 'message' }],
    ['/scheduler', 429, { outcome: 'later', because: 'vendor', afterMs: expect.any(Number) }],
    [sends, 429, { outcome: 'later', because: 'vendor' }],
    [sends, 500, { outcome: 'later', because: 'vendor' }],
    [sends, 413, { outcome: 'refused' }],
  ])('whose %s is answered by %i comes to what that means', (path, code, outcome) =>
    withDesk(async (desk) => {
      desk.meiqia.fail({ path, status: code, ...forever });
      expect((await desk.say('你好')).at(-1)).toMatchObject(outcome);
    }),
  );

  test.each(['/sdk/init_sdk_user', '/sdk/get_dev_client_id', '/scheduler'])(
    'is not unknown because an answer of %s was lost',
    (path) =>
      withDesk(async (desk) => {
        desk.meiqia.fail({ path, lose: true, ...forever });
        expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'later', because: 'vendor' });
      }),
  );

  test('that is left while the answer to it is lost is unknown', () =>
    withDesk(
      async (desk) => {
        desk.meiqia.fail({ path: '/client/tickets_v2', lose: true });
        expect((await desk.say('你好')).at(-1)).toMatchObject({ outcome: 'unknown' });
      },
      {},
      { agents: [] },
    ));
});

describe('a look into the stream', () => {
  test.each([
    [401, { alarm: expect.any(String), afterMs: 60_000 }],
    [429, { afterMs: 1000 }],
    [500, {}],
  ])('that is answered by %i comes later', (code, rest) =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.meiqia.fail({ path: '/conversation/', status: code, times: Number.POSITIVE_INFINITY });
      const { conversation, memory, signal } = desk.context();
      const page = await desk.adapter.pull!(
        { topic: 'stream', cursor: null, conversation: conversation!, memory },
        signal,
      );
      expect(page).toMatchObject({ outcome: 'later', ...rest });
    }),
  );

  test('of nobody is an empty page', () =>
    withDesk(async (desk) => {
      const { memory, signal } = desk.context();
      expect(await desk.adapter.pull!({ topic: 'stream', cursor: 'c', memory }, signal)).toEqual({
        outcome: 'page',
        cursor: 'c',
        more: false,
      });
    }));

  test('from a cursor that cannot be read begins anew', () =>
    withDesk(async (desk) => {
      await desk.say('你好');
      desk.cursors.set('stream', 'rubbish');
      expect((await desk.pull()).outcome).toBe('page');
    }));
});
