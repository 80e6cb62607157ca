import { expect, test } from 'vitest';
import { writeFormFile } from '../../src/formats/form-file.ts';

const file = { field: 'file', name: 'v"1".mp4', type: 'video/mp4', bytes: Buffer.from([0, 255, 13, 10]) };

test('a form holds the file to the byte, and its name without what would end it', () => {
  const { type, body } = writeFormFile(file, 'edge');
  expect(type).toBe('multipart/form-data; boundary=edge');
  const head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="v_1_.mp4"\r\n';
  expect(body.toString('latin1')).toBe(`${head}Content-Type: video/mp4\r\n\r\n\x00\xff\r\n\r\n--edge--\r\n`);
});

test('plain fields stand before the file, in order', () => {
  const fields = [
    ['key', 'v/1.mp4'],
    ['policy', 'e30='],
  ] as const;
  const { body } = writeFormFile({ ...file, fields }, 'edge');
  const text = body.toString('latin1');
  expect(
    text.startsWith('--edge\r\nContent-Disposition: form-data; name="key"\r\n\r\nv/1.mp4\r\n--edge\r\n'),
  ).toBe(true);
  expect(text.indexOf('name="key"')).toBeLessThan(text.indexOf('name="policy"'));
  expect(text.indexOf('name="policy"')).toBeLessThan(text.indexOf('name="file"'));
});
