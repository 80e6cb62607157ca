import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameFile } from '../../src/media/file-name.ts';

const png = { type: 'image/png', extension: 'png' };
const plain = { type: 'text/plain' };

describe('the name of a file', () => {
  test.each([
    ['a.png', png, 'a.png'],
    ['a.jpeg', png, 'a.png'],
    ['截图', png, '截图.png'],
    [undefined, png, 'image.png'],
    ['', { type: 'audio/speex' }, 'audio.spx'],
    [undefined, { type: 'application/x-thing' }, 'file.bin'],
    ['notes.md', plain, 'notes.md'],
    ['notes', plain, 'notes.txt'],
    ['报价 v1.2.docx', { type: 'application/zip', extension: 'zip' }, '报价 v1.2.docx'],
    ['C:\\a\\b.png', png, 'b.png'],
    ['../../etc/passwd', plain, 'passwd.txt'],
    ['..', plain, 'file.txt'],
    ['.htaccess', plain, 'htaccess.txt'],
    ['a\u202egnp.exe\u0000\r\n', plain, 'agnp.exe'],
    ['\ud800a?b*c"d', plain, '\ufffdabcd.txt'],
  ])('%j is made safe and fits what it holds', (given, content, name) => {
    expect(nameFile(given, content)).toBe(name);
  });

  test('is one piece of a path, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (given) => {
        const name = nameFile(given, png);
        expect(name).toMatch(/^[^/\\]+\.png$/);
        expect(name.startsWith('.')).toBe(false);
        expect(name.isWellFormed()).toBe(true);
        expect([...name].length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
