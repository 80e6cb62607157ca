import { createLog, type LogLevel } from '../../src/observe/log.ts';

/** What no line may show. */
export const SECRET = 'S3CR3T 您好';

/** A log whose lines are kept, as they were written and as JSON. */
export function openLog(level: LogLevel = 'debug') {
  const written: string[] = [];
  const log = createLog(level, { write: (line) => written.push(line) });
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, written, lines };
}

/** What a log line makes of one field. */
export function logged(value: unknown): unknown {
  const { log, lines } = openLog();
  log.info('thing.happened', { value });
  return lines()[0]?.value;
}
