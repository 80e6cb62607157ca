import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../src/ports/http.ts';
import { NOW } from './account.ts';
import {
  attemptOf,
  imageReply,
  OK,
  openDesk,
  openSink,
  PNG,
  says,
  sendAll,
  status,
  textReply,
} from './desk.ts';

const error = (errcode: number, errmsg = '') => says({ errcode, errmsg });
const NOT_LISTED = error(
  40164,
  'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 65ffe934-2355113d-79ef0b31',
);
const TOKEN = says({ access_token: 'T', expires_in: 7200 });
const FILE: HttpResult = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'image/jpeg' },
  body: Buffer.from([1]),
};

/** A desk whose token calls are answered with these in turn, the last one again and again. */
function openWithTokens(...answers: readonly HttpResult[]) {
  return openDesk([OK], { token: (_call, number) => answers[number - 1] ?? answers.at(-1) ?? TOKEN });
}

type Desk = ReturnType<typeof openDesk>;

const linesOf = ({ lines }: Desk, event: string) =>
  lines
    .filter((line) => line.startsWith(`${event} `))
    .map((line) => JSON.parse(line.slice(event.length)) as Record<string, unknown>);
const send = (desk: Desk) => desk.channel.send(textReply(), attemptOf());
const fetchMedium = (desk: Desk) =>
  desk.channel.fetchMedia({ channelId: 'm' }, openSink(), attemptOf().signal);

describe('an account that gives no token', () => {
  test('today any more is stopped with one alarm, and asked each ten minutes', async () => {
    const desk = openWithTokens(error(45009), error(45009), TOKEN);
    const untilMs = NOW + 600_000;
    for (let times = 0; times < 3; times += 1) {
      expect(await send(desk)).toEqual({ outcome: 'pause', code: '45009', untilMs });
    }
    desk.clock.now = untilMs;
    expect(await send(desk)).toMatchObject({ outcome: 'pause', untilMs: untilMs + 600_000 });
    desk.clock.now = untilMs + 600_000;
    expect(await send(desk)).toEqual({ outcome: 'accepted' });
    expect(desk.tokenCalls).toHaveLength(3);
    expect(linesOf(desk, 'alarm.raised')).toEqual([
      { alarm: expect.stringMatching(/^the daily quota of calls for access tokens/), code: '45009' },
    ]);
  });

  test('is stopped with one alarm that names the address, is tried each minute, and says when it goes on', async () => {
    const desk = openWithTokens(NOT_LISTED, NOT_LISTED, NOT_LISTED, TOKEN);
    for (const minute of [0, 1, 2]) {
      desk.clock.now = NOW + minute * 60_000;
      const untilMs = desk.clock.now + 60_000;
      for (let times = 0; times < 3; times += 1) {
        expect(await send(desk)).toEqual({ outcome: 'pause', code: '40164', untilMs });
      }
    }
    expect(desk.tokenCalls).toHaveLength(3);
    expect(linesOf(desk, 'alarm.raised')).toEqual([
      {
        alarm:
          'the address of this machine is not in the IP whitelist of the account (203.0.113.7), code 40164: ' +
          'add the address to the IP whitelist in the console, and wait ten minutes',
        code: '40164',
      },
    ]);
    expect(linesOf(desk, 'account.resumed')).toEqual([]);
    desk.clock.now = NOW + 180_000;
    expect(await send(desk)).toEqual({ outcome: 'accepted' });
    expect(linesOf(desk, 'account.resumed')).toEqual([{ code: '40164', stoppedMs: 180_000 }]);
    expect(desk.calls).toHaveLength(1);
  });

  test('lets one of many try, and the others wait for what comes of it', async () => {
    const desk = openWithTokens(NOT_LISTED, NOT_LISTED, TOKEN);
    await send(desk);
    const sendTogether = () => Promise.all(Array.from({ length: 20 }, () => send(desk)));
    desk.clock.now += 60_000;
    const paused = await sendTogether();
    expect(new Set(paused.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(paused[0]).toMatchObject({ outcome: 'pause', untilMs: NOW + 120_000 });
    expect(desk.tokenCalls).toHaveLength(2);
    desk.clock.now += 60_000;
    expect(new Set((await sendTogether()).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    expect(desk.tokenCalls).toHaveLength(3);
    expect(linesOf(desk, 'account.resumed')).toHaveLength(1);
  });

  test('keeps media waiting, too, and the first of either ends the stop', async () => {
    const desk = openDesk([FILE], { token: (_call, number) => (number === 1 ? NOT_LISTED : TOKEN) });
    await send(desk);
    desk.clock.now += 20_000;
    expect(await fetchMedium(desk)).toEqual({
      kind: 'later',
      code: '40164',
      afterMs: 40_000,
      because: 'account',
    });
    expect(desk.tokenCalls).toHaveLength(1);
    desk.clock.now += 40_000;
    expect(await fetchMedium(desk)).toMatchObject({ kind: 'taken' });
    expect(linesOf(desk, 'account.resumed')).toEqual([{ code: '40164', stoppedMs: 60_000 }]);
  });

  test('raises an alarm for another reason, but not for the same one again', async () => {
    const desk = openWithTokens(NOT_LISTED, error(40125), error(40125), TOKEN);
    for (let minute = 0; minute < 4; minute += 1) {
      await send(desk);
      desk.clock.now += 60_000;
    }
    expect(linesOf(desk, 'alarm.raised').map(({ code }) => code)).toEqual(['40164', '40125']);
    expect(linesOf(desk, 'account.resumed')).toEqual([{ code: '40125', stoppedMs: 180_000 }]);
  });

  test.each([
    ['cannot be reached', { kind: 'notSent', code: 'econnrefused' } as const],
    ['is busy', error(-1)],
    ['has an outage', status(502)],
  ])('is still stopped after a try at which WeChat %s', async (_case, answer) => {
    const desk = openWithTokens(NOT_LISTED, answer, TOKEN);
    await send(desk);
    desk.clock.now += 60_000;
    expect(await send(desk)).toMatchObject({ outcome: 'later' });
    expect(await send(desk)).toEqual({ outcome: 'pause', code: '40164', untilMs: NOW + 120_000 });
    expect(linesOf(desk, 'account.resumed')).toEqual([]);
    desk.clock.now += 60_000;
    expect(await send(desk)).toEqual({ outcome: 'accepted' });
  });

  test('is found stopped by an adapter that calls an API of it', async () => {
    const desk = openWithTokens(error(50004));
    await expect(desk.channel.call('/cgi-bin/x')).rejects.toMatchObject({ code: 'callFailed' });
    await expect(desk.channel.call('/cgi-bin/x')).rejects.toMatchObject({ code: 'callFailed' });
    expect(desk.tokenCalls).toHaveLength(1);
    expect(linesOf(desk, 'alarm.raised')).toHaveLength(1);
  });

  test('is stopped by an answer that came while the stop had begun, without a second alarm', async () => {
    const desk = openDesk([error(50002)]);
    await Promise.all(Array.from({ length: 10 }, () => send(desk)));
    expect(linesOf(desk, 'alarm.raised')).toHaveLength(1);
  });
});

describe('an API that an account may not use', () => {
  test('stops alone: media are fetched while sends wait', async () => {
    const desk = openDesk([error(48001), FILE, OK]);
    expect(await send(desk)).toEqual({ outcome: 'pause', code: '48001', untilMs: NOW + 600_000 });
    expect(await fetchMedium(desk)).toMatchObject({ kind: 'taken' });
    expect(await send(desk)).toMatchObject({ outcome: 'pause' });
    expect(desk.calls).toHaveLength(2);
    expect(linesOf(desk, 'alarm.raised')).toMatchObject([
      { code: '48001', call: '/cgi-bin/message/custom/send' },
    ]);
    desk.clock.now += 600_000;
    expect(await send(desk)).toEqual({ outcome: 'accepted' });
    expect(linesOf(desk, 'account.resumed')).toEqual([
      { code: '48001', stoppedMs: 600_000, call: '/cgi-bin/message/custom/send' },
    ]);
  });

  test('works again as soon as WeChat has anything else to say to it', async () => {
    const desk = openDesk([error(45087), error(45047)]);
    await send(desk);
    desk.clock.now += 600_000;
    expect(await send(desk)).toMatchObject({ outcome: 'held' });
    expect(linesOf(desk, 'account.resumed')).toHaveLength(1);
  });

  test('is told apart from the account that goes on: the one ends, the other begins', async () => {
    const desk = openDesk([error(48004)], { token: (_call, number) => (number === 1 ? NOT_LISTED : TOKEN) });
    await send(desk);
    desk.clock.now += 60_000;
    expect(await send(desk)).toMatchObject({ outcome: 'pause', code: '48004' });
    expect(linesOf(desk, 'account.resumed')).toEqual([{ code: '40164', stoppedMs: 60_000 }]);
    expect(linesOf(desk, 'alarm.raised')).toHaveLength(2);
  });
});

test('an upload that the account may not make keeps the image, and says so once', async () => {
  const desk = openDesk([error(48001)]);
  const upload = () => sendAll(desk, imageReply, { media: async () => PNG });
  expect(await upload()).toMatchObject([{ outcome: 'pause' }]);
  expect(await upload()).toMatchObject([{ outcome: 'pause' }]);
  expect(linesOf(desk, 'alarm.raised')).toMatchObject([{ call: '/cgi-bin/media/upload' }]);
});

test('no line about a stop has a secret, a token or a word in it', async () => {
  const desk = openWithTokens(NOT_LISTED, TOKEN);
  await desk.channel.send(textReply('私密的话'), attemptOf());
  desk.clock.now += 60_000;
  await desk.channel.send(textReply('私密的话'), attemptOf());
  expect(desk.lines.join('\n')).not.toMatch(/app-secret-of-the-tests|私密|"T"/);
});

test('an adapter’s own call is told WeChat’s code, also while the API is stopped', async () => {
  const desk = openDesk([error(48001)]);
  const call = () => desk.channel.call('/cgi-bin/customservice/getkflist');
  await expect(call()).rejects.toMatchObject({ reason: '48001' });
  await expect(call()).rejects.toMatchObject({ reason: '48001' });
  expect(desk.calls).toHaveLength(1);
});
