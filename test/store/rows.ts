import { newId } from '../../src/model/ids.ts';
import type { BatchResult, Step, Store } from '../../src/ports/store.ts';
import { type Acting, actInConversation, advanceConversation } from '../../src/store/conversations.ts';
import { addMessage, type NewMessage, readMessage } from '../../src/store/messages.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { LaneName, MessageTable, PullTable } from '../../src/store/tables.ts';
import { claimForward, claimReply, openReplies, settleMessage } from '../../src/store/turns.ts';

/** Rows as the relay makes them, with only what a test is about to be said. */

export const TENANT = 'shop';
export const HELPDESK = 'shop/main';
export const OTHER_HELPDESK = 'shop/other';
/** When everything in these tests begins. */
export const NOW = 1_700_000_000_000;

let conversations = 0;

/** A conversation that no other test has. */
export function newConversation(): string {
  conversations += 1;
  return `c_${String(conversations).padStart(20, '0')}`;
}

const kinds = {
  forward: { direction: 'forward', lane: 'forward', action: 'forward', state: 'received' },
  react: { direction: 'forward', lane: 'react', action: 'react', state: 'received' },
  reply: { direction: 'reply', lane: 'reply', action: 'send', state: 'queued' },
} as const satisfies Record<LaneName, Partial<NewMessage>>;

export type RowChange = Partial<NewMessage> & { readonly conversation: string };

export function newRow(lane: LaneName, change: RowChange): NewMessage {
  return {
    ...kinds[lane],
    id: newId('m'),
    tenant: TENANT,
    helpdesk: HELPDESK,
    sender: '{"role":"visitor"}',
    parts: '[{"kind":"text","text":"您好"}]',
    event: null,
    writtenAt: NOW,
    automatic: 0,
    due: null,
    notAfter: null,
    vendorId: null,
    answer: null,
    raw: null,
    now: NOW,
    finishedAt: null,
    ...change,
  };
}

export function act(conversation: string, now = NOW): Step {
  return actInConversation(acting(conversation, now));
}

export function acting(conversation: string, now = NOW): Acting {
  return {
    id: conversation,
    tenant: TENANT,
    visitor: `o${conversation}`,
    appid: 'wx1a2b3c4d5e6f7a8b',
    business: null,
    context: null,
    now,
  };
}

/** What the visitor wrote: his act and its row. */
export function visitorRow(change: RowChange): { readonly id: string; readonly steps: readonly Step[] } {
  const row = newRow('forward', change);
  return { id: row.id, steps: [act(row.conversation, row.now), addMessage(row, 1)] };
}

/** A row that is not the visitor's, in a conversation that is there. */
export function addedRow(
  lane: 'react' | 'reply',
  change: RowChange,
): { readonly id: string; readonly steps: readonly Step[] } {
  const row = newRow(lane, change);
  return { id: row.id, steps: [advanceConversation({ id: row.conversation }, 1), addMessage(row, 1)] };
}

/** Adds so many rows to a lane of a conversation, and gives their ids in order. */
export async function fill(
  store: Store,
  lane: LaneName,
  { count, ...change }: RowChange & { readonly count: number },
): Promise<readonly string[]> {
  const rows = Array.from({ length: count }, () =>
    lane === 'forward' ? visitorRow(change) : addedRow(lane, change),
  );
  const first = lane === 'forward' ? [] : [act(change.conversation)];
  await store.batch([...first, ...rows.flatMap(({ steps }) => steps)]);
  return rows.map(({ id }) => id);
}

/** What an attempt left on a row: by default it is done. */
export function settled(
  row: Pick<MessageTable, 'id' | 'lane'>,
  change: Partial<Parameters<typeof settleMessage>[0]> = {},
): Step {
  const done = { react: 'done', forward: 'forwarded', reply: 'sent' } as const;
  return settleMessage(
    {
      id: row.id,
      state: done[row.lane ?? 'react'],
      due: null,
      attempts: 1,
      tries: 1,
      reason: null,
      progress: null,
      code: null,
      lost: null,
      vendorId: null,
      sendId: null,
      finishedAt: NOW,
      ...change,
    },
    1,
  );
}

/** A row that is to be tried later. */
export function postponed(row: Pick<MessageTable, 'id' | 'lane'>, due: number): Step {
  return settled(row, { state: row.lane === 'reply' ? 'queued' : 'received', due, finishedAt: null });
}

/** Runs one step alone, and gives its rows. */
export async function run<Row>(store: Store, step: Step<Row>): Promise<readonly Row[]> {
  const [rows] = (await store.batch([step])) as BatchResult<readonly [Step<Row>]>;
  return rows;
}

/** Takes the first row of a lane into flight. */
export async function claimFirst(
  store: Store,
  lane: 'forward' | 'reply',
  conversation: string,
): Promise<MessageTable | undefined> {
  if (lane === 'reply') return claimFirstReply(store, conversation, NOW);
  const [row] = await run(store, claimForward({ conversation, helpdesk: HELPDESK, now: NOW }));
  return row;
}

/** Takes the first reply of a conversation into flight, as a turn does: it looks at the lane, and names the row it means. */
export async function claimFirstReply(
  store: Store,
  conversation: string,
  now: number,
): Promise<MessageTable | undefined> {
  const [first] = await run(store, openReplies({ conversation, most: 1 }));
  if (!first || first.state === 'sending' || Number(first.due ?? now) > now) return undefined;
  return (await run(store, claimReply({ id: first.id, send: 's_1', now })))[0];
}

/** The due times of rows, in the order of their ids. */
export async function duesOf(store: Store, ids: readonly string[]): Promise<readonly (number | null)[]> {
  const found = await store.batch(ids.map((id) => readMessage({ id })));
  return found.map(([row]) => (row && row.due !== null ? Number(row.due) : null));
}

/** A topic as the store keeps it. */
export const readPull = statement<{ helpdesk: string; topic: string; conversation: string }, PullTable>(
  'test.pull',
  (arg) =>
    queries
      .selectFrom('pull')
      .selectAll()
      .where('helpdesk', '=', arg('helpdesk'))
      .where('topic', '=', arg('topic'))
      .where('conversation', '=', arg('conversation')),
);
