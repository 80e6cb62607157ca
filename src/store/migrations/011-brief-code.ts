import type { Migration } from './index.ts';

/** What the sends of a brief grant have to show: some platforms give a code with it. */
export const briefCode: Migration = {
  name: '011-brief-code',
  up: ({ schema }) => [schema.alterTable('conversation').addColumn('brief_code', 'text')],
};
