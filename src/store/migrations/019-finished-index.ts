import { sql } from 'kysely';
import type { Migration } from './index.ts';

/**
 * A push is written into one index by conversation instead of two: those that are not finished stand in `message_open`.
 * Only for the single process of a file: instances of an older version beside this one would look for a conversation's
 * messages in the index that is taken away here.
 */
export const finishedIndex: Migration = {
  name: '019-finished-index',
  up: ({ schema }, engine) =>
    engine === 'sqlite'
      ? [
          schema
            .createIndex('message_finished')
            .on('message')
            .columns(['conversation', 'seq'])
            .where(sql.ref('finished_at'), 'is not', null),
          schema.dropIndex('message_of_conversation'),
        ]
      : [],
};
