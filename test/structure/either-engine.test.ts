import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isOnSqliteAlone, onEitherEngine, onSqliteAlone } from '../postgres/either-engine.ts';

const files = new Set(onEitherEngine());

describe('tests whose store may be of either engine', () => {
  test('are found by what they import', () => {
    expect(files).toContain('test/bridge/round-trip.test.ts');
    expect(files).toContain('test/relay/turns/order.test.ts');
    expect(files).not.toContain('test/structure/either-engine.test.ts');
    expect(files.size).toBeGreaterThan(80);
  });

  test('are not those that are about SQLite, each with its reason', () => {
    const open = globSync('test/**/*.ts').filter((file) =>
      /^import [^;]*'(?:node:sqlite|[./]*\/src\/store\/sqlite\/[^']*)'/m.test(readFileSync(file, 'utf8')),
    );
    const own = open.filter((file) => !/^test\/(?:store|postgres)\//.test(file));
    expect(own.filter((file) => !isOnSqliteAlone(file))).toEqual([]);
    for (const place of Object.keys(onSqliteAlone)) expect(globSync(place)).toEqual([place]);
  });
});
