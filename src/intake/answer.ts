import type { Context } from 'koa';
import type { RawAnswer } from '../ports/request.ts';

/** Answers to the byte: no type where there is none, and never a status other than the one that is meant. */
export function answer(context: Context, { status, type, body }: RawAnswer): void {
  context.status = status;
  context.body = body; // an empty text keeps its status; null would make it a 204
  if (type === undefined) context.remove('Content-Type');
  else context.set('Content-Type', type);
}

export function answerEmpty(context: Context, status: number): void {
  answer(context, { status, body: '' });
}

/** Gives no answer at all: the caller takes it for a failure and comes again. */
export function hangUp(context: Context): void {
  context.respond = false;
  context.req.socket.destroy();
}
