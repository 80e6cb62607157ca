import type { Answer, Request } from './call.ts';
import type { VisitorRecord } from './wire.ts';

/** What is left while nobody is online: words, or the key of an upload. */
export interface LeftMessage {
  readonly contentType: 'text' | 'photo' | 'audio' | 'video';
  readonly content: string;
  readonly thumbUrl?: string;
}

/** Leaving messages (留言), one function an endpoint. */
export interface TicketApi {
  createTicket(record: VisitorRecord, left: LeftMessage, signal: AbortSignal): Promise<Answer>;
  replyToTicket(
    record: VisitorRecord,
    left: LeftMessage & { readonly ticket: string },
    signal: AbortSignal,
  ): Promise<Answer>;
  /** How a ticket stands. */
  ticket(record: VisitorRecord, ticket: string, signal: AbortSignal): Promise<Answer>;
  /** What was answered to the visitor's tickets since then. */
  ticketReplies(record: VisitorRecord, since: string, signal: AbortSignal): Promise<Answer>;
}

/** The endpoints by a way to make calls. */
export function createTicketApi(call: (request: Request) => Promise<Answer>): TicketApi {
  const of = (record: VisitorRecord) => ({ base: record.base, record });
  return {
    createTicket: (record, { contentType, content, thumbUrl }, signal) =>
      call({
        ...of(record),
        as: 'plain',
        method: 'POST',
        path: 'client/tickets_v2',
        body: {
          enterprise_id: record.entId,
          track_id: record.trackId,
          visit_id: record.visitId,
          channel: 'sdk',
          content_type: contentType,
          content,
          ...(thumbUrl !== undefined && { thumb_url: thumbUrl }),
        },
        signal,
      }),
    replyToTicket: (record, { contentType, content, thumbUrl, ticket }, signal) =>
      call({
        ...of(record),
        as: 'plain',
        method: 'POST',
        path: `client/tickets_v2/${encodeURIComponent(ticket)}/replies`,
        name: 'client/tickets_v2/replies',
        body: {
          enterprise_id: record.entId,
          type: 'sdk',
          content_type: contentType,
          content,
          source: 'client',
          ...(thumbUrl !== undefined && { thumb_url: thumbUrl }),
        },
        takesAny: true,
        signal,
      }),
    ticket: (record, ticket, signal) =>
      call({
        ...of(record),
        as: 'proved',
        method: 'GET',
        path: `client/tickets_v2/${encodeURIComponent(ticket)}`,
        name: 'client/tickets_v2/ticket',
        query: { track_id: record.trackId },
        signal,
      }),
    ticketReplies: (record, since, signal) =>
      call({
        ...of(record),
        as: 'proved',
        method: 'GET',
        path: `client/tickets_v2/${encodeURIComponent(record.trackId)}/replies`,
        name: 'client/tickets_v2/replies',
        query: { enterprise_id: record.entId, begin: since },
        signal,
        priority: 1,
      }),
  };
}
