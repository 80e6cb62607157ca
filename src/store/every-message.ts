import { sql } from 'kysely';
import type { MessageTable } from './tables.ts';

/** Each engine has words of its own for it. */
export const EVERY_MESSAGE = 'every_message';

/**
 * Stands for the table `message` where rows of a conversation are wanted whether finished or not: SQLite has an index by
 * conversation for either, and none for both. Where only one kind can be meant a query says so and reads the table itself.
 */
export const everyMessage = sql.table<MessageTable>(EVERY_MESSAGE);
