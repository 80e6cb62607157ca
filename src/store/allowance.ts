import { sql } from 'kysely';
import type { SqlValue } from '../ports/store.ts';
import { type Acting, insertActing } from './conversations.ts';
import { queries, statement } from './statement.ts';

/**
 * What the channel still takes for a visitor. Grants do not add up: an act sets the greatest count and the latest end of
 * the grants that are valid. A brief grant may be kept apart (`brief_…`), where the channel says that it does not merge.
 */
interface Granting extends Record<string, SqlValue> {
  readonly id: string;
  readonly sends: number;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  readonly now: number;
}

/** The grant before it is valid still. */
const isOpen = sql`conversation.window_ends_at > excluded.granted_at`;

/** An act that grants sends: one statement, as nearly every push is one. */
export const actAndGrant = statement<Acting & Granting>('allowance.actAndGrant', (arg) =>
  insertActing(
    arg,
    {
      acts: 1,
      granted: arg('sends'),
      granted_at: arg('now'),
      sends_left: arg('sends'),
      window_ends_at: arg('endsAt'),
    },
    {
      acts: sql`conversation.acts + 1`,
      granted_at: sql`excluded.granted_at`,
      granted: sql`case when ${isOpen} and conversation.sends_left >= excluded.sends_left then conversation.granted else excluded.granted end`,
      sends_left: sql`case when ${isOpen} and conversation.sends_left > excluded.sends_left then conversation.sends_left else excluded.sends_left end`,
      window_ends_at: sql`case when conversation.window_ends_at > excluded.window_ends_at then conversation.window_ends_at else excluded.window_ends_at end`,
    },
  ),
);

/** The visitor acted, and the act grants sends that end soon and merge with no others. */
export const grantBriefly = statement<Granting & { readonly code: string | null }>(
  'allowance.grantBriefly',
  (arg) => sql`
    update conversation set
      acts = acts + 1, granted_at = ${arg('now')},
      granted = case when window_ends_at > ${arg('now')} and sends_left > 0 then granted else ${arg('sends')} end,
      brief_left = ${arg('sends')}, brief_ends_at = ${arg('endsAt')}, brief_code = ${arg('code')}
    where id = ${arg('id')}`,
);

/** The visitor closed everything: he unfollowed the account. */
export const closeWindow = statement<{ id: string }>(
  'allowance.close',
  (arg) => sql`
    update conversation set acts = acts + 1, sends_left = 0, window_ends_at = 0, brief_left = 0, brief_ends_at = 0
    where id = ${arg('id')}`,
);

/**
 * Takes one send before the call, from the brief grant or from the other. Expect 1: it may be over by now. Gives how
 * often the visitor had acted by then.
 */
export const reserveSend = statement<{ id: string; brief: number; now: number }, { acts: number }>(
  'allowance.reserve',
  (arg) => sql<{ acts: number }>`
    update conversation set brief_left = brief_left - ${arg('brief')}, sends_left = sends_left - 1 + ${arg('brief')}
    where id = ${arg('id')}
      and ((${arg('brief')} = 1 and brief_left > 0 and brief_ends_at > ${arg('now')})
        or (${arg('brief')} = 0 and sends_left > 0 and window_ends_at > ${arg('now')}))
    returning acts`,
);

/** The send was certainly not made: it is there again, unless the visitor has acted since (a new grant has it all). */
export const giveSendBack = statement<{ id: string; brief: number; acts: number }>(
  'allowance.giveBack',
  (arg) => sql`
    update conversation set brief_left = brief_left + ${arg('brief')}, sends_left = sends_left + 1 - ${arg('brief')}
    where id = ${arg('id')} and acts = ${arg('acts')}`,
);

/** The channel says that the grant is used up, whatever was counted. Expect 1: the visitor may have acted since. */
export const exhaustSends = statement<{ id: string; acts: number }>(
  'allowance.exhaust',
  (arg) => sql`
    update conversation set sends_left = 0, brief_left = 0 where id = ${arg('id')} and acts = ${arg('acts')}`,
);

/** The channel says that the window is closed. Expect 1, as above. */
export const shutWindow = statement<{ id: string; acts: number }>(
  'allowance.shut',
  (arg) => sql`
    update conversation set sends_left = 0, window_ends_at = 0, brief_left = 0, brief_ends_at = 0
    where id = ${arg('id')} and acts = ${arg('acts')}`,
);

/** Stands where it is decided that a visitor has to act first. Expect 1: he may have, since the decision was made. */
export const proveActs = statement<{ id: string; acts: number }, { id: string }>(
  'allowance.proveActs',
  (arg) =>
    queries
      .selectFrom('conversation')
      .select('id')
      .where('id', '=', arg('id'))
      .where('acts', '=', arg('acts')),
);

/** The helpdesk has been told that replies are held: once until the visitor acts. Expect 1: it was told before. */
export const markHeldTold = statement<{ id: string }>(
  'allowance.heldTold',
  (arg) => sql`update conversation set held_told = acts where id = ${arg('id')} and held_told <> acts`,
);

/** An agent is writing: a text that waits for company waits on. */
export const noteTyping = statement<{ id: string; now: number }>(
  'allowance.typing',
  (arg) => sql`update conversation set typing_at = ${arg('now')} where id = ${arg('id')}`,
);
