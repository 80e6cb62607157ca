import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what systems hand out of themselves (Linux from 32,768 on, others from 49,152): those go to anybody's next
 * connection, and one found there may be gone before it is used.
 */
const range = { from: 20_000, to: 32_768 } as const;

/** A port of the loopback that was free a moment ago: for a process that has to come back on the same one. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`expected a free port from ${range.from} to ${range.to - 1}, got none in a hundred tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
