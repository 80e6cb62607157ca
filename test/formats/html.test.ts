import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHtml, readHtml } from '../../src/formats/html.ts';

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

  test('has addresses that are paths alone where somebody says whose they are', () => {
    const html = '<a href="/help">看</a><img src="/1.png">';
    expect(words(html)).toEqual(['看']);
    expect(readHtml(html, { keepLinks: false, origin: 'https://b.example' })).toEqual([
      { kind: 'text', text: '看 (https://b.example/help)' },
      { kind: 'image', url: 'https://b.example/1.png' },
    ]);
  });

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
