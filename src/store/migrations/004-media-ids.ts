import { sql } from 'kysely';
import type { Migration } from './index.ts';

/** The platform's ids of what was uploaded, by content. */
export const mediaIds: Migration = {
  name: '004-media-ids',
  up({ schema }, engine) {
    return [
      schema
        .createTable('media_id')
        .addColumn('appid', 'text', (c) => c.notNull())
        .addColumn('use', 'text', (c) => c.notNull())
        .addColumn('digest', 'text', (c) => c.notNull())
        .addColumn('platform_id', 'text', (c) => c.notNull())
        .addColumn('good_until', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('media_id_key', ['appid', 'use', 'digest'])
        .modifyEnd(engine === 'sqlite' ? sql`without rowid` : sql``),
      schema.createIndex('media_id_good_until').on('media_id').columns(['good_until']),
    ];
  },
};
