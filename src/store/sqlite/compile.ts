import { type FunctionNode, type QueryId, type RootOperationNode, SqliteQueryCompiler } from 'kysely';
import { Argument, type Statement } from '../../ports/store.ts';
import type { Compiled } from '../compiled.ts';
import { DATABASE_NOW } from '../database-time.ts';

/** Each value travels to the thread that has the file: an argument goes once, however often it is named, a constant never. */
class StatementCompiler extends SqliteQueryCompiler {
  readonly #places = new Map<string, number>();

  override compileQuery(node: RootOperationNode, queryId: QueryId) {
    this.#places.clear();
    return super.compileQuery(node, queryId);
  }

  protected override appendValue(value: unknown): void {
    if (value instanceof Argument) this.append(`?${this.#placeOf(value)}`);
    else this.appendImmediateValue(value);
  }

  #placeOf(argument: Argument): number {
    const known = this.#places.get(argument.name);
    if (known !== undefined) return known;
    this.addParameter(argument);
    const place = this.#places.size + 1;
    this.#places.set(argument.name, place);
    return place;
  }

  protected override visitFunction(node: FunctionNode): void {
    if (node.func === DATABASE_NOW) this.append("cast(unixepoch('subsec') * 1000 as integer)");
    else super.visitFunction(node);
  }
}

const compiler = new StatementCompiler();

export function compileStatement({ id, node }: Statement): Compiled {
  const { sql, parameters } = compiler.compileQuery(node, { queryId: id });
  return { sql, places: parameters as Compiled['places'] }; // arguments alone
}
