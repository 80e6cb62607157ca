import type { Migration } from './index.ts';

export const business: Migration = {
  name: '009-business',
  up: ({ schema }) => [schema.alterTable('conversation').addColumn('business', 'text')],
};
