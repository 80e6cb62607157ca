import { sql } from 'kysely';
import type { MessageTable } from './tables.ts';

/**
 * Stands for the table `message` where rows of a conversation are wanted whether finished or not: SQLite has an index by
 * conversation for either, and uses one for each half. Where only one kind can be meant a query says so and reads the
 * table itself.
 */
export const everyMessage = sql<MessageTable>`(
  select * from message where finished_at is not null union all select * from message where finished_at is null)`;
