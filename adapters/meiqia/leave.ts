import { textOf } from '../../src/formats/fields.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Effects } from '../../src/ports/helpdesk.ts';
import type { SentMessage } from './api.ts';
import { askFor, type Desk, type VisitorContext } from './desk.ts';
import { note, readMemory } from './memory.ts';
import { outcomeOf, outcomeOfHarmless } from './outcome.ts';
import type { LeftMessage } from './ticket-api.ts';
import { idOf, readRefusal } from './wire.ts';

/** What leaving a message came to. */
export type Left =
  | { readonly kind: 'left'; readonly effects: Pick<Effects, 'events' | 'watch'> }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** Leaves a message (留言) while nobody is online: in the ticket that is open, else in a new one. */
export async function leaveMessage(desk: Desk, context: VisitorContext, message: SentMessage): Promise<Left> {
  const left = leftOf(message);
  const known = readMemory(context.memory.conversation).ticket;
  const open = known === undefined ? 'none' : await isOpen(desk, context, known.id);
  if (typeof open === 'object') return { kind: 'failed', outcome: open };
  const ticket = open === 'open' ? known?.id : undefined;
  const asked = await askFor(
    desk,
    context,
    (record) =>
      ticket === undefined
        ? desk.api.createTicket(record, left, context.signal)
        : desk.api.replyToTicket(record, { ...left, ticket }, context.signal),
    { once: true },
  );
  if (asked.kind === 'failed') return asked;
  const { answer } = asked;
  if (answer.kind !== 'ok') return { kind: 'failed', outcome: outcomeOf(answer, context.number) };
  const refusal = readRefusal(answer.fields);
  if (refusal !== undefined) {
    const isShutOut = refusal === 'blacklist';
    const outcome: FailedDelivery = {
      outcome: 'refused',
      code: refusal,
      ...(isShutOut && { isSilent: true }),
    };
    return { kind: 'failed', outcome };
  }
  const id = ticket ?? idOf(answer.fields, 'id');
  if (id === undefined) {
    return { kind: 'failed', outcome: outcomeOf({ kind: 'lost', code: 'unreadable' }, context.number) };
  }
  const at = desk.now();
  return {
    kind: 'left',
    effects: {
      events: [note({ ticket: { id, at }, sentAt: at }, at)],
      watch: [{ topic: 'tickets', afterMs: desk.settings.ticketPollSec * 1000 }],
    },
  };
}

/** A ticket that is done with takes no more; one that nobody knows is as good as done with. */
async function isOpen(
  desk: Desk,
  context: VisitorContext,
  ticket: string,
): Promise<'open' | 'closed' | FailedDelivery> {
  const asked = await askFor(desk, context, (record) => desk.api.ticket(record, ticket, context.signal));
  if (asked.kind === 'failed') return asked.outcome;
  const { answer } = asked;
  if (answer.kind === 'ok') {
    return ['closed', 'processed'].includes(textOf(answer.fields, 'status') ?? '') ? 'closed' : 'open';
  }
  const isGone = answer.kind === 'status' && (answer.status === 404 || answer.status === 400);
  return isGone ? 'closed' : outcomeOfHarmless(answer, context.number);
}

function leftOf({ type, content, extra }: SentMessage): LeftMessage {
  const thumbUrl = extra !== undefined && 'thumb_url' in extra ? String(extra.thumb_url) : undefined;
  return {
    contentType: type === 'hybrid' ? 'text' : type,
    content,
    ...(thumbUrl !== undefined && { thumbUrl }),
  };
}
