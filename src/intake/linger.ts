import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import type { OpenAnswers } from './open-answers.ts';

/** Longest pause of a caller whose bytes are thrown away. */
const silenceMs = 2000;
/** Longest time that bytes are thrown away for. */
const wholeMs = 5000;
const maxBytes = 16 * 1_048_576;

/** Connections that have been answered, and wait for their callers to end. */
export interface Lingering {
  /** Ends them, and lets no more of them wait. */
  cut(): void;
}

/**
 * A caller who is answered while his body still comes gets to read his answer. To close there and then would not do: bytes
 * that nobody has read make the kernel reset the connection, and the answer is lost with it. So only the sending half is
 * closed; what still comes is thrown away unparsed, until the caller ends, falls silent for 2 s, or has used up 5 s or 16 MiB.
 * The same as nginx's `lingering_close`.
 */
export function lingerAfterAnswers(server: Server, answers: OpenAnswers, clock: Clock): Lingering {
  const endings = new Set<() => void>();
  let isCut = false;
  const linger = (socket: Socket) => {
    const end = discard(socket, clock);
    endings.add(end);
    socket.once('close', () => {
      end();
      endings.delete(end);
    });
  };
  server.on('connection', (socket) => {
    const closeAtOnce = socket.destroySoon.bind(socket);
    // Node calls it behind the last answer of a connection, which is closed only then.
    socket.destroySoon = () => (isCut || answers.of(socket)?.req.complete ? closeAtOnce() : linger(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isCut || !socket.writable || isBusy(socket, answers.of(socket))) return socket.destroy();
    const status = statuses.get(error.code) ?? 400;
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
    linger(socket);
  });
  return {
    cut() {
      isCut = true;
      for (const end of endings) end();
    },
  };
}

/** What Node answers to what is no request by itself, closing at once. */
const statuses: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** Whether an answer has begun, or waits behind one: another would stand in the middle of it. */
function isBusy(socket: Socket, response: ServerResponse | undefined): boolean {
  if (!response || response.writableFinished) return false;
  return response.headersSent || response.socket !== socket;
}

/** The returned function ends it before its time. */
function discard(socket: Socket, clock: Clock): () => void {
  const end = () => {
    cancelWhole();
    cancelSilence();
    socket.destroy();
  };
  const cancelWhole = clock.after(wholeMs, end);
  let cancelSilence = clock.after(silenceMs, end);
  let bytes = 0;
  socket.end();
  socket.removeAllListeners('data');
  socket.resume();
  // A listener takes the connection away from Node's parser, which first has to heed `resume`.
  process.nextTick(() =>
    socket.on('data', (piece) => {
      bytes += piece.length;
      if (bytes > maxBytes) return end();
      cancelSilence();
      cancelSilence = clock.after(silenceMs, end);
    }),
  );
  return end;
}
