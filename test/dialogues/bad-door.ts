import type { Middleware } from 'koa';
import type { Random } from '../../chaos/random.ts';

/**
 * A bad way in: a share of the requests meets a proxy's 502, before the bridge has heard of them or when it has already
 * answered. So often in a row at most for one path, as the other side gives up after some tries.
 */
export interface BadDoor {
  readonly middleware: Middleware;
  stop(): void;
}

export function openBadDoor(options: {
  readonly random: Random;
  readonly share: number;
  readonly mostInRow: (path: string) => number;
}): BadDoor {
  const { random, mostInRow } = options;
  const inRow = new Map<string, number>();
  let { share } = options;
  return {
    async middleware(context, next) {
      const { path } = context;
      const before = inRow.get(path) ?? 0;
      const isBad = random.next() < share && before < mostInRow(path);
      inRow.set(path, isBad ? before + 1 : 0);
      if (!isBad || random.next() < 0.5) await next();
      if (!isBad) return;
      context.status = 502;
      context.body = '<html>bad gateway</html>';
    },
    stop() {
      share = 0;
    },
  };
}
