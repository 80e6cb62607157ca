import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answers that callers wait for. */
export interface OpenAnswers {
  /** The latest of a connection; `undefined` once it has gone out, or was given up. */
  of(socket: Socket): ServerResponse | undefined;
  /** The latest of every connection that waits for one. */
  all(): readonly ServerResponse[];
}

/**
 * Watches the answers of a server; to be called before it listens. An answer holds its whole request, so none is kept for
 * longer than somebody waits for it: a connection that idles has nothing of its last one.
 */
export function watchAnswers(server: Server): OpenAnswers {
  // A connection keeps its place while it lives, with or without an answer: to take it away behind each answer cost a tenth
  // of the pushes that are acknowledged a second.
  const latest = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    latest.set(socket, undefined);
    socket.once('close', () => latest.delete(socket));
  });
  const watch = ({ socket }: IncomingMessage, response: ServerResponse) => {
    latest.set(socket, response);
    response.once('close', () => {
      if (latest.get(socket) === response) latest.set(socket, undefined);
    });
  };
  server.on('request', watch).on('checkContinue', watch);
  return {
    of: (socket) => latest.get(socket),
    all: () => [...latest.values()].filter((response) => response !== undefined),
  };
}
