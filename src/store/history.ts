import { everyMessage } from './every-message.ts';
import { queries, statement } from './statement.ts';
import type { MessageTable } from './tables.ts';

/** A conversation's rows before a sequence, newest first: the next page begins before the last row's `seq`. */
export const readBack = statement<{ conversation: string; before: number; most: number }, MessageTable>(
  'history.readBack',
  (arg) =>
    queries
      .selectFrom(everyMessage.as('message'))
      .selectAll()
      .where('conversation', '=', arg('conversation'))
      .where('seq', '<', arg('before'))
      .where('seq', '>', 0) // a stray that was adopted has none: what it brought stands in rows of its own
      .orderBy('seq', 'desc')
      .limit(arg('most')),
);

/** A conversation's rows after a sequence (0: from the first), oldest first: for whoever follows it. */
export const readOn = statement<{ conversation: string; after: number; most: number }, MessageTable>(
  'history.readOn',
  (arg) =>
    queries
      .selectFrom(everyMessage.as('message'))
      .selectAll()
      .where('conversation', '=', arg('conversation'))
      .where('seq', '>', arg('after'))
      .orderBy('seq')
      .limit(arg('most')),
);

/** What was said in a conversation after a sequence and got where it should, newest first: no notices, no records. */
export const readSaid = statement<{ conversation: string; after: number; most: number }, MessageTable>(
  'history.readSaid',
  (arg) =>
    queries
      .selectFrom(everyMessage.as('message'))
      .selectAll()
      .where('conversation', '=', arg('conversation'))
      .where('seq', '>', arg('after'))
      .where('automatic', '=', 0)
      .where((eb) =>
        eb.or([
          eb.and([eb('direction', '=', 'forward'), eb('answer', 'is not', null)]),
          eb.and([eb('lane', '=', 'reply'), eb('state', '=', 'sent')]),
        ]),
      )
      .orderBy('seq', 'desc')
      .limit(arg('most')),
);
