import { describe, expect, test } from 'vitest';
import type { HttpResult } from '../../src/ports/http.ts';
import { consequenceOf } from '../../src/wechat/errors.ts';
import { APPID, NOW } from './account.ts';
import { imageReply, OK, openDesk, PNG, says, sendAll, sent, textReply } from './desk.ts';
import { answerTable, codeTable, type Does, sayError } from './error-table.ts';

const codes = codeTable.flatMap(({ codes: all, does, meaning }) =>
  all.map((code) => ({ code, does, meaning })),
);
const minuteEnd = Math.ceil((NOW + 1) / 60_000) * 60_000;
const midnight = Date.parse('2023-11-16T00:00:00+08:00');
const LINKED = `看<a href="https://a.example" data-miniprogram-appid="${APPID}" data-miniprogram-path="pages/a">这里</a>`;
const UPLOADED = says({ type: 'image', media_id: 'up-1', created_at: 1_672_500_000 });

describe('the table', () => {
  test('has each code once', () => {
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
  });

  test('is what every code calls for', () => {
    for (const { code, does, meaning } of codes) {
      expect(consequenceOf(code), `${code}: ${meaning}`).toMatchObject(consequence(does));
    }
  });

  test('has an alarm for what only a person can put right, and for nothing else', () => {
    for (const { code, does } of codes) {
      const isWorthOne = does === 'bug' || does === 'day' || typeof does === 'object';
      expect('alarm' in consequenceOf(code), String(code)).toBe(isWorthOne);
    }
  });
});

function consequence(does: Does): object {
  if (typeof does === 'object') {
    return 'stopAccount' in does
      ? { kind: 'stop', of: 'account', afterSec: does.stopAccount, todo: expect.any(String) }
      : { kind: 'stop', of: 'api', afterSec: does.stopApi, todo: expect.any(String) };
  }
  return consequences[does];
}

const consequences: Readonly<Record<Extract<Does, string>, object>> = {
  retry: { kind: 'retryLater' },
  refresh: { kind: 'refreshToken' },
  minute: { kind: 'pauseMinute' },
  day: { kind: 'pauseDay' },
  window: { kind: 'hold', because: 'window' },
  allowance: { kind: 'hold', because: 'allowance' },
  refuse: { kind: 'refuse' },
  bug: { kind: 'refuse', alarm: expect.any(String) },
  upload: { kind: 'uploadAgain' },
  shorten: { kind: 'shorten' },
  strip: { kind: 'stripLinks' },
  convert: { kind: 'convert' },
  unsign: { kind: 'sendUnsigned' },
  unknown: {},
};

describe('a send that WeChat answers so', () => {
  test.each(codes.filter(({ does }) => !isChanged(does)))('$code: $meaning', async ({ code, does }) => {
    await expectOutcome(sayError(code), String(code), does);
  });

  test.each(answerTable)('$meaning', async ({ answer, code, does }) => {
    await expectOutcome(answer, code, does);
  });
});

function isChanged(does: Does): boolean {
  return does === 'refresh' || does === 'upload' || does === 'shorten' || does === 'strip';
}

async function expectOutcome(answer: HttpResult, code: string, does: Does): Promise<void> {
  const desk = openDesk([answer]);
  expect(await sendAll(desk, textReply())).toEqual([{ code, ...outcome(does) }]);
  expect(desk.calls).toHaveLength(1);
  const raised = desk.lines.filter((line) => line.startsWith('alarm.raised'));
  expect(raised).toHaveLength(does === 'day' || typeof does === 'object' ? 1 : 0);
}

function outcome(does: Does): object {
  if (typeof does === 'object') {
    const sec = 'stopAccount' in does ? does.stopAccount : does.stopApi;
    return { outcome: 'pause', untilMs: NOW + sec * 1000 };
  }
  switch (does) {
    case 'retry':
      return { outcome: 'later', because: 'vendor' };
    case 'minute':
      return { outcome: 'pause', untilMs: minuteEnd };
    case 'day':
      return { outcome: 'pause', untilMs: midnight };
    case 'window':
    case 'allowance':
      return { outcome: 'held', because: does };
    case 'bug':
      return { outcome: 'refused', alarm: expect.any(String) };
    case 'unknown':
      return { outcome: 'unknown' };
    default:
      return { outcome: 'refused' };
  }
}

const coded = (wanted: Does) => codes.filter(({ does }) => does === wanted).map(({ code }) => code);

describe('what is done once, and not again', () => {
  test.each(coded('refresh'))('a new token after %i', async (code) => {
    const desk = openDesk([sayError(code), OK]);
    expect(await sendAll(desk, textReply())).toEqual([{ outcome: 'accepted' }]);
    expect([desk.calls.length, desk.tokenCalls.length]).toEqual([2, 2]);
    const stubborn = openDesk([sayError(code)]);
    expect(await sendAll(stubborn, textReply())).toEqual([
      { outcome: 'later', code: String(code), because: 'vendor' },
    ]);
    expect([stubborn.calls.length, stubborn.tokenCalls.length]).toEqual([2, 2]);
  });

  test.each(coded('upload'))('another upload after %i', async (code) => {
    const media = async () => PNG;
    const desk = openDesk([UPLOADED, sayError(code), UPLOADED, OK]);
    expect((await sendAll(desk, imageReply, { media })).at(-1)).toEqual({ outcome: 'accepted' });
    expect(desk.calls).toHaveLength(4);
    const stubborn = openDesk([UPLOADED, sayError(code), UPLOADED, sayError(code)]);
    expect((await sendAll(stubborn, imageReply, { media })).at(-1)).toEqual({
      outcome: 'refused',
      code: String(code),
    });
    // What cannot be shown as an image goes as text at last.
    expect(stubborn.calls).toHaveLength(5);
  });

  test.each([
    ...coded('shorten').map((code) => [code, '好'.repeat(500)] as const),
    ...coded('strip').map((code) => [code, LINKED] as const),
  ])('another text after %i', async (code, text) => {
    const desk = openDesk([sayError(code), OK]);
    expect((await sendAll(desk, textReply(text))).at(-1)).toEqual({ outcome: 'accepted' });
    const [first = '', second = ''] = desk.calls.map((call) => JSON.stringify(sent(call)));
    expect(second.length).toBeLessThan(first.length);
    const stubborn = openDesk([sayError(code)]);
    expect((await sendAll(stubborn, textReply(text))).at(-1)).toEqual({
      outcome: 'refused',
      code: String(code),
    });
    expect(stubborn.calls).toHaveLength(2);
  });
});

describe('an image whose upload WeChat refuses for its own sake', () => {
  const media = codeTable.find(({ meaning }) => meaning.startsWith('the medium'))?.codes ?? [];

  test.each(media)('goes as a line with its link (%i)', async (code) => {
    const desk = openDesk([sayError(code), OK]);
    expect((await sendAll(desk, imageReply, { media: async () => PNG })).at(-1)).toEqual({
      outcome: 'accepted',
    });
    expect(sent(desk.calls[1])).toMatchObject({ msgtype: 'text' });
  });
});

test('every refusal is logged with its code and WeChat’s name of the request', async () => {
  for (const { code } of codes) {
    const desk = openDesk([sayError(code)]);
    await sendAll(desk, textReply());
    expect(desk.lines).toContain(
      `wechat.refused {"call":"/cgi-bin/message/custom/send","errcode":${code},"rid":"65ffe934-2355113d-79ef0b31"}`,
    );
  }
});
