import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router, { type RouterContext } from '@koa/router';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import type { Words } from './desk.ts';
import { openPage } from './page-files.ts';
import type { Picture } from './pictures.ts';
import type { Evidence, SandboxState } from './state.ts';
import { type LeapName, leapNames } from './time.ts';
import { isRecord } from './vendors/json.ts';
import { type FileFormat, sniffFormat } from './vendors/sniff.ts';

/** What the page can see and do, whatever is behind it. */
export interface Stage {
  /** The desks that can be chosen. */
  readonly vendors: readonly string[];
  /** Begins anew with this vendor's desk, and a bridge that knows nothing. */
  chooseDesk(vendor: string): Promise<void>;
  state(): SandboxState;
  /** Calls `listener` after changes; the returned function ends it. */
  onChange(listener: () => void): () => void;
  evidence(id: string): Evidence;
  picture(id: string): Picture | undefined;
  visitorWrites(visitor: string, words: Words): void;
  visitorEnters(visitor: string): void;
  /** `false`: there is nobody to write. */
  agentWrites(visitor: string, words: Words): boolean;
  /** `false`: there is no session for it. */
  agentDoes(visitor: string, deed: 'end' | 'inviteRating'): boolean;
  turn(name: SwitchName, isOn: boolean): Promise<void>;
  bridge(order: BridgeOrder): Promise<void>;
  /** Moves the time of the bridge and of the vendors on. */
  leap(name: LeapName): Promise<void>;
}

export const switchNames = ['wechat', 'desk', 'staff'] as const;
export type SwitchName = (typeof switchNames)[number];
export const bridgeOrders = ['kill', 'start'] as const;
export type BridgeOrder = (typeof bridgeOrders)[number];

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

const pictureMaxBytes = 10 * 1024 * 1024;
const pictureFormats: ReadonlySet<FileFormat | undefined> = new Set(['png', 'jpg', 'gif'] as const);

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

function addDeeds(router: Router, { stage, uploadFolder }: PageServerOptions): void {
  const onError = (error: Error, ctx: Koa.Context) => ctx.throw(400, error.message);
  const readJson = koaBody({ multipart: false, urlencoded: false, text: false, jsonLimit: '64kb', onError });
  const readFiles = koaBody({
    json: false,
    multipart: true,
    formidable: { uploadDir: uploadFolder, maxFiles: 1, maxFileSize: pictureMaxBytes },
    onError,
  });
  const visitor = (ctx: RouterContext) => visitorOf(ctx, stage);
  deed(router, '/api/visitors/:visitor/text', [readJson], (ctx) =>
    stage.visitorWrites(visitor(ctx), { text: textOf(ctx) }),
  );
  deed(router, '/api/visitors/:visitor/picture', [readFiles], async (ctx) =>
    stage.visitorWrites(visitor(ctx), { picture: await pictureOf(ctx) }),
  );
  deed(router, '/api/visitors/:visitor/enter', [], (ctx) => stage.visitorEnters(visitor(ctx)));
  deed(router, '/api/desk/:visitor/text', [readJson], (ctx) =>
    stage.agentWrites(visitor(ctx), { text: textOf(ctx) }),
  );
  deed(router, '/api/desk/:visitor/picture', [readFiles], async (ctx) =>
    stage.agentWrites(visitor(ctx), { picture: await pictureOf(ctx) }),
  );
  deed(router, '/api/desk/:visitor/end', [], (ctx) => stage.agentDoes(visitor(ctx), 'end'));
  deed(router, '/api/desk/:visitor/rating', [], (ctx) => stage.agentDoes(visitor(ctx), 'inviteRating'));
  deed(router, '/api/switches/:name', [readJson], (ctx) =>
    stage.turn(oneOf(ctx, switchNames, param(ctx, 'name')), isOnOf(ctx)),
  );
  deed(router, '/api/bridge/:order', [], (ctx) =>
    stage.bridge(oneOf(ctx, bridgeOrders, param(ctx, 'order'))),
  );
  deed(router, '/api/vendor/:name', [], (ctx) =>
    stage.chooseDesk(oneOf(ctx, stage.vendors, param(ctx, 'name'))),
  );
  deed(router, '/api/time/:leap', [], (ctx) => stage.leap(oneOf(ctx, leapNames, param(ctx, 'leap'))));
}

/** A POST that does something: 204, or 409 where it answers `false` as it is not possible now. */
function deed(
  router: Router,
  path: string,
  readers: readonly Koa.Middleware[],
  act: (ctx: RouterContext) => unknown,
): void {
  router.post(path, ...readers, async (ctx) => {
    const done = await act(ctx);
    ctx.status = done === false ? 409 : 204;
  });
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

function param(ctx: RouterContext, name: string): string {
  return ctx.params[name] ?? '';
}

function visitorOf(ctx: RouterContext, stage: Stage): string {
  const id = param(ctx, 'visitor');
  if (!stage.state().visitors.some((visitor) => visitor.id === id)) ctx.throw(404);
  return id;
}

function textOf(ctx: RouterContext): string {
  const body: unknown = ctx.request.body;
  const text = isRecord(body) && typeof body.text === 'string' ? body.text.trim() : '';
  return text === '' ? ctx.throw(400, 'expected a text') : text;
}

function isOnOf(ctx: RouterContext): boolean {
  const body: unknown = ctx.request.body;
  return isRecord(body) && typeof body.isOn === 'boolean' ? body.isOn : ctx.throw(400, 'expected isOn');
}

async function pictureOf(ctx: RouterContext): Promise<Buffer> {
  const file = Object.values(ctx.request.files ?? {}).flat()[0];
  if (file === undefined) return ctx.throw(400, 'expected a picture');
  const bytes = await readFile(file.filepath);
  await rm(file.filepath, { force: true });
  if (!pictureFormats.has(sniffFormat(bytes))) return ctx.throw(400, 'expected a PNG, JPEG or GIF');
  return bytes;
}

function oneOf<const Name extends string>(ctx: RouterContext, names: readonly Name[], given: string): Name {
  return names.find((name) => name === given) ?? ctx.throw(404);
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
