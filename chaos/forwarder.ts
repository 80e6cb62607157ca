import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutgoingCall, OutgoingResult } from '../sandbox/vendors/outgoing.ts';

/** A whole request, without the address: whoever passes it on says where to. */
export type Passing = Omit<OutgoingCall, 'url' | 'timeoutMs'> & { readonly path: string };

/** Something that stands before others and passes requests on. */
export interface Forwarder {
  readonly url: string;
  close(): Promise<void>;
}

/** What belongs to one connection and not to the request. */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** Takes whole requests on a free port of the loopback; where `pass` finds no answer, the connection breaks. */
export async function openForwarder(pass: (request: Passing) => Promise<OutgoingResult>): Promise<Forwarder> {
  const server = createServer((request, response) => {
    serve(pass, request, response).catch(() => response.destroy()); // the caller left while it was read
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  pass: (request: Passing) => Promise<OutgoingResult>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' && !ofConnection.has(name) ? [[name, value] as const] : [],
  );
  const { method = 'GET', url: path = '/' } = request;
  const body = Buffer.concat(chunks);
  const result = await pass({ method, path, headers: Object.fromEntries(headers), body });
  if (result.kind !== 'answer') return void response.destroy();
  const { status, type } = result;
  response.writeHead(status, {
    ...(type !== '' && { 'Content-Type': type }),
    'Content-Length': result.body.length,
  });
  response.end(result.body);
}
