import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** What is known of a visitor, and which session's agents were shown it. */
export const profile: Migration = {
  name: '013-profile',
  up: ({ schema }, engine) => [
    schema
      .createTable('profile')
      .addColumn('conversation', 'text', (c) => c.primaryKey())
      .addColumn('claims', 'text', (c) => c.notNull().defaultTo('[]'))
      .addColumn('looked', 'text', (c) => c.notNull().defaultTo('[]'))
      .addColumn('looked_until', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('card_helpdesk', 'text')
      .addColumn('card_until', 'bigint', (c) => c.notNull().defaultTo(0))
      .addColumn('card_row', 'text')
      .addColumn('card_text', 'text')
      .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
  ],
};
