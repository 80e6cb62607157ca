import { readFile, rm } from 'node:fs/promises';
import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type Koa from 'koa';
import { koaBody } from 'koa-body';
import { bridgeOrders, type Stage } from './page-stage.ts';
import { entranceNames } from './routing.ts';
import { type DeskName, deskNames } from './state.ts';
import { leapNames } from './time.ts';
import { isRecord } from './vendors/json.ts';
import { type FileFormat, sniffFormat } from './vendors/sniff.ts';

const pictureMaxBytes = 10 * 1024 * 1024;
const pictureFormats: ReadonlySet<FileFormat | undefined> = new Set(['png', 'jpg', 'gif'] as const);
/** Stands for no vendor, where a second desk is to go. */
const noVendor = 'none';

/** Everything that can be done from the page: a POST each. */
export function addDeeds(
  router: Router,
  { stage, uploadFolder }: { readonly stage: Stage; readonly uploadFolder: string },
): void {
  const onError = (error: Error, ctx: Koa.Context) => ctx.throw(400, error.message);
  const readJson = koaBody({ multipart: false, urlencoded: false, text: false, jsonLimit: '64kb', onError });
  const readFiles = koaBody({
    json: false,
    multipart: true,
    formidable: { uploadDir: uploadFolder, maxFiles: 1, maxFileSize: pictureMaxBytes },
    onError,
  });
  addWords(router, stage, { readJson, readFiles });
  const visitor = (ctx: RouterContext) => visitorOf(ctx, stage);
  deed(router, '/api/visitors/:visitor/enter/:entrance', [], (ctx) =>
    stage.visitorEnters(visitor(ctx), oneOf(ctx, entranceNames, param(ctx, 'entrance'))),
  );
  deed(router, '/api/visitors/:visitor/open', [readJson], (ctx) =>
    stage.visitorOpens(visitor(ctx), textOf(ctx)),
  );
  deed(router, '/api/visitors/:visitor/there', [readJson], (ctx) =>
    stage.visitorSaysThere(visitor(ctx), textOf(ctx)),
  );
  deed(router, '/api/desks/:desk/:visitor/end', [], (ctx) =>
    stage.agentDoes(deskOf(ctx), visitor(ctx), 'end'),
  );
  deed(router, '/api/desks/:desk/:visitor/rating', [], (ctx) =>
    stage.agentDoes(deskOf(ctx), visitor(ctx), 'inviteRating'),
  );
  deed(router, '/api/switches/wechat', [readJson], (ctx) => stage.turn({ kind: 'wechat' }, isOnOf(ctx)));
  deed(router, '/api/switches/:kind/:desk', [readJson], (ctx) =>
    stage.turn({ kind: oneOf(ctx, ['desk', 'staff'], param(ctx, 'kind')), desk: deskOf(ctx) }, isOnOf(ctx)),
  );
  deed(router, '/api/bridge/:order', [], (ctx) =>
    stage.bridge(oneOf(ctx, bridgeOrders, param(ctx, 'order'))),
  );
  deed(router, '/api/vendor/:desk/:name', [], (ctx) => chooseDesk(ctx, stage));
  deed(router, '/api/time/:leap', [], (ctx) => stage.leap(oneOf(ctx, leapNames, param(ctx, 'leap'))));
}

/** What is written at either end: words, or a picture. */
function addWords(
  router: Router,
  stage: Stage,
  { readJson, readFiles }: Readonly<Record<'readJson' | 'readFiles', Koa.Middleware>>,
): void {
  const readers = { text: readJson, picture: readFiles };
  for (const [kind, reader] of Object.entries(readers)) {
    const words = async (ctx: RouterContext) =>
      kind === 'text' ? { text: textOf(ctx) } : { picture: await pictureOf(ctx) };
    deed(router, `/api/visitors/:visitor/${kind}`, [reader], async (ctx) =>
      stage.visitorWrites(visitorOf(ctx, stage), await words(ctx)),
    );
    deed(router, `/api/desks/:desk/:visitor/${kind}`, [reader], async (ctx) =>
      stage.agentWrites(deskOf(ctx), visitorOf(ctx, stage), await words(ctx)),
    );
  }
}

/** The first desk is always there. */
function chooseDesk(ctx: RouterContext, stage: Stage): Promise<void> {
  const desk = deskOf(ctx);
  const name = param(ctx, 'name');
  const isGone = desk === 'second' && name === noVendor;
  return stage.chooseDesk(desk, isGone ? undefined : oneOf(ctx, stage.vendors, name));
}

function deskOf(ctx: RouterContext): DeskName {
  return oneOf(ctx, deskNames, param(ctx, 'desk'));
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

export function param(ctx: RouterContext, name: string): string {
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
