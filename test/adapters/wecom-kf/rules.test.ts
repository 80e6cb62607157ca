import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutBytes, splitBytes } from '../../../adapters/wecom-kf/cut-text.ts';
import { accountOfRef, makeRef } from '../../../adapters/wecom-kf/ref.ts';
import { wecomKfSettings } from '../../../adapters/wecom-kf/settings.ts';
import { tagCount, tagOf } from '../../../adapters/wecom-kf/tags.ts';
import { writeTranscript } from '../../../adapters/wecom-kf/transcript.ts';
import { KF, NOW, settings } from './desk.ts';

const parsed = wecomKfSettings.parse(settings);

describe('settings', () => {
  const faults = (given: object) => {
    const result = wecomKfSettings.safeParse({ ...settings, ...given });
    return result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };

  test('are sound with what the example has, in both modes', () => {
    expect(faults({})).toEqual([]);
    expect(faults({ mode: 'app', openKfid: undefined, app: { agents: ['zhangsan'] } })).toEqual([]);
  });

  test.each([
    [{ openKfid: undefined }, 'openKfid: expected openKfid, as mode is handoff'],
    [
      { mode: 'app', agentid: undefined, app: { agents: ['zhangsan'] } },
      'agentid: expected agentid, as mode is app',
    ],
    [{ mode: 'app' }, 'app.agents: expected at least one member in app.agents, as mode is app'],
    [{ corpid: 'wx1a2b3c4d5e6f7a8b' }, 'corpid: expected ww and 16 hexadecimal digits'],
    [{ openKfid: 'kf1' }, 'openKfid: expected wk and up to 62 letters, digits, _ or -'],
    [
      { handoff: { route: 'somebody' } },
      'handoff.route: expected pool, none, servicer:auto or servicer: and a userid',
    ],
    [
      { agentid: undefined, handoff: { transcriptVia: ['app'] } },
      'agentid: expected agentid, as app is in handoff.transcriptVia or handoff.duringHandoff',
    ],
    [{ pollSec: 10 }, 'pollSec: expected a whole number from 60 to 86400'],
  ])('say what would be right (%#)', (given, fault) => {
    expect(faults(given)).toEqual([fault]);
  });
});

describe('a reference', () => {
  const of = { conversation: 'c_1', openKfid: KF };

  test('is 24 characters that are the same in a URL, tells nothing, and is known again', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 4_000_000_000 }), (conversation, sec) => {
        const ref = makeRef(parsed, { conversation, openKfid: KF }, sec * 1000);
        expect(ref).toMatch(/^h1[0-9A-Za-z_-]{22}$/);
        expect(encodeURIComponent(ref)).toBe(ref);
        expect(accountOfRef(parsed, ref, sec * 1000)).toBe(KF);
      }),
    );
  });

  test('with any character changed, or of another company, is none of ours', () => {
    const ref = makeRef(parsed, of, NOW);
    const other = wecomKfSettings.parse({ ...settings, secret: 'another' });
    expect(accountOfRef(other, ref, NOW)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat({ max: 23 }), fc.constantFrom(...'AZaz09_-'), (at, character) => {
        const changed = `${ref.slice(0, at)}${character}${ref.slice(at + 1)}`;
        expect(accountOfRef(parsed, changed, NOW)).toBe(changed === ref ? KF : undefined);
      }),
    );
  });

  test('leads to the one account that it was made for', () => {
    const two = wecomKfSettings.parse({ ...settings, accounts: ['wkSales', 'wkService'] });
    for (const openKfid of [KF, 'wkSales', 'wkService'])
      expect(accountOfRef(two, makeRef(two, { ...of, openKfid }, NOW), NOW)).toBe(openKfid);
    expect(accountOfRef(parsed, makeRef(two, { ...of, openKfid: 'wkSales' }, NOW), NOW)).toBeUndefined();
  });

  test('of a clock far ahead is not good', () => {
    expect(accountOfRef(parsed, makeRef(parsed, of, NOW + 3_600_000), NOW)).toBeUndefined();
  });
});

describe('tags', () => {
  test('are never the same before all are used, and have no characters that are taken for others', () => {
    const all = new Set(Array.from({ length: 30_000 }, (_, number) => tagOf(number)));
    expect(all.size).toBe(30_000);
    for (const tag of all) expect(tag).toMatch(/^[2-9A-HJKMNP-TV-Z]{2,4}$/);
    expect(tagOf(tagCount)).toBe(tagOf(0));
  });
});

describe('a transcript', () => {
  test('shows what was written, in order, as in the example', () => {
    const at = (minute: number) => Date.UTC(2023, 10, 23, 2, minute);
    const lines = [
      { at: at(2), by: '我', text: '在吗' },
      { at: at(2), by: '我', text: '[图片]' },
      { at: at(3), by: '客服', text: '您好' },
    ] as const;
    const shown = '【小程序咨询记录】\n11-23 10:02 我：在吗\n11-23 10:02 我：[图片]\n11-23 10:03 客服：您好';
    expect(writeTranscript({ lines, left: 0 })).toEqual([shown]);
    expect(writeTranscript({ lines, left: 4 })).toEqual([`${shown}\n（更早的 4 条已省略）`]);
    expect(writeTranscript({ lines: [], left: 0 })).toEqual([]);
  });

  test('fits into so many messages, keeps the newest lines, and counts the others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }), {
          minLength: 1,
          maxLength: 50,
        }),
        fc.integer({ min: 1, max: 2 }),
        fc.nat({ max: 99 }),
        (texts, most, left) => {
          const lines = texts.map((text) => ({ at: NOW, by: '我', text: cutBytes(text, 600) }) as const);
          const pages = writeTranscript({ lines, left }, most);
          expect(pages.length).toBeLessThanOrEqual(most);
          for (const page of pages) expect(Buffer.byteLength(page)).toBeLessThanOrEqual(2048);
          expect(pages.at(-1)).toContain(lines.at(-1)?.text ?? '');
          const omitted = Number(/（更早的 (\d+) 条已省略）$/.exec(pages.at(-1) ?? '')?.[1] ?? 0);
          expect(omitted).toBeGreaterThanOrEqual(left);
          expect(omitted - left).toBeLessThan(lines.length);
        },
      ),
    );
  });
});

test('a text that is split is whole again, never cut within a character, and each piece fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (text, most) => {
      const pieces = splitBytes(text, most);
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) {
        expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(most);
        expect(piece.isWellFormed()).toBe(true);
      }
    }),
  );
});
