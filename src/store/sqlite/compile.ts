import { type FunctionNode, SqliteQueryCompiler } from 'kysely';
import type { Statement } from '../../ports/store.ts';
import type { Compiled } from '../compiled.ts';
import { DATABASE_NOW } from '../database-time.ts';

class CompilerWithTime extends SqliteQueryCompiler {
  protected override visitFunction(node: FunctionNode): void {
    if (node.func === DATABASE_NOW) this.append("cast(unixepoch('subsec') * 1000 as integer)");
    else super.visitFunction(node);
  }
}

const compiler = new CompilerWithTime();

export function compileStatement({ id, node }: Statement): Compiled {
  const { sql, parameters } = compiler.compileQuery(node, { queryId: id });
  // What `statement()` put in: arguments, and constants of the SQL's own kinds.
  return { sql, places: parameters as Compiled['places'] };
}
