import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { definitions } from '../../adapters/index.ts';

const sameInEvery = ['README.md', 'index.ts', 'wire.ts', 'callback.ts', 'translate.ts', 'api.ts'];

describe.each(definitions.map(({ name }) => name))('the adapter %s', (name) => {
  test('has the same files as every other', () => {
    expect(sameInEvery.filter((file) => !existsSync(`adapters/${name}/${file}`))).toEqual([]);
  });

  test('has tests', () => {
    expect(existsSync(`test/adapters/${name}`)).toBe(true);
  });
});
