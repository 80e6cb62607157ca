import type { Tables } from '../tables.ts';

/** Hold the bytes of media, where they are not in a folder: they are copied as files. */
export const fileTables = ['media_file', 'media_piece'] as const satisfies readonly (keyof Tables)[];

/**
 * Every other table but for the instances at work, who are not copied; and the columns of its key: along them it is read
 * page by page.
 */
export const tableKeys = {
  conversation: ['id'],
  route: ['conversation'],
  profile: ['conversation'],
  message: ['id'],
  seen: ['tenant', 'source', 'key'],
  raw: ['id'],
  binding: ['helpdesk', 'outside'],
  memory: ['helpdesk', 'conversation'],
  lane: ['id'],
  wake: ['helpdesk', 'conversation', 'name'],
  pull: ['helpdesk', 'topic', 'conversation'],
  media: ['id'],
  media_id: ['appid', 'use', 'digest'],
  fact: ['name'],
  outage: ['helpdesk'],
  permit: ['name', 'at'],
  knock_budget: ['conversation', 'template'],
  knock: ['conversation'],
  component: ['appid'],
  authorizer: ['component', 'appid'],
  counter: ['tenant', 'span', 'starts_at', 'api'],
  api: ['tenant', 'api'],
  pace_lease: ['name', 'holder'],
  cache: ['key'],
} as const satisfies {
  readonly [Table in Exclude<
    keyof Tables,
    'instance' | (typeof fileTables)[number]
  >]: readonly (keyof Tables[Table])[];
};

export type TableName = keyof typeof tableKeys;
