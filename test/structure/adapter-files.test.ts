import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adapters } from '../../adapters/index.ts';

const sameInEvery = ['README.md', 'index.ts', 'wire.ts', 'translate.ts', 'api.ts', 'support.ts'];

const loaded = await Promise.all(Object.values(adapters).map((load) => load()));

test('each adapter is listed under its own name', () => {
  expect(loaded.map(({ name }) => name)).toEqual(Object.keys(adapters));
});

describe.each(loaded.map(({ name, handsOver }) => ({ name, handsOver })))(
  'the adapter $name',
  ({ name, handsOver }) => {
    test('has the same files as every other', () => {
      // Nobody calls back where messages are handed over.
      const expected = handsOver ? sameInEvery : [...sameInEvery, 'callback.ts'];
      expect(expected.filter((file) => !existsSync(`adapters/${name}/${file}`))).toEqual([]);
    });

    test('has tests', () => {
      expect(existsSync(`test/adapters/${name}`)).toBe(true);
    });
  },
);
