import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeLinksSafe } from '../../src/wechat/links.ts';

const own = 'wx1a2b3c4d5e6f7a8b';
const foreign = 'wx0000000000000000';
const safe = (text: string) => makeLinksSafe(text, [own]);
const kept = `<a href="https://a.example" data-miniprogram-appid="${own}" data-miniprogram-path="pages/x?y=1">看</a>`;

describe('a link', () => {
  test.each([
    ['to the own mini-program stays', kept, kept],
    [
      'to the own mini-program is written plainly',
      `<A onclick="x()" data-miniprogram-path='p' data-miniprogram-appid=${own}>看</A>`,
      `<a data-miniprogram-appid="${own}" data-miniprogram-path="p">看</a>`,
    ],
    [
      'to another mini-program leaves its words and its address',
      `看<a href="https://a.example" data-miniprogram-appid="${foreign}">这里</a>吧`,
      '看这里 https://a.example 吧',
    ],
    [
      'to two mini-programs at once is none',
      `<a data-miniprogram-appid="${own}" data-miniprogram-appid="${foreign}">看</a>`,
      '看',
    ],
    ['to a page leaves both', '<a href="https://a.example/x">这里</a>。', '这里 https://a.example/x 。'],
    [
      'whose words are its address leaves one',
      '<a href="https://a.example">https://a.example</a>',
      'https://a.example',
    ],
    ['without words leaves its address', '<a href="http://a.example"></a>', 'http://a.example'],
    ['to a script leaves its words', '<a href="javascript:alert(1)">点我</a>', '点我'],
    [
      'to the own mini-program with a script leaves its words',
      `<a href=" JavaScript:x" data-miniprogram-appid="${own}">点我</a>`,
      '点我',
    ],
    ['to a menu item leaves its words', '<a href="weixin://bizmsgmenu?msgmenuid=1">点我</a>', '点我'],
    [
      'that is not closed eats nothing',
      '看<a href="https://a.example">这里，还有别的',
      '看https://a.example 这里，还有别的',
    ],
    [
      'within a link loses no words',
      '<a href="https://a.example">一<a href="https://b.example">二</a>三</a>',
      'https://a.example 一二 https://b.example 三',
    ],
    [
      'that a removed tag leaves behind is none',
      `<<a href='x'>a data-miniprogram-appid="${foreign}">看</a>`,
      `＜a data-miniprogram-appid="${foreign}">看`,
    ],
    [
      'hidden in an address is none',
      `<a href='https://a.example/<a data-miniprogram-appid="${foreign}">'>看</a>`,
      '看 https://a.example/%3Ca%20data-miniprogram-appid=%22wx0000000000000000%22%3E',
    ],
    [
      'that is no whole tag is broken',
      `<a data-miniprogram-appid = ${foreign}, ">看`,
      `＜a data-miniprogram-appid = ${foreign}, ">看`,
    ],
    [
      'with signs in its path keeps to its tag',
      `<a data-miniprogram-appid="${own}" data-miniprogram-path='p?q="<>'>看</a>`,
      `<a data-miniprogram-appid="${own}" data-miniprogram-path="p?q=%22%3C%3E">看</a>`,
    ],
  ])('%s', (_what, text, result) => {
    expect(safe(text)).toBe(result);
    expect(safe(result)).toBe(result);
  });

  test('to the own mini-program goes where none may stay', () => {
    expect(makeLinksSafe(kept, [])).toBe('看 https://a.example');
  });
});

test.each([
  '1 < 2 <b>x</b> <article>',
  'if <a and b, c > d',
  'x <a> y',
  '5>3',
  'data-miniprogram-appid=1',
  '',
])('a text without links stays: %s', (text) => {
  expect(safe(text)).toBe(text);
});

/** As WeChat's own reader might find them, and looser. */
function foreignIn(text: string): readonly string[] {
  const appids = [...text.matchAll(/<a\b[^>]*\bdata-miniprogram-appid\s*=\s*["']?([^"'\s>]*)/gi)];
  return appids.map(([, appid]) => appid ?? '').filter((appid) => appid !== own);
}

describe('whatever a text holds', () => {
  const scrap = fc.constantFrom(
    ...['<', '<a', '<a ', '</a>', '>', '"', "'", '=', ' ', '\n', '/', 'a', '<b>'],
    ...['href=', 'href="https://a.example"', "href='javascript:x'", 'data-miniprogram-appid'],
    ...[`data-miniprogram-appid="${own}"`, `data-miniprogram-appid=${foreign}`, 'data-miniprogram-path="p"'],
    kept,
    '字',
  );
  const soup = fc.array(scrap, { maxLength: 30 }).map((scraps) => scraps.join(''));

  test('it has no link to a foreign mini-program and no script, and making it safe again changes nothing', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const once = safe(text);
        expect(foreignIn(once)).toEqual([]);
        expect(/<a\b[^>]*href\s*=\s*["']?\s*javascript/i.test(once)).toBe(false);
        expect(safe(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('no word outside its tags is lost', () => {
    const words = fc.constantFrom('甲', '乙', '丙 ', '丁\n', ' < ', 'a > b ', '& ');
    const address = fc.constantFrom('https://a.example/x', 'javascript:x', '#', '');
    const appid = fc.constantFrom(own, foreign, undefined);
    const link = fc.record({ words, address, appid, isClosed: fc.boolean() }).map((one) => ({
      words: one.words,
      text: `<a href="${one.address}"${one.appid === undefined ? '' : ` data-miniprogram-appid="${one.appid}"`}>${one.words}${one.isClosed ? '</a>' : ''}`,
    }));
    const plain = words.map((one) => ({ words: one, text: one }));
    fc.assert(
      fc.property(fc.array(fc.oneof(link, plain), { maxLength: 12 }), (pieces) => {
        const result = safe(pieces.map(({ text }) => text).join(''));
        const bare = result.replaceAll(/<a [^<>]*>|<\/a>|https:\/\/a\.example\/x/g, '').replaceAll(/\s/g, '');
        expect(bare).toBe(
          pieces
            .map((piece) => piece.words)
            .join('')
            .replaceAll(/\s/g, ''),
        );
      }),
    );
  });
});
