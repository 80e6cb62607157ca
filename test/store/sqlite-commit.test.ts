import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GroupCommit, prepare } from '../../src/store/sqlite/commit.ts';
import { migrate } from '../../src/store/sqlite/migrate.ts';
import type { BatchWire } from '../../src/store/sqlite/protocol.ts';

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
/** One commit; its batches come in pieces. */
function commit(group: GroupCommit, ...pieces: readonly (readonly BatchWire[])[]) {
  for (const batches of pieces) group.run(batches);
  return group.commit();
}
const commitBatches = (...pieces: readonly (readonly BatchWire[])[]) =>
  commit(new GroupCommit(db, statements), ...pieces);
const ids = () =>
  db
    .prepare('select id from t order by id')
    .all()
    .map(({ id }) => id);

describe('a commit of several batches', () => {
  test('undoes of a batch that breaks a rule all steps, and of others none', () => {
    const answers = commitBatches([
      [insert('a')],
      [insert('b'), insert('c', 10)],
      [insert('d'), insert('a')],
      [insert('e')],
    ]);
    expect(answers).toMatchObject([{ rows: [[]] }, { failed: 'bug' }, { failed: 'bug' }, { rows: [[]] }]);
    expect(ids()).toEqual(['a', 'e']);
  });

  test('undoes of a batch that misses all steps, and of the pieces around it none', () => {
    const answers = commitBatches(
      [[insert('a')], [insert('b')]],
      [[insert('c')], [insert('d'), [0, ['e', 1], 0]]],
      [[insert('f')], [insert('g'), [0, ['h', 1], 0]]],
    );
    const stands = { rows: [[]] };
    expect(answers).toMatchObject([stands, stands, stands, { missed: 1 }, stands, { missed: 1 }]);
    expect(ids()).toEqual(['a', 'b', 'c', 'f']);
  });

  test('is there for others when it is committed, not before', () => {
    db.exec('pragma journal_mode = wal');
    const other = new DatabaseSync(join(folder, 'plain.db'));
    const seen = () => other.prepare('select id from t').all().length;
    const group = new GroupCommit(db, statements);
    group.run([[insert('a')]]);
    group.run([[insert('b')]]);
    expect(seen()).toBe(0);
    expect(group.commit()).toHaveLength(2);
    expect(seen()).toBe(2);
    other.close();
  });

  test('names no value in a failure', () => {
    const [, failed] = commitBatches([[insert('secret')], [insert('secret')]]);
    expect(failed).toMatchObject({ failed: 'bug', message: expect.not.stringContaining('secret') });
  });

  test('fails as a whole where no transaction can begin', () => {
    const other = new DatabaseSync(join(folder, 'plain.db'));
    other.exec('begin immediate');
    const group = new GroupCommit(db, statements);
    group.run([[insert('a')]]);
    other.exec('rollback');
    other.close();
    // There is room for one now, but what came before in this commit is lost already.
    const answers = commit(group, [[insert('b')]]);
    expect(answers).toMatchObject([{ failed: 'storeUnavailable' }, { failed: 'storeUnavailable' }]);
    expect(commit(group, [[insert('c')]])).toMatchObject([{ rows: [[]] }]);
    expect(ids()).toEqual(['c']);
  });

  test('fails as a whole where the transaction cannot be kept', () => {
    // A reader that is in the middle of its read keeps the end of a transaction waiting.
    const other = new DatabaseSync(join(folder, 'plain.db'));
    other.exec('begin; select * from t');
    const group = new GroupCommit(db, statements);
    const answers = commit(group, [[insert('a')]], [[insert('b')]]);
    expect(answers).toMatchObject([{ failed: 'storeUnavailable' }, { failed: 'storeUnavailable' }]);
    other.exec('rollback');
    other.close();
    expect(db.isTransaction).toBe(false);
    expect(ids()).toEqual([]);
    expect(commit(group, [[insert('c')]])).toMatchObject([{ rows: [[]] }]);
    expect(ids()).toEqual(['c']);
  });

  test('says of each batch what is true where there is no room', () => {
    db.exec('pragma max_page_count = 10');
    const answers = commitBatches([
      [insert('a')],
      [insert('b'), [1, ['x'.repeat(100_000)], 1]],
      [insert('c')],
    ]);
    expect(answers[1]).toMatchObject({ failed: 'storeUnavailable' });
    const kept = ['a', 'b', 'c'].filter((_, index) => 'rows' in (answers[index] ?? {}));
    expect(ids()).toEqual(kept);
  });
});

describe('batches of one commit', () => {
  type Step = readonly [statement: number, values: readonly [string, number], rows: number];
  // What is expected may be wrong, so that a batch misses before or after it has changed something.
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom(0, 1),
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 12 })),
    fc.constantFrom(-1, 0, 1),
  );
  const batch = fc.array(step, { minLength: 1, maxLength: 4 });
  const pieces = fc.array(fc.array(batch, { maxLength: 4 }), { minLength: 1, maxLength: 3 });
  const commits = fc.array(pieces, { maxLength: 6 });

  /** The same without any of the program: `undefined` where it stands, else the step that missed or broke a rule. */
  function runAlone(sql: readonly string[], batch: readonly Step[]): number | undefined {
    db.exec('begin');
    const missed = batch.findIndex(([statement, values, rows]) => {
      try {
        const { changes } = db.prepare(sql[statement] ?? '').run(...values);
        return rows >= 0 && changes !== rows;
      } catch {
        return true;
      }
    });
    db.exec(missed === -1 ? 'commit' : 'rollback');
    return missed === -1 ? undefined : missed;
  }

  test('come to what each would alone, one after the other, whatever pieces they come in', () => {
    const sql = ['insert into t values (?, ?)', 'update t set size = ?2 where id = ?1'];
    const prepared = sql.map((each) => prepare(db, each));
    const rows = () => db.prepare('select id, size from t order by id').all();
    fc.assert(
      fc.property(commits, (courses) => {
        db.exec('delete from t');
        const group = new GroupCommit(db, prepared);
        const together = courses.flatMap((each) => commit(group, ...each));
        const kept = rows();
        db.exec('delete from t');
        const alone = courses.flat(2).map((batch) => runAlone(sql, batch));
        expect(together.map((answer) => 'rows' in answer)).toEqual(alone.map((at) => at === undefined));
        for (const [index, answer] of together.entries()) {
          if ('missed' in answer) expect(answer.missed).toBe(alone[index]);
        }
        expect(kept).toEqual(rows());
      }),
    );
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
