import { queries } from './statement.ts';

/** Each engine has words of its own for it. */
export const DATABASE_NOW = 'database_now';

/**
 * The database's own time, milliseconds since 1970. What several processes measure against each other is measured by it:
 * their clocks differ.
 */
export const databaseNow = queries.fn<number>(DATABASE_NOW, []);
