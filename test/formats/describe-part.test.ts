import { expect, test } from 'vitest';
import { addressOf, describePart } from '../../src/formats/describe-part.ts';
import type { Part } from '../../src/model/message.ts';

const url = 'https://desk.example/file/1?share-secret=hush';
const open = { id: 'x_1', from: { url } };
const secret = { id: 'x_2', from: { url, isSecret: true } } as const;

test('where a medium lies is told, unless its address holds a secret', () => {
  expect(addressOf(open)).toBe(url);
  expect(addressOf(secret)).toBeUndefined();
});

test.each<[Part, string]>([
  [{ kind: 'image', media: open }, `[图片] ${url}`],
  [{ kind: 'image', media: secret }, '[图片]'],
  [{ kind: 'file', name: 'a.pdf', media: secret }, '[文件] a.pdf'],
])('the words for a medium lead to it only where a visitor may go (%#)', (part, words) => {
  expect(describePart(part)).toBe(words);
});
