import { sql } from 'kysely';
import type { Migration } from './index.ts';

export const knocks: Migration = {
  name: '008-knocks',
  up(db, engine) {
    // Looked up by their keys only.
    const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
    const { schema } = db;
    return [
      schema
        .createTable('knock_budget')
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addColumn('template', 'text', (c) => c.notNull())
        .addColumn('remaining', 'bigint', (c) => c.notNull())
        .addColumn('changes', 'bigint', (c) => c.notNull())
        .addColumn('changed_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('knock_budget_key', ['conversation', 'template'])
        .modifyEnd(keyed),
      schema
        .createTable('knock')
        .addColumn('conversation', 'text', (c) => c.primaryKey())
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('template', 'text', (c) => c.notNull())
        .addColumn('acts', 'bigint', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('due', 'bigint')
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('code', 'text')
        .addColumn('result', 'text')
        .addColumn('asked_at', 'bigint', (c) => c.notNull())
        .modifyEnd(keyed),
      schema
        .createIndex('knock_due')
        .on('knock')
        .columns(['due', 'conversation'])
        .where(sql.ref('due'), 'is not', null),
    ];
  },
};
