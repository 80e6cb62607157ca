import type { Context } from 'koa';
import type { FilePart } from '../media/files.ts';
import type { ServedMedium } from '../media/keeper.ts';
import { answerEmpty } from './answer.ts';

/**
 * Gives out a medium, whole or a part of it (RFC 9110, one range). Pictures, sound, video and plain
 * text are shown; all else is a file to be saved, and what a browser would run is not even called by its type.
 */
export async function serveMedium(context: Context, medium: ServedMedium | undefined): Promise<void> {
  if (!medium) return answerEmpty(context, 404);
  const isShown = shown.test(medium.type) && !active.test(medium.type);
  context.attachment(medium.name, { type: isShown ? 'inline' : 'attachment' });
  context.type = active.test(medium.type) ? 'application/octet-stream' : medium.type;
  context.set({
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, max-age=3600',
    'Accept-Ranges': 'bytes',
    ETag: `"${medium.md5}"`,
  });
  context.status = 200;
  if (context.fresh) {
    context.status = 304;
    return;
  }
  const range = rangeOf(context, medium);
  if (range === 'beyond') {
    context.set('Content-Range', `bytes */${medium.bytes}`);
    return answerEmpty(context, 416);
  }
  await sendPart(context, medium, range);
}

const shown = /^(?:(?:image|audio|video)\/|text\/plain$)/;
const active = /^(?:text\/(?!plain$|csv$)|application\/(?:x-|ecma|java)*script$|.*[/+]xml$|.*html)/;

async function sendPart(context: Context, medium: ServedMedium, range: FilePart | undefined): Promise<void> {
  const { start, end } = range ?? { start: 0, end: medium.bytes - 1 };
  if (range) {
    context.status = 206;
    context.set('Content-Range', `bytes ${start}-${end}/${medium.bytes}`);
  }
  if (context.method !== 'HEAD') context.body = await medium.stream({ start, end });
  context.length = end - start + 1;
}

/** What `Range` asks for; `undefined`: all of it, also where the header makes no sense or speaks of another version. */
function rangeOf(context: Context, { bytes, md5 }: ServedMedium): FilePart | 'beyond' | undefined {
  const condition = context.get('If-Range');
  if (condition !== '' && condition !== `"${md5}"`) return undefined;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(context.get('Range')) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '')
    return Number(last) > 0 ? { start: Math.max(0, bytes - Number(last)), end: bytes - 1 } : 'beyond';
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start < bytes ? { start, end } : 'beyond';
}
