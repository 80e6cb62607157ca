import { type RawBuilder, sql } from 'kysely';

/**
 * Conditions on rows that are found by something else (an id, a conversation, an outside id), written so that no index
 * answers them. PostgreSQL plans by what it knows of a table: nothing of a young one, and what was true of it when its plan
 * was made. It would look through all that waits, or along the times of all conversations, for one row.
 */

/**
 * Of a message that is named by its id, or an outside one: it is not finished. PostgreSQL sees through `is true` to what
 * indexes are limited to.
 */
export const isOpen: RawBuilder<boolean> = sql`coalesce(finished_at, -1) = -1`;

/** Whatever else must hold of them. */
export function holds(condition: RawBuilder<boolean>): RawBuilder<boolean> {
  return sql`(${condition}) is true`;
}
