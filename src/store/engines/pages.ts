import { type RootOperationNode, sql } from 'kysely';
import { Argument, type SqlValue, type Statement, type Step, type Store } from '../../ports/store.ts';
import { OWN_FACTS } from '../facts.ts';
import { queries } from '../statement.ts';
import { type TableName, tableKeys } from './tables.ts';

/** A row as it is, whatever its table. */
export type AnyRow = Readonly<Record<string, SqlValue>>;

/** Rows of one page: one batch. */
const mostAPage = 200;
/** Columns of keys that are no text. */
const numbers: ReadonlySet<string> = new Set(['at', 'starts_at']);

/** All rows of a table in the order of its key, which is the same in each engine; but what a process says of itself. */
export async function* pagesOf(store: Store, table: TableName): AsyncGenerator<readonly AnyRow[]> {
  const keys: readonly string[] = tableKeys[table];
  const statement = pageStatement(table, keys);
  let last: AnyRow = Object.fromEntries(
    keys.map((key) => [key, numbers.has(key) ? Number.MIN_SAFE_INTEGER : '']),
  );
  for (;;) {
    const args = Object.fromEntries(keys.map((key) => [key, last[key] ?? null]));
    const [rows] = await store.batch([{ statement, args: { ...args, most: mostAPage } }]);
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end;
    yield rows.filter(({ name }) => table !== 'fact' || !OWN_FACTS.includes(String(name)));
  }
}

function pageStatement(table: TableName, keys: readonly string[]): Statement<AnyRow> {
  const columns = sql.join(keys.map((key) => sql.ref(key)));
  const after = sql.join(keys.map((key) => sql`${new Argument(key)}`));
  const page = sql<AnyRow>`
    select * from ${sql.table(table)} where (${columns}) > (${after})
    order by ${columns} limit ${new Argument('most')}`;
  return { id: `copy.page.${table}`, node: page.toOperationNode() };
}

/** The step that writes a row as it is; expects that it was not there. */
export function insertStep(table: TableName, row: AnyRow): Step {
  const columns = Object.keys(row);
  const values = Object.fromEntries(columns.map((column) => [column, new Argument(argumentOf(column))]));
  const node = queries.insertInto(table).values(values as never); // the columns are those of the row
  return {
    statement: { id: `copy.insert.${table}`, node: node.toOperationNode() as RootOperationNode },
    args: Object.fromEntries(columns.map((column) => [argumentOf(column), row[column] ?? null])),
    expect: 1,
  };
}

// Nobody else has the store: nothing is to be named, and locked, row by row.
function argumentOf(column: string): string {
  return `value of ${column}`;
}
