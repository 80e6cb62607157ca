import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Middleware } from 'koa';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Serves the files of one flat folder by their names; what is not in it at the start is not served. */
export async function openPage(folder: URL): Promise<Middleware> {
  const names = (await readdir(folder)).filter((name) => extname(name) in types);
  const paths = new Map(names.map((name) => [`/${name}`, name]));
  paths.set('/', 'index.html');
  return async (ctx, next) => {
    const name = paths.get(ctx.path);
    if (name === undefined || !['GET', 'HEAD'].includes(ctx.method)) return next();
    // Read each time: an edit shows at the next reload.
    ctx.body = await readFile(new URL(name, folder));
    ctx.type = types[extname(name)] ?? '';
    ctx.set('Cache-Control', 'no-cache');
  };
}
