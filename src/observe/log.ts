import { type DestinationStream, type Logger, pino } from 'pino';
import type { Log } from '../ports/log.ts';

/** Names of fields that are secrets wherever they stand; the rule is here once, so that no caller can forget it. */
const secretFields = [
  'secret',
  'appSecret',
  'token',
  'access_token',
  'encodingAESKey',
  'checksum',
  'signature',
  'msg_signature',
  'authorization',
  'content',
  'text',
  'body',
  'Encrypt',
];

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines, on stdout unless told otherwise. `time` is milliseconds since 1970, `msg` the event's name. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: '***' },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(destination ? pino(options, destination) : pino(options));
}

function wrap(logger: Logger): Log {
  return {
    debug: (event, fields) => logger.debug(fields ?? {}, event),
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
    with: (fields) => wrap(logger.child(fields)),
  };
}
