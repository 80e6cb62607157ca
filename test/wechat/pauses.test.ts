import { describe, expect, test } from 'vitest';
import { paceFetch } from '../../src/pace/paced-fetch.ts';
import type { HttpCall } from '../../src/ports/http.ts';
import type { ApiPause, Pace } from '../../src/ports/pace.ts';
import { unpaced } from '../../src/ports/pace.ts';
import { NOW, VISITOR } from './account.ts';
import {
  type Desk,
  imageReply,
  OK,
  openDesk,
  openSink,
  PNG,
  SIGNAL,
  says,
  sendAll,
  textReply,
} from './desk.ts';

/** 14 November 2023, 22:13:20 UTC: in Shanghai it is a quarter past six in the morning. */
const MIDNIGHT = Date.UTC(2023, 10, 15, 16);
const MINUTE = Date.UTC(2023, 10, 14, 22, 14);
const SEND = '/cgi-bin/message/custom/send';
const UPLOAD = '/cgi-bin/media/upload';

/** A pace that writes down what it is told, and holds back the APIs that are named. */
function openPace(heldBack: Readonly<Record<string, number>> = {}) {
  const paused: (readonly [string, ApiPause])[] = [];
  const pace: Pace = {
    ...unpaced,
    async enter(call) {
      const untilMs = heldBack[call.name];
      return untilMs === undefined ? unpaced.enter(call) : { kind: 'putOff', untilMs };
    },
    async pause(api, pause) {
      paused.push([api, pause]);
      return paused.length === 1;
    },
  };
  return { pace, paused };
}

const error = (errcode: number) => says({ errcode, errmsg: 'no rid: 65ffe934-2355113d-79ef0b31' });
const withImage = { media: async () => PNG };

describe('what WeChat’s refusals mean for other calls', () => {
  test.each([
    [45009, { untilMs: MIDNIGHT, code: '45009' }],
    [45011, { untilMs: MINUTE, code: '45011' }],
    [44991, { untilMs: MINUTE, code: '44991' }],
  ])('%i stops the API that was called', async (errcode, pause) => {
    const { pace, paused } = openPace();
    const desk = openDesk([error(errcode)], { pace });
    expect(await sendAll(desk, textReply())).toMatchObject([{ outcome: 'pause', code: String(errcode) }]);
    expect(paused).toEqual([[SEND, pause]]);
  });

  test('45009 for an upload stops uploads', async () => {
    const { pace, paused } = openPace();
    const desk = openDesk([error(45009)], { pace });
    expect(await sendAll(desk, imageReply, withImage)).toMatchObject([
      { outcome: 'pause', untilMs: MIDNIGHT },
    ]);
    expect(paused.map(([api]) => api)).toEqual([UPLOAD]);
  });

  test.each([45015, 45047, 40003, -1, 48001])('%i is not about how often', async (errcode) => {
    const { pace, paused } = openPace();
    await sendAll(openDesk([error(errcode)], { pace }), textReply());
    expect(paused).toEqual([]);
  });

  test('45009 for a download says when to come again', async () => {
    const desk = openDesk([error(45009)], { pace: openPace().pace });
    expect(await desk.channel.fetchMedia({ channelId: 'M1' }, openSink(), SIGNAL)).toEqual({
      kind: 'later',
      code: '45009',
      afterMs: MIDNIGHT - NOW,
      because: 'account',
    });
  });

  const RECORDS = '/customservice/msgrecord/getmsglist';
  const typingPath = '/cgi-bin/message/custom/business/typing';
  test.each<[string, (desk: Desk) => Promise<unknown>]>([
    [SEND, (desk) => sendAll(desk, textReply())],
    [UPLOAD, (desk) => sendAll(desk, imageReply, withImage)],
    ['/cgi-bin/media/get', (desk) => desk.channel.fetchMedia({ channelId: 'M1' }, openSink(), SIGNAL)],
    [RECORDS, (desk) => desk.channel.call(RECORDS, {}).catch(() => undefined)],
    [typingPath, async (desk) => desk.channel.typing?.show({ visitor: VISITOR }, SIGNAL)],
  ])('45009 of %s is one alarm, whoever meets it', async (call, meet) => {
    const desk = openDesk([error(45009)], { pace: openPace().pace });
    await meet(desk);
    await meet(desk);
    expect(desk.lines.filter((line) => line.startsWith('alarm.raised'))).toEqual([
      `alarm.raised {"alarm":"the daily quota of the API is used up","call":"${call}"}`,
    ]);
  });
});

describe('a reply whose API is paused', () => {
  test('is not tried, and says when to come again', async () => {
    const { pace, paused } = openPace({ [SEND]: MIDNIGHT });
    const desk = openDesk([OK], { pace });
    expect(await sendAll(desk, textReply())).toEqual([
      { outcome: 'pause', code: 'paced', untilMs: MIDNIGHT, isUntried: true },
    ]);
    expect([desk.calls, paused]).toEqual([[], []]);
  });

  test('is a picture while uploads are, and texts go on', async () => {
    const { pace } = openPace({ [UPLOAD]: MIDNIGHT });
    const desk = openDesk([OK], { pace });
    expect(await sendAll(desk, imageReply, withImage)).toMatchObject([{ outcome: 'pause', isUntried: true }]);
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
  });

  test('is a text while sends are, and pictures are uploaded all the same', async () => {
    const { pace } = openPace({ [SEND]: MIDNIGHT });
    const desk = openDesk([says({ media_id: 'M1' })], { pace });
    expect(await sendAll(desk, imageReply, withImage)).toMatchObject([
      { outcome: 'more' },
      { outcome: 'pause', isUntried: true },
    ]);
    expect(desk.calls.map(({ name }) => name)).toEqual([UPLOAD]);
  });
});

describe('the road at a pace', () => {
  const call: HttpCall = { method: 'POST', url: 'http://wechat.example/', name: SEND };

  test('lets what is no API pass', async () => {
    const { pace } = openPace({ 'media url': MIDNIGHT });
    expect(await paceFetch(async () => OK, pace)({ ...call, name: 'media url' })).toBe(OK);
  });

  test('makes no call that cannot be counted', async () => {
    const pace: Pace = { ...unpaced, enter: () => Promise.reject(new Error('the disk is full')) };
    expect(await paceFetch(async () => OK, pace)(call)).toEqual({ kind: 'notSent', code: 'notCounted' });
  });
});

describe('the quota that WeChat tells', () => {
  const quota = { daily_limit: 100_000, used: 12, remain: 99_988 };

  test('is asked by the API’s path, and read', async () => {
    const rate_limit = { call_count: 600, refresh_second: 60 };
    const desk = openDesk([says({ errcode: 0, errmsg: 'ok', quota, rate_limit, component_rate_limit: {} })]);
    expect(await desk.channel.quota?.read(SEND)).toEqual({
      kind: 'reading',
      reading: {
        daily: { limit: 100_000, used: 12, remain: 99_988 },
        rate: { calls: 600, perMs: 60_000 },
      },
    });
    expect(desk.calls.map(({ name, body }) => [name, body])).toEqual([
      ['/cgi-bin/openapi/quota/get', '{"cgi_path":"/cgi-bin/message/custom/send"}'],
    ]);
  });

  test('may say nothing of the minute', async () => {
    const desk = openDesk([says({ errcode: 0, quota, rate_limit: { call_count: 0, refresh_second: 0 } })]);
    expect(await desk.channel.quota?.read(SEND)).toEqual({
      kind: 'reading',
      reading: { daily: { limit: 100_000, used: 12, remain: 99_988 } },
    });
  });

  test.each([
    [error(76021), '76021'],
    [says({ errcode: 0, quota: 'much' }), 'unreadable'],
  ])('may be a refusal', async (answer, code) => {
    expect(await openDesk([answer]).channel.quota?.read(SEND)).toEqual({ kind: 'failed', code });
  });
});
