import { type RawBuilder, sql } from 'kysely';
import { holds } from './by-key.ts';

/** Nothing is left of a conversation that is not finished, of these messages. */
export function hasNothingOpen(conversation: string, messages: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`not exists (
    select 1 from message where conversation = ${conversation} and finished_at is null and ${messages})`;
}

/** A helpdesk's lane of a conversation, at a time. */
export interface HelpdeskLane extends Record<string, string | number> {
  readonly conversation: string;
  readonly helpdesk: string;
  readonly now: number;
}

/** No wake of a helpdesk's lane is due. */
export function hasNoWakeDue({ conversation, helpdesk, now }: HelpdeskLane): RawBuilder<boolean> {
  return sql<boolean>`not exists (
    select 1 from wake where helpdesk = ${helpdesk} and conversation = ${conversation} and ${holds(sql`due <= ${now}`)})`;
}

/** Nothing is open in a helpdesk's lane, and no wake of it is due. */
export function isHelpdeskIdle(lane: HelpdeskLane): RawBuilder<boolean> {
  const ours = sql`message.lane in ('react', 'forward') and helpdesk = ${lane.helpdesk}`;
  return sql<boolean>`${hasNothingOpen(lane.conversation, ours)} and ${hasNoWakeDue(lane)}`;
}
