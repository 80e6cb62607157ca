import { queries, statement } from './statement.ts';

/** Writes down an event of the platform that concerns no visitor: history, without a conversation. */
export const addPlatformEvent = statement<{
  id: string;
  tenant: string;
  parts: string;
  writtenAt: number;
  answer: string | null;
  raw: string | null;
  now: number;
}>('platform.add', (arg) =>
  queries.insertInto('message').values({
    id: arg('id'),
    tenant: arg('tenant'),
    conversation: null,
    direction: 'forward',
    lane: null,
    action: 'note',
    seq: 0,
    sender: '{"role":"system"}',
    parts: arg('parts'),
    written_at: arg('writtenAt'),
    automatic: 0,
    state: 'done',
    attempts: 0,
    tries: 0,
    starts: 0,
    answer: arg('answer'),
    raw: arg('raw'),
    received_at: arg('now'),
    finished_at: arg('now'),
  }),
);
