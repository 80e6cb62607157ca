import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortenText, shortenTitle, splitText } from '../../src/formats/break-text.ts';

const link =
  '<a href="https://a.example/x" data-miniprogram-appid="wx1a2b3c4d5e6f7a8b" data-miniprogram-path="p">看</a>';
const url = 'https://shop.example/order?id=1&from=wechat';
const family = '👨‍👩‍👧';

function placesOf(one: string, text: string): readonly { readonly start: number; readonly end: number }[] {
  const parts = text.split(one);
  let end = 0;
  return parts.slice(0, -1).map((before) => {
    const start = end + before.length;
    end = start + one.length;
    return { start, end };
  });
}

describe('a long text is split', () => {
  test.each([
    ['after a paragraph', '一二三四五\n\n六七八九\n十百', 24, ['一二三四五\n\n', '六七八九\n十百']],
    ['else after a line', '一二三四五\n六七。八九', 24, ['一二三四五\n', '六七。八九']],
    ['else after a sentence', '一二三四？！五六七', 24, ['一二三四？！', '五六七']],
    ['with its quotation mark', '“一二三四。”五六七八', 24, ['“一二三四。”', '五六七八']],
    ['else after a word', 'one two three four', 12, ['one two ', 'three four']],
    ['else between characters', '一二三四五', 9, ['一二三', '四五']],
    [
      'at the greatest length, where a break would leave a piece half empty',
      'a\nbbbbbbbbbb',
      8,
      ['a\nbbbbbb', 'bbbb'],
    ],
    ['never within what people see as one', `一${family}二${family}`, 30, [`一${family}二`, family]],
    ['never within a URL', `看看这里 ${url} 好`, 50, ['看看这里 ', `${url} 好`]],
    ['never within a link', `一二三四五六七八九十${link}好`, 130, ['一二三四五六七八九十', `${link}好`]],
  ])('%s', (_how, text, maxBytes, pieces) => {
    expect(splitText(text, maxBytes)).toEqual(pieces);
  });

  test('within a URL or a character only where one alone is too long', () => {
    expect(splitText('https://a.example/123456', 16)).toEqual(['https://a.exampl', 'e/123456']);
    expect(splitText(family, 12)).toEqual(['👨\u200d👩', '\u200d👧']);
  });

  const word = fc.oneof(
    fc.constantFrom(' ', '\n', '\n\n', '\r\n', '。', '.', '! ', '，', family, '🇨🇳', 'é', url, link),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  );
  const texts = fc.array(word, { maxLength: 60 }).map((words) => words.join('').toWellFormed());

  test('into pieces that are the text again, and each fit', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 300 }), (text, maxBytes) => {
        const pieces = splitText(text, maxBytes);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece).not.toBe('');
          expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(maxBytes);
          expect(piece.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test('at no place within a character, a URL or a link that fits', () => {
    const segmenter = new Intl.Segmenter('zh', { granularity: 'grapheme' });
    fc.assert(
      fc.property(texts, fc.integer({ min: 160, max: 300 }), (text, maxBytes) => {
        const starts = new Set([...segmenter.segment(text)].map(({ index }) => index)).add(text.length);
        const kept = [url, link].flatMap((one) => placesOf(one, text));
        let cut = 0;
        for (const piece of splitText(text, maxBytes)) {
          cut += piece.length;
          expect(starts.has(cut)).toBe(true);
          expect(kept.filter(({ start, end }) => start < cut && cut < end)).toEqual([]);
        }
      }),
    );
  });

  test('into no more than twice the pieces that its bytes need', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 300, max: 400 }), (text, maxBytes) => {
        const least = Math.ceil(Buffer.byteLength(text) / maxBytes);
        expect(splitText(text, maxBytes).length).toBeLessThanOrEqual(Math.max(1, 2 * least));
      }),
    );
  });
});

describe('a text that is cut', () => {
  test('ends with a whole character and "…"', () => {
    expect(shortenText(family.repeat(3), 40)).toBe(`${family.repeat(2)}…`);
    expect(shortenText('abc', 3)).toBe('abc');
    expect(shortenText('好好', 5)).toBe('…');
  });

  test('never ends within a URL or a link', () => {
    expect(shortenText(`看 ${url}`, 40)).toBe('看 …');
    expect(shortenText(`看${link}好`, 60)).toBe('看…');
  });

  test('as a title is counted in characters', () => {
    expect(shortenTitle('好'.repeat(64), 64)).toBe('好'.repeat(64));
    expect(shortenTitle('好'.repeat(65), 64)).toBe(`${'好'.repeat(63)}…`);
    expect(shortenTitle(family.repeat(3), 16)).toBe(`${family}…`);
  });
});
