import {
  type FunctionNode,
  type QueryId,
  type RootOperationNode,
  SqliteQueryCompiler,
  type TableNode,
} from 'kysely';
import { Argument, type Statement } from '../../ports/store.ts';
import type { Compiled } from '../compiled.ts';
import { DATABASE_NOW } from '../database-time.ts';
import { EVERY_MESSAGE } from '../every-message.ts';

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

  /** What the query asks of it goes into both halves, and each has an index for that. */
  protected override visitTable(node: TableNode): void {
    if (node.table.identifier.name === EVERY_MESSAGE) {
      const half = 'select * from message where finished_at is';
      this.append(`(${half} not null union all ${half} null)`);
    } else super.visitTable(node);
  }
}

const compiler = new StatementCompiler();

export function compileStatement({ id, node }: Statement): Compiled {
  const { sql, parameters } = compiler.compileQuery(node, { queryId: id });
  return { sql, places: parameters as Compiled['places'] }; // arguments alone
}
