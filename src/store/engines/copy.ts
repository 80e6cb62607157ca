import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { BridgeError } from '../../ports/errors.ts';
import type { Store } from '../../ports/store.ts';
import { createFact, deleteFact, UNFINISHED_COPY } from '../facts.ts';
import { migrations } from '../migrations/index.ts';
import { statement } from '../statement.ts';
import { withoutNul } from '../without-nul.ts';
import { type AnyRow, insertStep, pagesOf } from './pages.ts';
import { type TableName, tableKeys } from './tables.ts';

export interface CopiedTable {
  readonly table: TableName;
  readonly rows: number;
}

const tables = Object.keys(tableKeys) as readonly TableName[]; // it has no others

const marks = statement<Record<string, never>, { name: string }>(
  'copy.marks',
  () => sql<{ name: string }>`select name from migration order by name`,
);

/** Rejects where a newer version has added to a store: what it keeps there would not be copied. */
export async function proveKnown(store: Store): Promise<void> {
  const [rows] = await store.batch([marks({})]);
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = rows.filter(({ name }) => !known.has(name));
  if (unknown.length === 0) return;
  const names = unknown.map(({ name }) => name).join(', ');
  throw new BridgeError(
    'storeUnavailable',
    `a newer version made this store (${names}): copy it with that one`,
  );
}

/** The first table of a store that something is in; `undefined` where the store is empty. */
export async function firstFilled(store: Store): Promise<TableName | undefined> {
  for (const table of tables) {
    for await (const page of pagesOf(store, table)) if (page.length > 0) return table;
  }
  return undefined;
}

/**
 * Copies every row (but those of media's files) from one store into another, which is empty, page by page, and tells each table that is done. Until
 * {@link proveSame} has said that nothing is missing, no bridge starts on the copy.
 */
export async function copyRows(
  from: Store,
  to: Store,
  onTable: (copied: CopiedTable) => void = () => {},
): Promise<void> {
  await to.batch([createFact({ name: UNFINISHED_COPY, value: '' })]);
  for (const table of tables) {
    let rows = 0;
    for await (const page of pagesOf(from, table)) {
      await to.batch(page.map((row) => insertStep(table, row)));
      rows += page.length;
    }
    onTable({ table, rows });
  }
}

/** Reads both stores whole and compares them. Rejects, naming the table, where they differ; else the copy is good. */
export async function proveSame(from: Store, to: Store): Promise<void> {
  for (const table of tables) {
    const [there, here] = [await digestOf(from, table), await digestOf(to, table)];
    if (there !== here) {
      throw new BridgeError(
        'storeUnavailable',
        `expected ${table} to be the same in both, got ${there} and ${here}`,
      );
    }
  }
  await to.batch([deleteFact({ name: UNFINISHED_COPY })]);
}

/** How many rows, and what is in them. */
async function digestOf(store: Store, table: TableName): Promise<string> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const page of pagesOf(store, table)) {
    for (const row of page) hash.update(`${inOrder(row)}\n`);
    rows += page.length;
  }
  return `${rows} rows ${hash.digest('hex')}`;
}

function inOrder(row: AnyRow): string {
  const entries = Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1));
  // What one engine cannot keep is the same in both.
  return JSON.stringify(entries, (_key, value) => (typeof value === 'string' ? withoutNul(value) : value));
}
