import { type DestinationStream, type Logger, destination as openDestination, pino } from 'pino';
import type { Log } from '../ports/log.ts';
import { maskFields } from './mask.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The log of the whole process. */
export interface ProcessLog extends Log {
  /** Writes a line whatever the level is: for what others wait for, such as that the bridge listens. */
  announce(event: string, fields?: Record<string, unknown>): void;
}

/** JSON lines, on stdout unless told otherwise. `time` is milliseconds since 1970 by `now`, `msg` the event's name. */
export function createLog(
  level: LogLevel,
  destination: DestinationStream = openDestination(1),
  now: () => number = Date.now,
): ProcessLog {
  const options = {
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":${now()}`,
  };
  const announcer = wrap(pino({ ...options, level: 'info' }, destination));
  return { ...wrap(pino({ ...options, level }, destination)), announce: announcer.info };
}

function wrap(logger: Logger): Log {
  return {
    debug: (event, fields) => logger.debug(maskFields(fields ?? {}), event),
    info: (event, fields) => logger.info(maskFields(fields ?? {}), event),
    warn: (event, fields) => logger.warn(maskFields(fields ?? {}), event),
    error: (event, fields) => logger.error(maskFields(fields ?? {}), event),
    with: (fields) => wrap(logger.child(maskFields(fields))),
  };
}
