import { queries, statement } from './statement.ts';
import type { ProfileTable } from './tables.ts';

/** Of a visitor of whom nothing is known. */
const nothing = {
  claims: '[]',
  looked: '[]',
  looked_until: 0,
  card_helpdesk: null,
  card_until: 0,
  card_row: null,
  card_text: null,
};

export const readProfile = statement<{ conversation: string }, ProfileTable>('profile.read', (arg) =>
  queries.selectFrom('profile').selectAll().where('conversation', '=', arg('conversation')),
);

/** What the visitor came with, in place of what he came with before. */
export const keepClaims = statement<{ conversation: string; claims: string }>('profile.keepClaims', (arg) =>
  queries
    .insertInto('profile')
    .values({ ...nothing, conversation: arg('conversation'), claims: arg('claims') })
    .onConflict((conflict) => conflict.column('conversation').doUpdateSet({ claims: arg('claims') })),
);

/** He came with something that is not to be kept: what was known of him stays, and be it nothing. */
export const openProfile = statement<{ conversation: string }>('profile.open', (arg) =>
  queries
    .insertInto('profile')
    .values({ ...nothing, conversation: arg('conversation') })
    .onConflict((conflict) => conflict.column('conversation').doNothing()),
);

/** What the merchant's server said of him, good until then. */
export const keepLooked = statement<{ conversation: string; looked: string; until: number }>(
  'profile.keepLooked',
  (arg) =>
    queries
      .insertInto('profile')
      .values({
        ...nothing,
        conversation: arg('conversation'),
        looked: arg('looked'),
        looked_until: arg('until'),
      })
      .onConflict((conflict) =>
        conflict.column('conversation').doUpdateSet({ looked: arg('looked'), looked_until: arg('until') }),
      ),
);

/** The agents of a session are shown a card: before the message `row`, as a part of it where there is a text. */
export const giveCard = statement<{
  conversation: string;
  helpdesk: string;
  until: number;
  row: string | null;
  text: string | null;
}>('profile.giveCard', (arg) => {
  const card = {
    card_helpdesk: arg('helpdesk'),
    card_until: arg('until'),
    card_row: arg('row'),
    card_text: arg('text'),
  };
  return queries
    .insertInto('profile')
    .values({ ...nothing, conversation: arg('conversation'), ...card })
    .onConflict((conflict) => conflict.column('conversation').doUpdateSet(card));
});

/** The session for which there was a card goes on, until then at least. */
export const holdCard = statement<{ conversation: string; helpdesk: string; until: number }>(
  'profile.holdCard',
  (arg) =>
    queries
      .updateTable('profile')
      .set({ card_until: arg('until') })
      .where('conversation', '=', arg('conversation'))
      .where('card_helpdesk', '=', arg('helpdesk'))
      .where('card_until', '<', arg('until')),
);

/** That session has ended: the next one has a card of its own. */
export const endCard = statement<{ conversation: string; helpdesk: string }>('profile.endCard', (arg) =>
  queries
    .updateTable('profile')
    .set({ card_until: 0 })
    .where('conversation', '=', arg('conversation'))
    .where('card_helpdesk', '=', arg('helpdesk')),
);
