import { SqliteQueryCompiler } from 'kysely';
import type { Statement } from '../../ports/store.ts';
import type { Compiled } from '../compiled.ts';

const compiler = new SqliteQueryCompiler();

export function compileStatement({ id, node }: Statement): Compiled {
  const { sql, parameters } = compiler.compileQuery(node, { queryId: id });
  // What `statement()` put in: arguments, and constants of the SQL's own kinds.
  return { sql, places: parameters as Compiled['places'] };
}
