import {
  type DataTypeNode,
  DummyDriver,
  type FunctionNode,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type TableNode,
} from 'kysely';
import type { Statement } from '../../ports/store.ts';
import type { Compiled } from '../compiled.ts';
import { DATABASE_NOW } from '../database-time.ts';
import { EVERY_MESSAGE } from '../every-message.ts';

/**
 * Text is compared byte by byte, as SQLite compares it: pages that walk along ids go the same way, and an index does not
 * break when the system's rules of sorting change.
 */
class BytewiseCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text') this.append(' collate "C"');
  }

  /** As it is when the row is looked at: a transaction may have waited for another before. */
  protected override visitFunction(node: FunctionNode): void {
    if (node.func === DATABASE_NOW)
      this.append('cast(extract(epoch from clock_timestamp()) * 1000 as bigint)');
    else super.visitFunction(node);
  }

  protected override visitTable(node: TableNode): void {
    if (node.table.identifier.name === EVERY_MESSAGE) this.append('message');
    else super.visitTable(node);
  }
}

const compiler = new BytewiseCompiler();

/** Builds what migrations are made of. */
export const schemaQueries = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new BytewiseCompiler(),
  },
});

/** A statement in PostgreSQL's words. */
export interface CompiledForPostgres extends Compiled {
  /** It changes nothing. */
  readonly reads: boolean;
}

export function compileStatement({ id, node }: Statement): CompiledForPostgres {
  const { sql, parameters } = compiler.compileQuery(node, { queryId: id });
  // What `statement()` put in: arguments, and constants of the SQL's own kinds.
  return { sql, places: parameters as Compiled['places'], reads: /^\s*select\b/i.test(sql) };
}
