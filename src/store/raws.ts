import { queries, statement } from './statement.ts';

/** Keeps a push or callback as it came; `problem` says why it could not be understood. */
export const keepRaw = statement<{
  id: string;
  tenant: string;
  source: string;
  at: number;
  problem: string | null;
  request: string;
}>('raw.keep', (arg) =>
  queries.insertInto('raw').values({
    id: arg('id'),
    tenant: arg('tenant'),
    source: arg('source'),
    at: arg('at'),
    problem: arg('problem'),
    request: arg('request'),
  }),
);
