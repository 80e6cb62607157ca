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

export const deleteFact = statement<{ name: string }>('fact.delete', (arg) =>
  queries.deleteFrom('fact').where('name', '=', arg('name')),
);

/** The process that has the store, or had it last. */
export const OWNER = 'owner';
/** A copy of another store that is not complete. */
export const UNFINISHED_COPY = 'unfinished-copy';
/** What stands in the folder of media that all instances share. */
export const MEDIA_FOLDER = 'media-folder';
/** What is said of one store alone, and no part of a copy. */
export const OWN_FACTS: readonly string[] = [OWNER, UNFINISHED_COPY, MEDIA_FOLDER];
