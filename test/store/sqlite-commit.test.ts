import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitBatches, prepare } from '../../src/store/sqlite/commit.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';

let folder: string;
let db: DatabaseSync;
let statements: ReturnType<typeof prepare>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  db = new DatabaseSync(join(folder, 'plain.db'));
  db.exec(
    'create table t (id text primary key, size integer not null check (size < 10)); create table big (body text)',
  );
  statements = [
    prepare(db, 'insert into t values (?, ?)'),
    prepare(db, 'insert into big values (?)'),
    prepare(db, 'insert into t select ?, 20'),
  ];
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const insert = (id: string, size = 1) => [0, [id, size], 1] as const;
const ids = () =>
  db
    .prepare('select id from t order by id')
    .all()
    .map(({ id }) => id);

describe('a commit of several batches', () => {
  test('undoes of a batch that breaks a rule all steps, and of others none', () => {
    const answers = commitBatches(db, statements, [
      [insert('a')],
      [insert('b'), insert('c', 10)],
      [insert('d'), insert('a')],
      [insert('e')],
    ]);
    expect(answers).toMatchObject([{ rows: [[]] }, { failed: 'bug' }, { failed: 'bug' }, { rows: [[]] }]);
    expect(ids()).toEqual(['a', 'e']);
  });

  test('names no value in a failure', () => {
    const [, failed] = commitBatches(db, statements, [[insert('secret')], [insert('secret')]]);
    expect(failed).toMatchObject({ failed: 'bug', message: expect.not.stringContaining('secret') });
  });

  test('fails as a whole where no transaction can begin', () => {
    const other = new DatabaseSync(join(folder, 'plain.db'));
    other.exec('begin immediate');
    const answers = commitBatches(db, statements, [[insert('a')], [insert('b')]]);
    other.exec('rollback');
    other.close();
    expect(answers).toMatchObject([{ failed: 'storeUnavailable' }, { failed: 'storeUnavailable' }]);
    expect(commitBatches(db, statements, [[insert('a')]])).toMatchObject([{ rows: [[]] }]);
    expect(ids()).toEqual(['a']);
  });

  test('fails as a whole where the transaction cannot be kept', () => {
    // A reader that is in the middle of its read keeps the end of a transaction waiting.
    const other = new DatabaseSync(join(folder, 'plain.db'));
    other.exec('begin; select * from t');
    const answers = commitBatches(db, statements, [[insert('a')], [insert('b')]]);
    expect(answers).toMatchObject([{ failed: 'storeUnavailable' }, { failed: 'storeUnavailable' }]);
    other.exec('rollback');
    other.close();
    expect(db.isTransaction).toBe(false);
    expect(ids()).toEqual([]);
  });

  test('says of each batch what is true where there is no room', () => {
    db.exec('pragma max_page_count = 10');
    const answers = commitBatches(db, statements, [
      [insert('a')],
      [insert('b'), [1, ['x'.repeat(100_000)], 1]],
      [insert('c')],
    ]);
    expect(answers[1]).toMatchObject({ failed: 'storeUnavailable' });
    const kept = ['a', 'b', 'c'].filter((_, index) => 'rows' in (answers[index] ?? {}));
    expect(ids()).toEqual(kept);
  });
});

describe('migrations', () => {
  const first = { name: '001-one', steps: [['create table one (id text)', []]] } as const;
  const tables = () =>
    db
      .prepare(`select name from sqlite_schema where name in ('one', 'two')`)
      .all()
      .map(({ name }) => name);
  const two = ['create table two (id text)', []] as const;

  test('run once each', () => {
    const filled = { name: '002-two', steps: [two, ['insert into two values (?)', ['x']]] } as const;
    migrate(db, [first]);
    migrate(db, [first, filled]);
    migrate(db, [first, filled]);
    expect(tables()).toEqual(['one', 'two']);
    expect(db.prepare('select id from two').all()).toEqual([{ id: 'x' }]);
  });

  test('that fail half-way leave nothing, and those before stay', () => {
    const broken = { name: '002-two', steps: [two, ['insert into three values (1)', []]] } as const;
    expect(() => migrate(db, [first, broken])).toThrow('migration 002-two failed and was undone');
    expect(tables()).toEqual(['one']);
    migrate(db, [first, { name: '002-two', steps: [two] }]);
    expect(tables()).toEqual(['one', 'two']);
  });

  test('of a newer version are left alone by an older one, which goes on', () => {
    migrate(db, [first, { name: '002-two', steps: [two] }]);
    migrate(db, [first]);
    expect(tables()).toEqual(['one', 'two']);
    migrate(db, [first, { name: '002-two', steps: [two] }]);
    expect(tables()).toEqual(['one', 'two']);
  });

  test('of a newer version that took away what an older one uses end that one', () => {
    const last = { name: '003-three', needs: '002-two', steps: [['drop table one', []]] } as const;
    migrate(db, [first, { name: '002-two', steps: [two] }, last]);
    expect(() => migrate(db, [first])).toThrow('a newer version made this store (003-three)');
    migrate(db, [first, { name: '002-two', steps: [two] }]);
    expect(tables()).toEqual(['two']);
  });

  test('of a store from before marks said what they need run too', () => {
    db.exec('create table migration (name text primary key, at integer not null) without rowid');
    db.exec(`insert into migration values ('001-one', 0)`);
    migrate(db, [first, { name: '002-two', steps: [two] }]);
    expect(tables()).toEqual(['two']);
  });
});
