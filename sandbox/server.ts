import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router, { type RouterContext } from '@koa/router';
import Koa from 'koa';
import { addDeeds, param } from './deeds.ts';
import { openPage } from './page-files.ts';
import type { Stage } from './page-stage.ts';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface PageServerOptions {
  readonly stage: Stage;
  readonly port: number;
  /** Where uploads lie until they are read. */
  readonly uploadFolder: string;
}

/** Serves the page and its API on the loopback only; a port that is taken is passed over. */
export async function openPageServer(options: PageServerOptions): Promise<PageServer> {
  const streams = new Set<ServerResponse>();
  const app = new Koa();
  const router = makeRouter(options, streams);
  app.on('error', tellUnlessGone);
  app.use(keepOthersOut);
  app.use(await openPage(new URL('./page/', import.meta.url)));
  app.use(router.routes());
  app.use(router.allowedMethods());
  const server = createServer(app.callback());
  const port = await listenAtOrAbove(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const stream of streams) stream.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** A page that is closed resets its stream of events, which is no fault. */
function tellUnlessGone(error: NodeJS.ErrnoException & { readonly expose?: boolean }): void {
  const isGone = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  if (!isGone && error.expose !== true) console.error(error);
}

/** Another site's page in the same browser must not reach us, neither by its own calls nor by a name that points here. */
async function keepOthersOut(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  const origin = ctx.get('Origin');
  const isOurs = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(ctx.host);
  if (!isOurs || (origin !== '' && origin !== `http://${ctx.host}`)) return ctx.throw(403);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  await next();
}

function makeRouter(options: PageServerOptions, streams: Set<ServerResponse>): Router {
  const { stage } = options;
  const router = new Router();
  router.get('/api/events', (ctx) => stream(ctx, stage, streams));
  router.get('/api/messages/:id', (ctx) => {
    ctx.body = stage.evidence(param(ctx, 'id'));
  });
  router.get('/api/pictures/:id', (ctx) => showPicture(ctx, stage));
  addDeeds(router, options);
  return router;
}

function showPicture(ctx: RouterContext, stage: Stage): void {
  const picture = stage.picture(param(ctx, 'id')) ?? ctx.throw(404);
  ctx.set('Cache-Control', 'max-age=3600, immutable');
  ctx.type = picture.type;
  ctx.body = picture.bytes;
}

/** Server-sent events: the whole state, now and after each change. */
function stream(ctx: RouterContext, stage: Stage, streams: Set<ServerResponse>): void {
  ctx.respond = false;
  const { res } = ctx;
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  const send = () => res.write(`data: ${JSON.stringify(stage.state())}\n\n`);
  const stop = stage.onChange(send);
  streams.add(res);
  res.on('close', () => {
    stop();
    streams.delete(res);
  });
  send();
}

async function listenAtOrAbove(server: Server, first: number): Promise<number> {
  for (let port = first; ; port += 1) {
    const found = await listen(server, port);
    if (found !== undefined) return found;
    if (port >= first + 50) throw new Error(`expected a free port from ${first} to ${port}, got none`);
  }
}

/** `undefined`: somebody else has it. */
function listen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error);
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port); // a TCP server's address is never a string
    });
  });
}
