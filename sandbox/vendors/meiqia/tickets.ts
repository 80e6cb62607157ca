import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import { answer, bare, type Reply, refusal } from './answers.ts';
import { findFault, isEnterprise, isOneOf, isWord, optional } from './fields.ts';
import type { FileShelf } from './files.ts';
import type { Floor, Ticket, Visitor } from './floor.ts';
import { readStream } from './speech.ts';

/** `POST client/tickets_v2`: a message is left. */
export function createTicket(floor: Floor, files: FileShelf, body: JsonRecord): Reply {
  const visitor = floor.visitors.get(String(body.track_id));
  const fault =
    findFault(body, {
      enterprise_id: isEnterprise(floor, 'text'),
      track_id: () => visitor !== undefined,
      visit_id: (id) => id === visitor?.visitId,
      channel: isOneOf('sdk'),
      ...contentFields,
      conv_id: optional(isWord),
      category_id: optional(isWord),
      client_info: optional((info) => typeof info === 'object'),
    }) ?? findContentFault(files, body);
  if (fault !== undefined || visitor === undefined) return refusal(400, fault ?? 'track_id');
  if (!floor.settings().takesTickets) return refusal(400, 'tickets are closed');
  const ticket: Ticket = {
    id: String(71_000_000 + floor.tickets.size),
    trackId: visitor.trackId,
    status: 'open',
    words: [wordsOf(floor, body)],
  };
  floor.tickets.set(ticket.id, ticket);
  return answer({ id: bare(ticket.id), created_at: floor.stamp(), token: randomBytes(4).toString('hex') });
}

/** `POST client/tickets_v2/{id}/replies`: more words to it. */
export function replyToTicket(
  floor: Floor,
  files: FileShelf,
  given: { readonly id: string; readonly body: JsonRecord },
): Reply {
  const { id, body } = given;
  const ticket = floor.tickets.get(id);
  if (ticket === undefined) return refusal(404, 'ticket');
  const fault =
    findFault(body, {
      enterprise_id: isEnterprise(floor, 'text'),
      type: isOneOf('sdk'),
      source: isOneOf('client'),
      ...contentFields,
    }) ?? findContentFault(files, body);
  if (fault !== undefined) return refusal(400, fault);
  if (ticket.status !== 'open') return refusal(400, 'status');
  ticket.words.push(wordsOf(floor, body));
  return answer({ success: true });
}

/** `GET client/tickets_v2/{id}`. */
export function describeTicket(floor: Floor, visitor: Visitor, id: string): Reply {
  const ticket = floor.tickets.get(id);
  if (ticket?.trackId !== visitor.trackId) return refusal(404, 'ticket');
  return answer({ id: bare(ticket.id), status: ticket.status });
}

/** `GET client/tickets_v2/{trackId}/replies`. */
export function listReplies(floor: Floor, visitor: Visitor, query: URLSearchParams): Reply {
  const begin = query.get('begin') ?? '';
  if (!/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}$/.test(begin)) return refusal(400, 'begin');
  if (query.get('enterprise_id') !== floor.settings().entId) return refusal(400, 'enterprise_id');
  return answer({ replies: readStream(visitor.replies, { since: begin, limit: 1000, includesBound: true }) });
}

const contentFields = {
  content_type: isOneOf('text', 'photo', 'audio', 'video'),
  content: isWord,
  thumb_url: optional(isWord),
};

function findContentFault(files: FileShelf, { content_type: type, content }: JsonRecord): string | undefined {
  return type === 'text' || files.find(String(content))?.kind === type ? undefined : 'content';
}

function wordsOf(floor: Floor, { content_type: contentType, content }: JsonRecord) {
  return { contentType: String(contentType), content: String(content), at: floor.now() };
}
