import type Koa from 'koa';
import type { Log } from '../ports/log.ts';
import { answer } from './answer.ts';

/**
 * Where the failures of a listener end: in the log, by their names only, and in a 500 that tells its caller nothing. To be
 * called before any other `use` that can fail.
 */
export function catchFailures(app: Koa, log: Log): void {
  app.use((context, next) =>
    next().catch((error: unknown) => {
      log.error('request.failed', { error: error instanceof Error ? error.name : typeof error });
      answer(context, { status: 500, body: '' });
    }),
  );
  // What Koa cannot answer any more (a caller who breaks off) would else go to stderr in its own words.
  app.on('error', (error: unknown) => log.debug('request.broken', { error }));
}
