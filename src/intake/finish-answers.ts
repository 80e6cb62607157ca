import { setImmediate as nextRound } from 'node:timers/promises';
import type Koa from 'koa';
import type { Log } from '../ports/log.ts';
import { answer } from './answer.ts';

/**
 * What holds for every answer of a listener; to be called before any other `use`.
 *
 * Failures end in the log, by their names only, and in a 500 that tells its caller nothing. And an answer that goes out while
 * its request's body still comes is the connection's last, and says so: else the next request would have to wait behind
 * bytes that nobody wants, or (after `Expect: 100-continue`) be taken for them.
 */
export function finishAnswers(app: Koa, log: Log): void {
  // One hop for both: every push takes it.
  app.use((context, next) =>
    next().then(
      () => endEarly(context),
      (error: unknown) => {
        log.error('request.failed', { error: error instanceof Error ? error.name : typeof error });
        answer(context, { status: 500, body: '' });
        return endEarly(context);
      },
    ),
  );
  // What Koa cannot answer any more (a caller who breaks off) would else go to stderr in its own words.
  app.on('error', (error: unknown) => log.debug('request.broken', { error }));
}

function endEarly(context: Koa.Context): Promise<void> | undefined {
  return context.req.complete ? undefined : closeBehind(context);
}

async function closeBehind(context: Koa.Context): Promise<void> {
  // Node calls before it has looked at what came behind the head.
  await nextRound();
  if (!context.req.complete) context.set('Connection', 'close');
}
