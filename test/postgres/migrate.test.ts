import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrateStore } from '../../src/migrate-store.ts';
import type { SqlValue } from '../../src/ports/store.ts';
import { copyRows, proveSame } from '../../src/store/engines/copy.ts';
import { describePlace, openStore } from '../../src/store/engines/open.ts';
import { type AnyRow, insertStep, pagesOf } from '../../src/store/engines/pages.ts';
import { fileTables, type TableName, tableKeys } from '../../src/store/engines/tables.ts';
import { joinInstances, leaveInstances } from '../../src/store/leases/instances.ts';
import { makePostgresPlace, type PostgresPlace } from './place.ts';

const tables = Object.keys(tableKeys) as TableName[]; // it has no others
const reference = (name: string) => `\${${name}}`;
let home = '';
let filled = '';
let place: PostgresPlace;
let number = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'migrate-'));
  filled = join(home, 'filled.db');
  await fillStore(filled);
});
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(async () => {
  place = await makePostgresPlace();
});
afterEach(() => place.remove());

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

function columnsOf(path: string): readonly Column[] {
  using db = new DatabaseSync(path, { readOnly: true });
  const all = `select t.name as "table", c.name, lower(c.type) as type, c."notnull", c.pk
    from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table' and t.name not in ('migration', 'instance')`;
  return db.prepare(all).all() as unknown as readonly Column[]; // as the query says
}

const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', ''));

function valueFor({ type, notnull, pk }: Column): fc.Arbitrary<SqlValue> {
  if (pk > 0) return type === 'text' ? text : fc.maxSafeInteger();
  const value: fc.Arbitrary<SqlValue> =
    type === 'text' ? text : type === 'integer' ? fc.integer() : fc.maxSafeInteger();
  return notnull ? value : fc.option(value);
}

/** Rows in every table, of messages more than a page. */
async function fillStore(path: string): Promise<void> {
  const store = await openStore({ kind: 'sqlite', path }, () => {});
  const columns = columnsOf(path);
  for (const table of tables) {
    const own = columns.filter((column) => column.table === table);
    const row = fc.record(Object.fromEntries(own.map((column) => [column.name, valueFor(column)])));
    const rows: readonly AnyRow[] = fc.sample(row, { numRuns: table === 'message' ? 450 : 5, seed: 1 });
    const keyed = rows.map((each, index) => withOwnKey(each, tableKeys[table], index));
    await store.batch(keyed.map((each) => insertStep(table, each)));
  }
  await store.close();
}

/** Two rows never have one key. */
function withOwnKey(row: AnyRow, [key]: readonly string[], index: number): AnyRow {
  return key === undefined ? row : { ...row, [key]: `${index} ${row[key]}` };
}

async function migrate(from: string, to: string, env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  return { status: await migrateStore({ from, to, env, folder: home, print }), lines };
}

function freshFile(): string {
  number += 1;
  return join(home, `fresh-${number}.db`);
}

describe('a store that is copied', () => {
  test('into PostgreSQL and back is what it was, whatever is in it', async () => {
    const back = freshFile();
    const there = await migrate('sqlite:filled.db', reference('TARGET'), { TARGET: place.url });
    expect(there).toMatchObject({ status: 0, lines: expect.arrayContaining(['message: 450', 'fact: 5']) });
    expect(there.lines.join()).toContain(`has all that ${filled} has`);
    expect(await migrate(place.url, `sqlite:${back}`)).toMatchObject({ status: 0 });
    const stores = [filled, back].map((path) => openStore({ kind: 'sqlite', path }, () => {}));
    const [one, other] = await Promise.all(stores);
    if (!one || !other) throw new Error('expected two stores');
    await expect(proveSame(one, other)).resolves.toBeUndefined();
    await Promise.all([one.close(), other.close()]);
  });

  test('is good though it has the one character that PostgreSQL does not take', async () => {
    const path = freshFile();
    const store = await openStore({ kind: 'sqlite', path }, () => {});
    await store.batch([insertStep('fact', { name: 'from', value: 'vip\0 12' })]);
    await store.close();
    expect(await migrate(`sqlite:${path}`, place.url)).toMatchObject({ status: 0 });
    expect(await place.query(`select value from fact where name = 'from'`)).toEqual([
      { value: 'vip\uFFFD 12' },
    ]);
  });

  test('has all tables, each along its key', () => {
    const columns = columnsOf(filled);
    const keys = tables.map((table) => {
      const own = columns.filter((column) => column.table === table && column.pk > 0);
      return [table, own.sort((a, b) => a.pk - b.pk).map(({ name }) => name)];
    });
    expect(new Set(columns.map(({ table }) => table))).toEqual(new Set([...tables, ...fileTables]));
    expect(Object.fromEntries(keys)).toEqual(tableKeys);
  });
});

describe('nothing is copied', () => {
  test('into a store with rows in it', async () => {
    await migrate('sqlite:filled.db', place.url);
    const again = await migrate('sqlite:filled.db', place.url);
    expect(again).toEqual({
      status: 2,
      lines: [
        expect.stringMatching(/^postgres:.*: expected an empty store, got one with rows in conversation$/),
      ],
    });
  });

  test('from or to a store to which a newer version has added', async () => {
    const newer = freshFile();
    await (await openStore({ kind: 'sqlite', path: newer }, () => {})).close();
    using db = new DatabaseSync(newer);
    db.exec(`insert into migration (name, at) values ('999-later', 0)`);
    const ends = [await migrate(`sqlite:${newer}`, place.url), await migrate(place.url, `sqlite:${newer}`)];
    const refused = { status: 2, lines: [expect.stringContaining('(999-later): copy it with that one')] };
    expect(ends).toEqual([refused, refused]);
  });

  test('while a bridge has one of the two', async () => {
    const to = { kind: 'postgres', url: place.url, connections: 1 } as const;
    const bridge = await openStore(to, () => {});
    await bridge.batch([joinInstances({ instance: 'i_1', leaseMs: 60_000 }, 1)]);
    const { status, lines } = await migrate('sqlite:filled.db', place.url);
    expect({ status, lines }).toEqual({ status: 2, lines: [expect.stringContaining('has this store open')] });
    await bridge.batch([leaveInstances({ instance: 'i_1' })]);
    expect(await migrate('sqlite:filled.db', place.url)).toMatchObject({ status: 0 });
    await bridge.close();
  });

  test('while somebody else copies; and no bridge begins then', async () => {
    const to = { kind: 'postgres', url: place.url, connections: 1 } as const;
    const copying = await openStore(to, () => {}, { alone: true });
    const { status } = await migrate('sqlite:filled.db', place.url);
    expect(status).toBe(2);
    const bridge = await openStore(to, () => {});
    const join = () => bridge.batch([joinInstances({ instance: 'i_1', leaseMs: 60_000 }, 1)]);
    await expect(join()).rejects.toMatchObject({ code: 'stepMissed' });
    await copying.close();
    await expect(join()).resolves.toBeDefined();
    await bridge.close();
  });

  test.each([
    ['a store that is not there', 'sqlite:absent.db', 'expected a store, got nothing'],
    ['a place that is none', 'mysql://u:sesame@db/x', 'expected sqlite:PATH or postgres://'],
    ['a variable that is not set', reference('ABSENT'), 'expected the environment variable ABSENT to be set'],
  ])('from %s', async (_, from, reason) => {
    const { status, lines } = await migrate(from, place.url);
    expect({ status, lines }).toEqual({ status: 2, lines: [expect.stringContaining(reason)] });
    expect(lines.join()).not.toContain('sesame');
  });
});

describe('a copy that is not complete', () => {
  test('is no store that a bridge starts on', async () => {
    const [from, to] = [
      { kind: 'sqlite', path: filled },
      { kind: 'postgres', url: place.url, connections: 2 },
    ] as const;
    const [source, target] = [await openStore(from, () => {}), await openStore(to, () => {})];
    await copyRows(source, target);
    await target.close();
    await source.close();
    await expect(openStore(to, () => {})).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('did not end'),
    });
  });

  test('is told by its first table that differs', async () => {
    const [source, target] = [
      await openStore({ kind: 'sqlite', path: filled }, () => {}),
      await openStore({ kind: 'postgres', url: place.url, connections: 2 }, () => {}),
    ];
    await copyRows(source, target);
    await place.query(`update seen set "until" = "until" + 1 where key = (select max(key) from seen)`);
    await expect(proveSame(source, target)).rejects.toThrow(/^expected seen to be the same in both/);
    for await (const page of pagesOf(target, 'fact')) {
      expect(page.map(({ name }) => name)).not.toContain('unfinished-copy');
    }
    await target.close();
    await source.close();
  });
});

test('a place is named without user, password and options', () => {
  const url = 'postgres://me:sesame@db:5432/kefu?sslpassword=sesame';
  expect(describePlace({ kind: 'postgres', url, connections: 1 })).toBe('postgres://db:5432/kefu');
});
