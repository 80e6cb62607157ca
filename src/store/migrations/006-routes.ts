import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** Whether a conversation belongs to the channel's own agents. */
export const routes: Migration = {
  name: '006-routes',
  up({ schema }, engine) {
    return [
      schema
        .createTable('route')
        .addColumn('conversation', 'text', (c) => c.primaryKey())
        .addColumn('version', 'bigint', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('until', 'bigint', (c) => c.notNull())
        .addColumn('moved_at', 'bigint', (c) => c.notNull())
        .addColumn('unseen_from', 'bigint')
        .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
    ];
  },
};
