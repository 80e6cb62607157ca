import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGoodRef, makeRef } from '../../../adapters/wecom-kf/ref.ts';
import { wecomKfSettings } from '../../../adapters/wecom-kf/settings.ts';
import { tagCount, tagOf } from '../../../adapters/wecom-kf/tags.ts';
import { addLine, noLines, splitBytes, writeTranscript } from '../../../adapters/wecom-kf/transcript.ts';
import { NOW, settings } from './desk.ts';

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
    [{ pollSec: 10 }, 'pollSec: expected a whole number from 60 to 86400'],
  ])('say what would be right (%#)', (given, fault) => {
    expect(faults(given)).toEqual([fault]);
  });
});

describe('a reference', () => {
  test('is 24 characters that are the same in a URL, tells nothing, and is known again', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 4_000_000_000 }), (conversation, sec) => {
        const ref = makeRef(parsed, conversation, sec * 1000);
        expect(ref).toMatch(/^h1[0-9A-Za-z_-]{22}$/);
        expect(encodeURIComponent(ref)).toBe(ref);
        expect(isGoodRef(parsed, ref, sec * 1000)).toBe(true);
      }),
    );
  });

  test('with any character changed, or of another company, is none of ours', () => {
    const ref = makeRef(parsed, 'c_1', NOW);
    const other = wecomKfSettings.parse({ ...settings, secret: 'another' });
    expect(isGoodRef(other, ref, NOW)).toBe(false);
    fc.assert(
      fc.property(fc.nat({ max: 23 }), fc.constantFrom(...'AZaz09_-'), (at, character) => {
        const changed = `${ref.slice(0, at)}${character}${ref.slice(at + 1)}`;
        expect(isGoodRef(parsed, changed, NOW)).toBe(changed === ref);
      }),
    );
  });

  test('of a clock far ahead is not good', () => {
    expect(isGoodRef(parsed, makeRef(parsed, 'c_1', NOW + 3_600_000), NOW)).toBe(false);
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
  test('shows what was written, in order', () => {
    const lines = [
      { at: NOW, text: '在吗' },
      { at: NOW + 60_000, text: '[图片]' },
    ].reduce(addLine, noLines);
    expect(writeTranscript(lines)).toEqual([
      '【小程序咨询记录】\n11-15 06:13 我：在吗\n11-15 06:14 我：[图片]',
    ]);
  });

  test('fits into so many messages, keeps the newest lines, and counts the others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme' }), {
          minLength: 1,
          maxLength: 80,
        }),
        fc.integer({ min: 1, max: 2 }),
        (texts, most) => {
          const lines = texts.map((text) => ({ at: NOW, text })).reduce(addLine, noLines);
          const pages = writeTranscript(lines, most);
          expect(pages.length).toBeLessThanOrEqual(most);
          for (const page of pages) expect(Buffer.byteLength(page)).toBeLessThanOrEqual(2048);
          expect(pages.at(-1)).toContain(lines.newest.at(-1)?.text ?? '');
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
