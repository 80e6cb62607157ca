import { sql } from 'kysely';
import type { Migration } from './index.ts';

/**
 * Rows in flight, which the start of the only process asks for before anything else: few, among a million that may wait.
 * Instances that share a store ask for them beside their work, and an index made on a large table would stop all of them.
 */
export const inFlight: Migration = {
  name: '018-in-flight',
  up: ({ schema }, engine) =>
    engine === 'sqlite'
      ? [
          schema
            .createIndex('message_in_flight')
            .on('message')
            .columns(['state'])
            .where(sql.ref('finished_at'), 'is', null)
            .where(sql.ref('state'), 'in', ['forwarding', 'reacting', 'sending']),
        ]
      : [],
};
