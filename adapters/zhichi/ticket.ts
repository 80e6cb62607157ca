import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Attempt, Delivery } from '../../src/ports/helpdesk.ts';
import type { Desk } from './desk.ts';
import { writeMedium, writeText } from './media.ts';
import { outcomeOf } from './outcome.ts';
import { type Piece, planPieces } from './pieces.ts';
import { fillIn, partnerIdOf, ticketFromOf } from './profile.ts';
import { goOn, readProgress } from './progress.ts';
import type { Waiting } from './unserved.ts';

/** Written down first: a ticket whose call was cut off must not be made once more. */
export function beginTicket(attempt: Attempt): Extract<Delivery, { outcome: 'more' }> {
  return goOn({ ...readProgress(attempt.progress), isTicket: true });
}

/** Makes one ticket of a message and of all that wait behind it (Zhichi, `save_user_ticket`). */
export async function writeTicket(desk: Desk, { message, attempt }: Waiting): Promise<Delivery> {
  // Nothing tells whether a ticket is there, and a second one is work for somebody.
  if (attempt.lost !== undefined) return refuse(attempt.lost.code);
  const { settings, channelKind } = desk;
  const { conversation, signal, behind } = attempt;
  const { companyId = '', ticketTypeId = '' } = settings;
  const pieces = [
    ...planPieces(message.parts, settings).slice(readProgress(attempt.progress).piece),
    ...behind.flatMap(({ parts }) => planPieces(parts, settings)),
  ];
  const words = await writeWords(desk, pieces, attempt);
  if (words.kind === 'failed') return words.outcome;
  const { lines, urls } = words;
  const title = fillIn(settings.ticketTitle, conversation, channelKind);
  const answer = await desk.api.saveTicket(
    {
      companyid: companyId,
      partnerid: partnerIdOf(settings.uidTemplate, conversation),
      ticket_title: title,
      ticket_content: lines.join('\n') || title,
      ticket_typeid: ticketTypeId,
      ticket_from: ticketFromOf(channelKind),
      file_str: urls.length === 0 ? undefined : urls.join(';'),
    },
    signal,
  );
  if (answer.kind === 'ok') return { outcome: 'accepted', took: behind.length };
  const outcome = outcomeOf(answer, attempt);
  return outcome.outcome === 'unknown' ? refuse(outcome.code) : outcome;
}

function refuse(code: string): Delivery {
  return {
    outcome: 'refused',
    code: `ticket ${code}`,
    alarm: 'nobody knows whether a ticket was made of a message that nobody was there to take',
  };
}

type Words =
  | { readonly kind: 'words'; readonly lines: readonly string[]; readonly urls: readonly string[] }
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

/** A ticket has words and files: a medium that can be had is a file. */
async function writeWords(desk: Desk, pieces: readonly Piece[], attempt: Attempt): Promise<Words> {
  const lines: string[] = [];
  const urls: string[] = [];
  for (const piece of pieces) {
    const medium = piece.kind === 'media' ? await writeMedium(desk, piece, attempt) : undefined;
    if (medium?.kind === 'failed') return medium;
    const { content, msg_type: type } = medium?.written ?? writeText(piece);
    (type === 'text' ? lines : urls).push(content);
  }
  return { kind: 'words', lines, urls };
}
