import { sql } from 'kysely';
import type { KnockTable } from './account-tables.ts';
import { holds } from './by-key.ts';
import { queries, statement } from './statement.ts';

/**
 * How many knocks a visitor allows, by template, and the knock of the present wait. A knock: `due → calling → sent`; or
 * back to `due`, `waiting` (he allows none for now), `unknown` (it may have reached him), `refused`, `dropped` (nothing
 * waits for him any more).
 */
export type KnockBudgetKey = { conversation: string; template: string };

const isAllowed = sql<boolean>`exists (
  select 1 from knock_budget where knock_budget.conversation = knock.conversation
    and knock_budget.template = knock.template and knock_budget.remaining > 0)`;

/** The visitor allows one more. */
export const allowKnock = statement<KnockBudgetKey & { now: number }>('knock.allow', (arg) =>
  queries
    .insertInto('knock_budget')
    .values({
      conversation: arg('conversation'),
      template: arg('template'),
      remaining: 1,
      changes: 1,
      changed_at: arg('now'),
    })
    .onConflict((conflict) =>
      conflict.columns(['conversation', 'template']).doUpdateSet({
        remaining: sql`knock_budget.remaining + 1`,
        changes: sql`knock_budget.changes + 1`,
        changed_at: arg('now'),
      }),
    ),
);

/** The visitor allows none any more. */
export const forbidKnocks = statement<KnockBudgetKey & { now: number }>(
  'knock.forbid',
  (arg) => sql`
    update knock_budget set remaining = 0, changes = changes + 1, changed_at = ${arg('now')}
    where conversation = ${arg('conversation')} and template = ${arg('template')}`,
);

/** Takes one before the call. Expect 1: there may be none. */
export const reserveKnock = statement<KnockBudgetKey & { now: number }, { changes: number }>(
  'knock.reserve',
  (arg) => sql<{ changes: number }>`
    update knock_budget set remaining = remaining - 1, changed_at = ${arg('now')}
    where conversation = ${arg('conversation')} and template = ${arg('template')} and remaining > 0
    returning changes`,
);

/** The call was certainly in vain: it is there again, unless the visitor has said something since. */
export const giveKnockBack = statement<KnockBudgetKey & { changes: number }>(
  'knock.giveBack',
  (arg) => sql`
    update knock_budget set remaining = remaining + 1
    where conversation = ${arg('conversation')} and template = ${arg('template')} and changes = ${arg('changes')}`,
);

/** The channel says that there is none, whatever was counted, unless the visitor has said something since. */
export const exhaustKnocks = statement<KnockBudgetKey & { changes: number }>(
  'knock.exhaust',
  (arg) => sql`
    update knock_budget set remaining = 0
    where conversation = ${arg('conversation')} and template = ${arg('template')} and changes = ${arg('changes')}`,
);

/** Replies are held: one knock is due until the visitor acts (`acts` counts his acts). */
export const askKnock = statement<KnockBudgetKey & { tenant: string; acts: number; now: number }>(
  'knock.ask',
  (arg) => sql`
    insert into knock (conversation, tenant, template, acts, state, due, attempts, asked_at)
    values (${arg('conversation')}, ${arg('tenant')}, ${arg('template')}, ${arg('acts')}, 'due', ${arg('now')}, 0, ${arg('now')})
    on conflict (conversation) do update set
      template = excluded.template, acts = excluded.acts, state = 'due', due = excluded.due, attempts = 0, code = null,
      result = null, asked_at = excluded.asked_at
    where knock.state <> 'calling' and (knock.acts <> excluded.acts or knock.state = 'dropped')`,
);

export const readKnock = statement<{ conversation: string }, KnockTable>('knock.read', (arg) =>
  queries.selectFrom('knock').selectAll().where('conversation', '=', arg('conversation')),
);

/** Takes a due knock into flight. Expect 1. */
export const claimKnock = statement<{ conversation: string; now: number }>(
  'knock.claim',
  (arg) => sql`
    update knock set state = 'calling', due = null, attempts = attempts + 1
    where conversation = ${arg('conversation')} and state = 'due' and ${holds(sql`due <= ${arg('now')}`)}`,
);

/** What became of a knock. */
export const settleKnock = statement<{
  conversation: string;
  state: KnockTable['state'];
  due: number | null;
  code: string | null;
}>('knock.settle', (arg) =>
  queries
    .updateTable('knock')
    .set({ state: arg('state'), due: arg('due'), code: arg('code') })
    .where('conversation', '=', arg('conversation'))
    .where('state', 'in', ['due', 'calling']),
);

/** The visitor allows none: the knock waits until he does, which may have been a moment ago. */
export const awaitKnockBudget = statement<{ conversation: string; code: string; now: number }>(
  'knock.awaitBudget',
  (arg) => sql`
    update knock set
      code = ${arg('code')},
      state = case when ${isAllowed} then 'due' else 'waiting' end,
      due = case when ${isAllowed} then cast(${arg('now')} as bigint) else null end
    where conversation = ${arg('conversation')} and state in ('due', 'calling')`,
);

/** The visitor allows one: a knock that waited for that is due. */
export const releaseKnock = statement<KnockBudgetKey & { now: number }>(
  'knock.release',
  (arg) => sql`
    update knock set state = 'due', due = ${arg('now')}
    where conversation = ${arg('conversation')} and template = ${arg('template')} and state = 'waiting'`,
);

/** The channel tells whether it arrived; what nobody knew is known then. */
export const noteKnockResult = statement<KnockBudgetKey & { result: string }>(
  'knock.noteResult',
  (arg) => sql`
    update knock set result = ${arg('result')}, state = 'sent'
    where conversation = ${arg('conversation')} and template = ${arg('template')} and state in ('sent', 'unknown')`,
);

/** Knocks that were under way when the process died are looked at again. */
export const resumeKnocks = statement<{ now: number }>(
  'knock.resume',
  (arg) => sql`update knock set due = ${arg('now')} where state = 'calling'`,
);

/** A visitor who is to be knocked at. */
export interface DueKnockLane {
  readonly due: number;
  readonly tenant: string;
  readonly conversation: string;
}

/** Knocks whose time has come, longest waiting first, a page at a time. */
export const dueKnockLanes = statement<
  { now: number; most: number; due: number; conversation: string },
  DueKnockLane
>(
  'knock.due',
  (arg) => sql<DueKnockLane>`
    select due, tenant, conversation from knock
    where due is not null and due <= ${arg('now')}
      and (due, conversation) > (cast(${arg('due')} as bigint), ${arg('conversation')})
    order by due, conversation limit ${arg('most')}`,
);

/** The next budgets by key; begins after two empty texts. */
export const knockBudgetsAfter = statement<
  KnockBudgetKey & { most: number },
  KnockBudgetKey & { changed_at: number }
>('knock.budgetsAfter', (arg) =>
  queries
    .selectFrom('knock_budget')
    .select(['conversation', 'template', 'changed_at'])
    .where(sql<boolean>`(conversation, template) > (${arg('conversation')}, ${arg('template')})`)
    .orderBy('conversation')
    .orderBy('template')
    .limit(arg('most')),
);

/** Forgets what a visitor allowed who is forgotten, or never wrote, and has said nothing since then. */
export const forgetKnockBudget = statement<KnockBudgetKey & { before: number }>(
  'knock.forgetBudget',
  (arg) => sql`
    delete from knock_budget
    where conversation = ${arg('conversation')} and template = ${arg('template')} and changed_at < ${arg('before')}
      and not exists (select 1 from conversation where conversation.id = knock_budget.conversation)`,
);

/** Forgets the knock at a visitor who is forgotten. */
export const forgetKnock = statement<{ conversation: string }>(
  'knock.forget',
  (arg) => sql`
    delete from knock where conversation = ${arg('conversation')}
      and not exists (select 1 from conversation where conversation.id = knock.conversation)`,
);
