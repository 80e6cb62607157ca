import { queries, statement } from './statement.ts';

/** A short-lived value, if its time is not over. */
export const readCached = statement<{ key: string; now: number }, { value: string }>('cache.read', (arg) =>
  queries
    .selectFrom('cache')
    .select('value')
    .where('key', '=', arg('key'))
    .where('good_until', '>', arg('now')),
);

/** A newer value takes the place of the one before. */
export const keepCached = statement<{ key: string; value: string; goodUntil: number }>('cache.keep', (arg) =>
  queries
    .insertInto('cache')
    .values({ key: arg('key'), value: arg('value'), good_until: arg('goodUntil') })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value: arg('value'), good_until: arg('goodUntil') }),
    ),
);

/** Gives the row, if there was one. */
export const dropCached = statement<{ key: string }, { key: string }>('cache.drop', (arg) =>
  queries.deleteFrom('cache').where('key', '=', arg('key')).returning('key'),
);

/** Forgets the values whose time is over. */
export const forgetOldCached = statement<{ now: number }>('cache.forgetOld', (arg) =>
  queries.deleteFrom('cache').where('good_until', '<=', arg('now')),
);
