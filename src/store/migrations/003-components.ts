import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** Tickets and authorisations of third-party platforms. */
export const components: Migration = {
  name: '003-components',
  up({ schema }, engine) {
    const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
    return [
      schema
        .createTable('component')
        .addColumn('appid', 'text', (c) => c.primaryKey())
        .addColumn('ticket', 'text')
        .addColumn('ticket_at', 'bigint', (c) => c.notNull())
        .addColumn('received_at', 'bigint', (c) => c.notNull())
        .addColumn('ask_due', 'bigint', (c) => c.notNull())
        .modifyEnd(keyed),
      schema
        .createTable('authorizer')
        .addColumn('component', 'text', (c) => c.notNull())
        .addColumn('appid', 'text', (c) => c.notNull())
        .addColumn('refresh_token', 'text')
        .addColumn('problem', 'text')
        .addColumn('event_at', 'bigint', (c) => c.notNull())
        .addColumn('authorised_at', 'bigint')
        .addColumn('code', 'text')
        .addColumn('code_ends_at', 'bigint')
        .addColumn('code_due', 'bigint')
        .addColumn('code_attempts', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('authorizer_key', ['component', 'appid'])
        .modifyEnd(keyed),
      schema
        .createIndex('authorizer_due')
        .on('authorizer')
        .columns(['component', 'code_due'])
        .where(sql.ref('code_due'), 'is not', null),
    ];
  },
};
