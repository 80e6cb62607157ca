import { queries, statement } from './statement.ts';

/** A value of the bridge itself that must outlive it, such as the key that signs media URLs. */
export const readFact = statement<{ name: string }, { value: string }>('fact.read', (arg) =>
  queries.selectFrom('fact').select('value').where('name', '=', arg('name')),
);

/** Writes it once: whoever was quicker wins. */
export const createFact = statement<{ name: string; value: string }>('fact.create', (arg) =>
  queries
    .insertInto('fact')
    .values({ name: arg('name'), value: arg('value') })
    .onConflict((conflict) => conflict.column('name').doNothing()),
);
