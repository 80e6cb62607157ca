import { type RawBuilder, sql } from 'kysely';
import { hasNothingOpen, isHelpdeskIdle } from '../idle.ts';
import { statement } from '../statement.ts';

/** Lanes that instances share; see {@link ../turns.ts} for what a turn is. Only PostgreSQL knows these statements. */
type Held = { lane: string; owner: string };

/**
 * Takes the next turn of a lane, and the lane with it. Expect 1: another instance has it, or this one has no row any
 * more. Whatever was noted is seen by this turn.
 */
export const beginLeasedTurn = statement<Held, { turn: number }>(
  'lease.beginTurn',
  (arg) => sql<{ turn: number }>`
    insert into lane (id, turn, owner, again)
    select cast(${arg('lane')} as text), 1, id, 0 from instance where id = ${arg('owner')}
    on conflict (id) do update set turn = lane.turn + 1, owner = excluded.owner, again = 0
    where lane.owner is null or lane.owner = excluded.owner
      or not exists (select 1 from instance as theirs where theirs.id = lane.owner)
    returning turn`,
);

/**
 * Lets a lane go, unless something came for it meanwhile: then it stays, and is given as `owner`. Touches nothing where
 * a newer turn has begun.
 */
export const endLeasedTurn = statement<Held & { turn: number }, { owner: string | null }>(
  'lease.endTurn',
  (arg) => sql<{ owner: string | null }>`
    update lane set owner = case when again = 0 then null else owner end, again = 0
    where id = ${arg('lane')} and turn = ${arg('turn')} and owner = ${arg('owner')}
    returning owner`,
);

/** Lets a lane go where nothing was noted for it, and nothing is left in it. */
const endIdle = (arg: (name: 'lane' | 'owner') => string, isIdle: RawBuilder<boolean>) => sql<{ id: string }>`
    update lane set owner = null
    where id = ${arg('lane')} and owner = ${arg('owner')} and again = 0 and ${isIdle}
    returning id`;

/** A helpdesk's lane of a conversation. */
type HelpdeskPlace = { conversation: string; helpdesk: string; now: number };

/**
 * Stands last in a batch that has taken what there is, or has finished it: lets a helpdesk's lane go where nothing is open
 * in it, and gives a row. Who finds nothing need not ask once more to let it go.
 */
export const endIdleHelpdeskTurn = statement<Held & HelpdeskPlace, { id: string }>(
  'lease.endIdleHelpdeskTurn',
  (arg) =>
    endIdle(
      arg,
      isHelpdeskIdle({ conversation: arg('conversation'), helpdesk: arg('helpdesk'), now: arg('now') }),
    ),
);

/** The same for a visitor's lane of replies. */
export const endIdleReplyTurn = statement<Held & { conversation: string }, { id: string }>(
  'lease.endIdleReplyTurn',
  (arg) => endIdle(arg, hasNothingOpen(arg('conversation'), sql`message.lane = 'reply'`)),
);

/** Something came for a lane that another instance has: it runs once more. Touches nothing where nobody has it. */
export const noteAgain = statement<Held, { id: string }>(
  'lease.noteAgain',
  (arg) => sql<{ id: string }>`
    update lane set again = 1
    where id = ${arg('lane')} and owner <> ${arg('owner')}
      and exists (select 1 from instance where instance.id = lane.owner)
    returning id`,
);

/** A lane that somebody has, or had when he died. */
export interface HeldLane {
  readonly id: string;
  readonly owner: string;
  /** 0: its owner is there no more. */
  readonly living: number;
  /** Of the conversation that its name names, if it names one. */
  readonly tenant: string | null;
}

/** All lanes in which somebody has a turn: hardly more than there are workers. */
export const heldLanes = statement<Record<string, never>, HeldLane>(
  'lease.heldLanes',
  () => sql<HeldLane>`
    select lane.id, lane.owner, case when instance.id is null then 0 else 1 end as living, conversation.tenant
    from lane left join instance on instance.id = lane.owner
      left join conversation on instance.id is null and conversation.id = split_part(lane.id, ' ', 2)
    where lane.owner is not null`,
);
