import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** A line to a database that a test can cut: to whoever uses it, the database is away. */
export interface Line {
  /** The database's URL over this line. */
  readonly url: string;
  /** What is connected breaks off, and nobody is let in. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** What is said goes nowhere, and nobody hears of that. */
  stall(): void;
  close(): Promise<void>;
}

export async function openLine(databaseUrl: string): Promise<Line> {
  const target = new URL(databaseUrl);
  const ends = new Set<Socket>();
  const keep = (socket: Socket) => {
    ends.add(socket);
    socket.on('error', () => {}).once('close', () => ends.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    const far = keep(dial(Number(target.port), target.hostname));
    keep(near).pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of ends) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    cut,
    async mend() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    stall() {
      for (const socket of ends) socket.unpipe().pause();
    },
    close: cut,
  };
}
