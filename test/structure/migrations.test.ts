import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Migration, migrations } from '../../src/store/migrations/index.ts';
import { faultsOf } from './migration-rules.ts';

const before: Migration = { name: '998-before', up: () => [] };
const faultsOfNext = (up: Migration['up'], needs?: string) =>
  faultsOf([before, { name: '999-next', up, ...(needs !== undefined && { needs }) }]);

describe('the migrations', () => {
  test.each(migrations.map(({ name }, index) => [name, index] as const))(
    '%s leaves older instances at work',
    (_, index) => {
      expect(faultsOf(migrations.slice(0, index + 1))).toEqual([]);
    },
  );

  test('have names that are sorted as they run', () => {
    const names = migrations.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
  });
});

describe('a migration may', () => {
  test.each<[string, Migration['up']]>([
    [
      'make a table, tight as it likes',
      ({ schema }) => [
        schema.createTable('fresh').addColumn('id', 'text', (c) => c.primaryKey().notNull()),
        schema.createIndex('fresh_once').unique().on('fresh').column('id'),
        schema.alterTable('fresh').addColumn('more', 'text', (c) => c.notNull()),
      ],
    ],
    ['add a column that may be null', ({ schema }) => [schema.alterTable('lane').addColumn('a', 'text')]],
    [
      'add a column with a default',
      ({ schema }) => [schema.alterTable('lane').addColumn('a', 'bigint', (c) => c.notNull().defaultTo(0))],
    ],
    ['add an index', ({ schema }) => [schema.createIndex('lane_turn').on('lane').column('turn')]],
    [
      'take an index away from SQLite',
      ({ schema }, engine) => (engine === 'sqlite' ? [schema.dropIndex('pull_due')] : []),
    ],
  ])('%s', (_, up) => {
    expect(faultsOfNext(up)).toEqual([]);
  });

  test('take away what a version before the last one used, if it says so', () => {
    const up: Migration['up'] = ({ schema }) => [
      schema.alterTable('route').dropColumn('opened'),
      schema.dropTable('outage'),
      schema.dropIndex('pull_due'),
    ];
    expect(faultsOfNext(up, '998-before')).toEqual([]);
    expect(faultsOfNext(up)).toEqual(['drops route.opened', 'drops outage', 'drops an index']);
  });
});

describe('a migration may not', () => {
  test.each<[string, Migration['up'], string]>([
    ['rename a table', ({ schema }) => [schema.alterTable('route').renameTo('way')], 'renames route'],
    [
      'rename a column',
      ({ schema }) => [schema.alterTable('route').renameColumn('until', 'ends_at')],
      'renames route.until',
    ],
    [
      'add a column that must be given',
      ({ schema }) => [schema.alterTable('lane').addColumn('owner', 'text', (c) => c.notNull())],
      'tightens lane: owner',
    ],
    [
      'add a column that is bound',
      ({ schema }) => [schema.alterTable('lane').addColumn('owner', 'text', (c) => c.unique())],
      'tightens lane: owner',
    ],
    [
      'make a column another',
      ({ schema }) => [schema.alterTable('lane').alterColumn('turn', (c) => c.setNotNull())],
      'changes a column of lane',
    ],
    [
      'add a constraint',
      ({ schema }) => [schema.alterTable('lane').addCheckConstraint('positive', sql`turn > 0`)],
      'tightens lane: a constraint',
    ],
    [
      'make an index unique',
      ({ schema }) => [schema.createIndex('one_lane').unique().on('lane').column('turn')],
      'tightens lane: a unique index',
    ],
    [
      'do what cannot be read here',
      (db) => [sql`alter table lane drop column turn`.compile(db)].map((query) => ({ compile: () => query })),
      'is not known to add only: RawNode',
    ],
  ])('%s, even if it says so', (_, up, fault) => {
    expect(faultsOfNext(up, '998-before')).toEqual([fault]);
  });

  test('need what is no migration before it', () => {
    expect(faultsOfNext(() => [], '999-next')).toEqual(['needs 999-next, which is no migration before it']);
  });
});
