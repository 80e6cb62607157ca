import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** How far a call came: what decides whether a call that failed may be repeated without harm. */
export interface Progress {
  /** All that the other side needs to act may have left the machine. */
  mayHaveArrived(): boolean;
  /** No connection is waited for any more. */
  end(): void;
}

export interface ProgressOptions {
  readonly bodyBytes: number;
  readonly connectTimeoutMs: number;
  /** Called when the connection does not stand in time, names and TLS included. */
  readonly onConnectTimeout: () => void;
}

/** Watches a request from the moment it is made. */
export function watchProgress(request: ClientRequest, options: ProgressOptions): Progress {
  const { bodyBytes, connectTimeoutMs, onConnectTimeout } = options;
  const timer = setTimeout(onConnectTimeout, connectTimeoutMs);
  let connection: { readonly socket: Socket; readonly bytesBefore: number } | undefined;
  const stand = (socket: Socket) => {
    clearTimeout(timer);
    connection = { socket, bytesBefore: request.reusedSocket ? socket.bytesWritten : 0 };
  };
  request.once('socket', (socket) => {
    if (request.reusedSocket) stand(socket);
    else socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', () => stand(socket));
  });
  return {
    // What was handed to the socket counts as gone, and the head counts as body: in doubt it may have arrived.
    mayHaveArrived: () =>
      connection !== undefined && connection.socket.bytesWritten - connection.bytesBefore >= bodyBytes,
    end: () => clearTimeout(timer),
  };
}
