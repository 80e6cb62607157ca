import { setImmediate as nextRound } from 'node:timers/promises';
import type Koa from 'koa';

/**
 * An answer that goes out while its request's body still comes is the connection's last, and says so: else the next request
 * would have to wait behind bytes that nobody wants, or (after `Expect: 100-continue`) be taken for them. To be called before
 * any other `use`.
 */
export function closeAfterEarlyAnswers(app: Koa): void {
  app.use((context, next) => next().then(() => (context.req.complete ? undefined : closeBehind(context))));
}

async function closeBehind(context: Koa.Context): Promise<void> {
  // Node calls before it has looked at what came behind the head.
  await nextRound();
  if (!context.req.complete) context.set('Connection', 'close');
}
