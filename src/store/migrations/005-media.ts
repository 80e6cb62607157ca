import type { Migration } from './index.ts';

/** Until when the URL of a medium lives: fixed when it is first given out, whatever the settings become. */
export const media: Migration = {
  name: '005-media',
  up: (db) => [db.schema.alterTable('media').addColumn('url_until', 'bigint')],
};
