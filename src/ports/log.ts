/**
 * Structured log: one wide line an event, named `thing.happened`. Fields are ids, codes, counts and milliseconds;
 * never a secret, never a visitor's or agent's word.
 */
export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
  /** A log whose every line carries `fields` too. */
  with(fields: Record<string, unknown>): Log;
}
