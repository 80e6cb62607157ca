import { type Compilable, type Kysely, sql } from 'kysely';
import type { Migration } from './index.ts';

/**
 * What one process kept for itself, for several that share the store: who fetches a medium, and which file is the copy;
 * files that are kept in the store itself, in pieces; who asks about a visitor, and when he was shown that an agent writes.
 */
export const shared: Migration = {
  name: '016-shared',
  up: (db, engine) => [
    ...claims(db),
    ...files(db, engine),
    db.schema.alterTable('conversation').addColumn('asked_until', 'bigint'),
    db.schema.alterTable('conversation').addColumn('typing_shown_at', 'bigint'),
  ],
};

function claims({ schema }: Kysely<unknown>): readonly Compilable[] {
  return [
    schema.alterTable('media').addColumn('claim', 'integer', (c) => c.notNull().defaultTo(0)),
    schema.alterTable('media').addColumn('held_by', 'text'),
    schema.alterTable('media').addColumn('held_until', 'bigint'),
    schema.alterTable('media').addColumn('file', 'text'),
    schema
      .createIndex('media_held')
      .on('media')
      .columns(['held_by'])
      .where(sql.ref('held_by'), 'is not', null),
  ];
}

function files({ schema }: Kysely<unknown>, engine: 'sqlite' | 'postgres'): readonly Compilable[] {
  const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
  return [
    schema
      .createTable('media_file')
      .addColumn('name', 'text', (c) => c.primaryKey())
      .addColumn('bytes', 'bigint', (c) => c.notNull())
      .addColumn('piece_bytes', 'integer', (c) => c.notNull())
      .modifyEnd(keyed),
    schema
      .createTable('media_piece')
      .addColumn('file', 'text', (c) => c.notNull())
      .addColumn('place', 'integer', (c) => c.notNull())
      .addColumn('content', engine === 'sqlite' ? 'blob' : 'bytea', (c) => c.notNull())
      .addPrimaryKeyConstraint('media_piece_key', ['file', 'place']),
  ];
}
