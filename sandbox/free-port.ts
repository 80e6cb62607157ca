import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A port of the loopback that was free a moment ago: for a process that has to come back on the same one. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
      server.close(() => resolve(port));
    });
  });
}
