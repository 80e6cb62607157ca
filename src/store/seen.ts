import { queries, statement } from './statement.ts';

/** Marks an arrival as seen. With `expect: 1` a repeat undoes the batch; without, it is only noted. */
export const see = statement<{
  tenant: string;
  source: string;
  key: string;
  until: number;
  answer: string | null;
}>('seen.see', (arg) =>
  queries
    .insertInto('seen')
    .values({
      tenant: arg('tenant'),
      source: arg('source'),
      key: arg('key'),
      until: arg('until'),
      answer: arg('answer'),
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'source', 'key']).doNothing()),
);

/** How an arrival with this key was answered. */
export const readSeen = statement<{ tenant: string; source: string; key: string }, { answer: string | null }>(
  'seen.read',
  (arg) =>
    queries
      .selectFrom('seen')
      .select('answer')
      .where('tenant', '=', arg('tenant'))
      .where('source', '=', arg('source'))
      .where('key', '=', arg('key')),
);
