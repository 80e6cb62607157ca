import { sql } from 'kysely';
import type { AuthorizerProblem, AuthorizerTable, ComponentTable } from './account-tables.ts';
import { queries, statement } from './statement.ts';

/** Makes a component known; of a new one, tickets are asked for at `askDue`. */
export const addComponent = statement<{ appid: string; askDue: number }>('component.add', (arg) =>
  queries
    .insertInto('component')
    .values({ appid: arg('appid'), ticket: null, ticket_at: 0, received_at: 0, ask_due: arg('askDue') })
    .onConflict((conflict) => conflict.column('appid').doNothing()),
);

export const readComponent = statement<{ appid: string }, ComponentTable>('component.read', (arg) =>
  queries.selectFrom('component').selectAll().where('appid', '=', arg('appid')),
);

/** Keeps a ticket, unless a newer one is there. */
export const keepTicket = statement<{
  appid: string;
  ticket: string;
  ticketAt: number;
  now: number;
  askDue: number;
}>(
  'component.keepTicket',
  (arg) => sql`
    insert into component (appid, ticket, ticket_at, received_at, ask_due)
    values (${arg('appid')}, ${arg('ticket')}, ${arg('ticketAt')}, ${arg('now')}, ${arg('askDue')})
    on conflict (appid) do update set ticket = excluded.ticket, ticket_at = excluded.ticket_at,
      received_at = excluded.received_at, ask_due = excluded.ask_due
    where component.ticket_at <= excluded.ticket_at`,
);

/** WeChat does not take this ticket: others are to be asked for. A ticket that came meanwhile stays. */
export const dropTicket = statement<{ appid: string; ticket: string; askDue: number }>(
  'component.dropTicket',
  (arg) =>
    queries
      .updateTable('component')
      .set({ ticket: null, ask_due: arg('askDue') })
      .where('appid', '=', arg('appid'))
      .where('ticket', '=', arg('ticket')),
);

/** Tickets are asked for again at `later`, unless something has set another time meanwhile; gives a row if nothing has. */
export const putOffAsking = statement<{ appid: string; due: number; later: number }, { appid: string }>(
  'component.putOffAsking',
  (arg) =>
    queries
      .updateTable('component')
      .set({ ask_due: arg('later') })
      .where('appid', '=', arg('appid'))
      .where('ask_due', '=', arg('due'))
      .returning('appid'),
);

export const readAuthorizer = statement<{ component: string; appid: string }, AuthorizerTable>(
  'authorizer.read',
  (arg) =>
    queries
      .selectFrom('authorizer')
      .selectAll()
      .where('component', '=', arg('component'))
      .where('appid', '=', arg('appid')),
);

export const authorizersOf = statement<{ component: string }, AuthorizerTable>(
  'authorizer.ofComponent',
  (arg) =>
    queries.selectFrom('authorizer').selectAll().where('component', '=', arg('component')).orderBy('appid'),
);

/** An account whose code is to be exchanged. */
export type CodeRow = AuthorizerTable & {
  readonly code: string;
  readonly code_ends_at: number;
  readonly code_due: number;
};

/** The accounts whose codes are waiting, the soonest due first. */
export const waitingCodes = statement<{ component: string; most: number }, CodeRow>(
  'authorizer.waitingCodes',
  (arg) => sql`
    select * from authorizer where component = ${arg('component')} and code_due is not null
    order by code_due limit ${arg('most')}`,
);

/** Takes a due code in hand: until then nobody else exchanges it, as it is good for once. */
export const claimCode = statement<
  { component: string; appid: string; code: string; now: number; until: number },
  CodeRow
>(
  'authorizer.claimCode',
  (arg) => sql<CodeRow>`
    update authorizer set code_due = ${arg('until')}
    where component = ${arg('component')} and appid = ${arg('appid')} and code = ${arg('code')}
      and code_due <= ${arg('now')}
    returning *`,
);

/** An account has authorised: its code is due. The present refresh token stays good until then. */
export const noteAuthorised = statement<{
  component: string;
  appid: string;
  at: number;
  code: string;
  codeEndsAt: number;
  due: number;
}>(
  'authorizer.noteAuthorised',
  (arg) => sql`
    insert into authorizer (component, appid, event_at, code, code_ends_at, code_due, code_attempts)
    values (${arg('component')}, ${arg('appid')}, ${arg('at')}, ${arg('code')}, ${arg('codeEndsAt')}, ${arg('due')}, 0)
    on conflict (component, appid) do update set event_at = excluded.event_at, code = excluded.code,
      code_ends_at = excluded.code_ends_at, code_due = excluded.code_due, code_attempts = 0
    where authorizer.event_at <= excluded.event_at`,
);

/** An account has withdrawn its authorisation. Gives the account, unless a newer event is known. */
export const noteWithdrawn = statement<{ component: string; appid: string; at: number }, { appid: string }>(
  'authorizer.noteWithdrawn',
  (arg) => sql`
    insert into authorizer (component, appid, problem, event_at, code_attempts)
    values (${arg('component')}, ${arg('appid')}, 'withdrawn', ${arg('at')}, 0)
    on conflict (component, appid) do update set problem = excluded.problem, event_at = excluded.event_at,
      refresh_token = null, code = null, code_ends_at = null, code_due = null, code_attempts = 0
    where authorizer.event_at <= excluded.event_at
    returning appid`,
);

/** What a code was exchanged for. Expect 1: a later event about the account has come meanwhile. */
export const keepAuthorisation = statement<{
  component: string;
  appid: string;
  code: string;
  refreshToken: string;
  now: number;
}>('authorizer.keepAuthorisation', (arg) =>
  queries
    .updateTable('authorizer')
    .set({
      refresh_token: arg('refreshToken'),
      problem: null,
      authorised_at: arg('now'),
      code: null,
      code_ends_at: null,
      code_due: null,
      code_attempts: 0,
    })
    .where('component', '=', arg('component'))
    .where('appid', '=', arg('appid'))
    .where('code', '=', arg('code')),
);

/** Puts the exchange of a code off. */
export const putOffCode = statement<{
  component: string;
  appid: string;
  code: string;
  due: number;
  attempts: number;
}>('authorizer.putOffCode', (arg) =>
  queries
    .updateTable('authorizer')
    .set({ code_due: arg('due'), code_attempts: arg('attempts') })
    .where('component', '=', arg('component'))
    .where('appid', '=', arg('appid'))
    .where('code', '=', arg('code')),
);

/** A code cannot be exchanged. An earlier authorisation that is still good stays so. */
export const giveUpCode = statement<{ component: string; appid: string; code: string }>(
  'authorizer.giveUpCode',
  (arg) => sql`
    update authorizer set code = null, code_ends_at = null, code_due = null, code_attempts = 0,
      problem = case when refresh_token is null then 'code' else problem end
    where component = ${arg('component')} and appid = ${arg('appid')} and code = ${arg('code')}`,
);

/** A refresh token has been used up, and another came. Expect 1: the account has authorised anew, or withdrawn. */
export const replaceRefreshToken = statement<{
  component: string;
  appid: string;
  used: string;
  next: string;
}>('authorizer.replaceRefreshToken', (arg) =>
  queries
    .updateTable('authorizer')
    .set({ refresh_token: arg('next') })
    .where('component', '=', arg('component'))
    .where('appid', '=', arg('appid'))
    .where('refresh_token', '=', arg('used')),
);

/** WeChat does not take a refresh token any more. */
export const dropRefreshToken = statement<{
  component: string;
  appid: string;
  used: string;
  problem: AuthorizerProblem;
}>('authorizer.dropRefreshToken', (arg) =>
  queries
    .updateTable('authorizer')
    .set({ refresh_token: null, problem: arg('problem') })
    .where('component', '=', arg('component'))
    .where('appid', '=', arg('appid'))
    .where('refresh_token', '=', arg('used')),
);
