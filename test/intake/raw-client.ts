import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextRound } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A client on a bare socket: it writes what it is given, and reads nothing before it is told to. */
export async function openRawClient(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.pause();
  socket.on('error', () => {}); // whoever sends or reads is told
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const send = (bytes: string | Buffer) =>
    new Promise<void>((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  return {
    /** Resolves when the system has taken all of it; rejects where the connection is gone. */
    send,
    /** Sends a byte and another until the connection is gone: always rejects. */
    async sendOn(): Promise<never> {
      for (;;) {
        await send('x');
        await nextRound(); // else the other side, in this process too, would never see it
      }
    },
    /** All that comes until the other side ends. */
    readAll: () => text(socket),
    /** What comes next. */
    async readSome() {
      socket.resume();
      const [piece] = (await once(socket, 'data')) as [Buffer];
      socket.pause();
      return piece.toString('latin1');
    },
    /** Says that it sends no more. */
    end: () => socket.end(),
  };
}

/** The head of a request, with an empty line at its end. */
export function writeHead(line: string, ...headers: readonly string[]): string {
  return [`${line} HTTP/1.1`, 'Host: bridge.example', ...headers, '\r\n'].join('\r\n');
}
