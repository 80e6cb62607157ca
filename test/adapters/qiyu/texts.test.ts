import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guessDurationMs, readAmrDurationMs } from '../../../adapters/qiyu/amr.ts';
import { toQiyuEmoji, toWeChatEmoji } from '../../../adapters/qiyu/emoji.ts';
import { isHtml, readHtml } from '../../../adapters/qiyu/html.ts';
import { readFields } from '../../../adapters/qiyu/json.ts';
import { splitText } from '../../../adapters/qiyu/pieces.ts';

describe('HTML', () => {
  const text = (html: string, keepLinks = false) => readHtml(html, { keepLinks });
  const words = (html: string, keepLinks = false) =>
    text(html, keepLinks).map((piece) => (piece.kind === 'text' ? piece.text : `<${piece.url}>`));

  test.each([
    'x<y and y>z',
    'a<b and c>d',
    '1 < 2',
    '<3',
    '<你好>',
    '<foo>',
    '<unknown a="b">',
    'a &lt; b',
    '<b',
    '',
  ])('%j is none', (plain) => expect(isHtml(plain)).toBe(false));

  test.each([
    '<br>',
    '<BR/>',
    'a<p>b</p>',
    '</div>',
    '<a href="x">y</a>',
    '<img src=x>',
    "<span style='a'>b",
  ])('%j is some', (html) => expect(isHtml(html)).toBe(true));

  test.each([
    ['<p>一</p><p>二</p>', ['一\n二']],
    ['一<br>二<br/>三', ['一\n二\n三']],
    ['<ul><li>一</li><li>二</li></ul>', ['一\n二']],
    ['<div>一</div>尾', ['一\n尾']],
    ['<p></p><p><br></p><p><br></p>一', ['一']],
    ['<b>粗</b><script>alert("<b>")</script><style>p{}</style><!-- <p> -->', ['粗']],
    ['<b>x<y</b> &amp;&lt;b&gt;&#39;&#x4f60;&nbsp;&hellip;&unknown;', ["x<y &<b>'你 …&unknown;"]],
    ['<b>a &#0;&#xd800;&#x110000;b</b>', ['a b']],
    ['<a href="https://a.example/?x=1&amp;y=2">看</a>', ['看 (https://a.example/?x=1&y=2)']],
    ['<a href="https://a.example">https://a.example</a>', ['https://a.example']],
    ['<a href="javascript:alert(1)">看</a>', ['看']],
    ['<a href="//a.example">看</a>', ['看 (https://a.example)']],
    ['一<img src="https://a.example/1.png">二', ['一', '<https://a.example/1.png>', '二']],
    ['<img src="data:image/png;base64,AAAA">一', ['一']],
    ['<p><img alt="x" src=\'https://a.example/1.png\'/></p>', ['<https://a.example/1.png>']],
    [
      '<a href="https://a.example"><img src="https://a.example/1.png"></a>',
      ['<https://a.example/1.png>', 'https://a.example'],
    ],
  ])('%j becomes %j', (html, pieces) => expect(words(html)).toEqual(pieces));

  test('keeps links by setting, and closes what it opened', () => {
    expect(words('<p><a class="x" href="https://a.example">看</a></p>', true)).toEqual([
      '<a href="https://a.example">看</a>',
    ]);
    expect(words('<a href="https://a.example">看', true)).toEqual(['<a href="https://a.example">看</a>']);
  });

  test('of any kind never throws, holds no markup but links, and gives no empty piece', () => {
    const bits = fc.constantFrom(
      '<p>',
      '</p>',
      '<br>',
      '<a href="https://a.example">',
      '</a>',
      '<img src="https://a.example/1">',
      '文',
      '<',
      '>',
      '&amp;',
      '&lt;p&gt;',
      '<!--',
      '-->',
      '"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(bits, fc.string({ unit: 'binary' }))), (list) => {
        for (const piece of text(list.join(''))) {
          if (piece.kind === 'image') expect(piece.url).toMatch(/^https?:/);
          else expect(piece.text.trim()).toBe(piece.text);
          if (piece.kind === 'text') expect(piece.text).not.toBe('');
        }
      }),
    );
  });

  test('is read in time that grows with its length only', () => {
    for (const nasty of [
      '<a '.repeat(50_000),
      `<a ${'a='.repeat(50_000)}`,
      '<!--'.repeat(25_000),
      `<p${' '.repeat(90_000)}`,
      '<script>'.repeat(12_000),
      `<a${' a="'.repeat(25_000)}`,
    ]) {
      const startedAt = performance.now();
      isHtml(nasty);
      text(nasty);
      expect(performance.now() - startedAt).toBeLessThan(1000);
    }
  });
});

describe('a text that is split', () => {
  test('is the text again when joined, in pieces that fit, with every character whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 2, max: 9 }),
        (whole, most) => {
          const pieces = splitText(whole, most);
          expect(pieces.join('')).toBe(whole);
          for (const piece of pieces) {
            expect(piece.length).toBeLessThanOrEqual(most);
            expect(piece).not.toBe('');
            expect(piece.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });

  test('of 4001 units is two', () => {
    expect(splitText('好'.repeat(4001), 4000).map(({ length }) => length)).toEqual([4000, 1]);
    expect(splitText('好'.repeat(4000), 4000)).toHaveLength(1);
    expect(splitText(`${'好'.repeat(3999)}😀`, 4000)).toEqual(['好'.repeat(3999), '😀']);
  });
});

describe('an AMR recording', () => {
  const frameSizes = [13, 14, 16, 18, 20, 21, 27, 32, 6];
  const frame = (mode: number) => {
    const bytes = Buffer.alloc(frameSizes[mode] ?? 1);
    bytes[0] = mode << 3;
    return bytes;
  };

  test('has 20 ms a frame, whatever the modes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1 }), (modes) => {
        const bytes = Buffer.concat([Buffer.from('#!AMR\n'), ...modes.map(frame)]);
        expect(readAmrDurationMs(bytes)).toBe(modes.length * 20);
      }),
    );
  });

  test('is nothing else, and any bytes are read without a throw', () => {
    expect(readAmrDurationMs(Buffer.from('#!AMR\n'))).toBeUndefined();
    expect(readAmrDurationMs(Buffer.from('#!AMR-WB\n12345'))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const read = readAmrDurationMs(bytes);
        expect(read === undefined || read > 0).toBe(true);
      }),
    );
  });

  test('of another kind is guessed, and never 0', () => {
    expect(guessDurationMs(0)).toBe(1000);
    expect(guessDurationMs(6400)).toBe(4000);
  });
});

describe('emoji', () => {
  test('of both sides are each other', () => {
    for (const [wechat, qiyu] of [
      ['/::)', '[大笑]'],
      ['/::~', '[撇嘴]'],
      ['/::B', '[色]'],
      ['/::|', '[呆]'],
      ['/::<', '[流泪]'],
      ['/::$', '[害羞]'],
      ['/::@', '[怒]'],
    ] as const) {
      expect(toQiyuEmoji(`a${wechat}b`)).toBe(`a${qiyu}b`);
      expect(toWeChatEmoji(`a${qiyu}b`)).toBe(`a${wechat}b`);
    }
  });

  test('that nobody knows stay', () => {
    expect(toQiyuEmoji('/::Z [可爱] 😀')).toBe('/::Z [可爱] 😀');
    expect(toWeChatEmoji('[不存在]')).toBe('[不存在]');
  });
});

describe('JSON', () => {
  test('keeps the digits of numbers, and has no prototype', () => {
    expect(readFields('{"a":23637352235060881,"b":1.50,"c":null,"d":[1,"x",{"e":true}]}')).toEqual({
      a: '23637352235060881',
      b: '1.50',
      c: '',
      d: ['1', 'x', { e: 'true' }],
    });
    expect(readFields('{"__proto__":{"x":1}}')).not.toHaveProperty('x');
    expect(readFields('{}')?.constructor).toBeUndefined();
  });

  test('nested without end is none', () => {
    expect(readFields('{"a":'.repeat(100_000))).toBeUndefined();
    expect(readFields('{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}')).toBeDefined();
  });
});
