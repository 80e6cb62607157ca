import { sql } from 'kysely';
import type { Migration } from './index.ts';

export const initial: Migration = {
  name: '001-initial',
  up(db, engine) {
    // A table that is only looked up by its key needs no second tree for its rows; long rows (raw) would overflow in it.
    const keyed = engine === 'sqlite' ? sql`without rowid` : sql``;
    const { schema } = db;
    return [
      schema
        .createTable('conversation')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('visitor', 'text', (c) => c.notNull())
        .addColumn('appid', 'text', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('context', 'text')
        .addColumn('pending', 'text')
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('acted_at', 'bigint', (c) => c.notNull())
        .addColumn('acts', 'bigint', (c) => c.notNull())
        .addColumn('granted', 'bigint', (c) => c.notNull())
        .addColumn('granted_at', 'bigint', (c) => c.notNull())
        .addColumn('sends_left', 'bigint', (c) => c.notNull())
        .addColumn('window_ends_at', 'bigint', (c) => c.notNull())
        .addColumn('brief_left', 'bigint', (c) => c.notNull())
        .addColumn('brief_ends_at', 'bigint', (c) => c.notNull())
        .addColumn('held_told', 'bigint', (c) => c.notNull())
        .addColumn('typing_at', 'bigint', (c) => c.notNull())
        .modifyEnd(keyed),
      schema
        .createTable('message')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text')
        .addColumn('helpdesk', 'text')
        .addColumn('outside', 'text')
        .addColumn('direction', 'text', (c) => c.notNull())
        .addColumn('lane', 'text')
        .addColumn('action', 'text', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('sender', 'text', (c) => c.notNull())
        .addColumn('parts', 'text', (c) => c.notNull())
        .addColumn('event', 'text')
        .addColumn('written_at', 'bigint', (c) => c.notNull())
        .addColumn('automatic', 'integer', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('tries', 'integer', (c) => c.notNull())
        .addColumn('reason', 'text')
        .addColumn('starts', 'integer', (c) => c.notNull())
        .addColumn('due', 'bigint')
        .addColumn('not_after', 'bigint')
        .addColumn('progress', 'text')
        .addColumn('code', 'text')
        .addColumn('lost', 'text')
        .addColumn('vendor_id', 'text')
        .addColumn('send_id', 'text')
        .addColumn('answer', 'text')
        .addColumn('raw', 'text')
        .addColumn('received_at', 'bigint', (c) => c.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('finished_at', 'bigint'),
      schema.createIndex('message_of_conversation').on('message').columns(['conversation', 'seq']),
      schema
        .createIndex('message_open')
        .on('message')
        .columns(['conversation', 'lane', 'seq'])
        .where(sql.ref('finished_at'), 'is', null),
      schema
        .createIndex('message_due')
        .on('message')
        .columns(['due', 'id'])
        .where(sql.ref('finished_at'), 'is', null)
        .where(sql.ref('due'), 'is not', null),
      schema
        .createIndex('message_of_outside')
        .on('message')
        .columns(['helpdesk', 'outside'])
        .where(sql.ref('outside'), 'is not', null),
      schema
        .createTable('seen')
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('key', 'text', (c) => c.notNull())
        .addColumn('until', 'bigint', (c) => c.notNull())
        .addColumn('answer', 'text')
        .addPrimaryKeyConstraint('seen_key', ['tenant', 'source', 'key'])
        .modifyEnd(keyed),
      schema
        .createTable('raw')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('problem', 'text')
        .addColumn('request', 'text', (c) => c.notNull()),
      schema
        .createTable('binding')
        .addColumn('helpdesk', 'text', (c) => c.notNull())
        .addColumn('outside', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('binding_key', ['helpdesk', 'outside'])
        .modifyEnd(keyed),
      schema.createIndex('binding_of_conversation').on('binding').columns(['conversation']),
      schema
        .createTable('memory')
        .addColumn('helpdesk', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addColumn('version', 'bigint', (c) => c.notNull())
        .addColumn('value', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('memory_key', ['helpdesk', 'conversation'])
        .modifyEnd(keyed),
      schema.createIndex('memory_of_conversation').on('memory').columns(['conversation']),
      schema
        .createTable('lane')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('turn', 'bigint', (c) => c.notNull())
        .modifyEnd(keyed),
      schema
        .createTable('wake')
        .addColumn('helpdesk', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('due', 'bigint', (c) => c.notNull())
        .addColumn('first_due', 'bigint', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('wake_key', ['helpdesk', 'conversation', 'name'])
        .modifyEnd(keyed),
      schema.createIndex('wake_due').on('wake').columns(['due', 'helpdesk', 'conversation']),
      schema
        .createTable('pull')
        .addColumn('helpdesk', 'text', (c) => c.notNull())
        .addColumn('topic', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addColumn('cursor', 'text')
        .addColumn('due', 'bigint')
        .addColumn('rung', 'bigint')
        .addColumn('note', 'text')
        .addPrimaryKeyConstraint('pull_key', ['helpdesk', 'topic', 'conversation'])
        .modifyEnd(keyed),
      schema.createIndex('pull_of_conversation').on('pull').columns(['conversation']),
      schema
        .createIndex('pull_due')
        .on('pull')
        .columns(['due', 'helpdesk', 'topic', 'conversation'])
        .where(sql.ref('due'), 'is not', null),
      schema
        .createTable('media')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('tenant', 'text', (c) => c.notNull())
        .addColumn('conversation', 'text', (c) => c.notNull())
        .addColumn('message', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('name', 'text')
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('due', 'bigint')
        .addColumn('type', 'text')
        .addColumn('bytes', 'bigint')
        .addColumn('md5', 'text')
        .addColumn('width', 'integer')
        .addColumn('height', 'integer')
        .addColumn('code', 'text')
        .addColumn('wanted_at', 'bigint', (c) => c.notNull()),
      schema
        .createTable('fact')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('value', 'text', (c) => c.notNull())
        .modifyEnd(keyed),
      schema.createIndex('media_of_message').on('media').columns(['message']),
      schema.createIndex('media_due').on('media').columns(['due']).where(sql.ref('due'), 'is not', null),
    ];
  },
};
