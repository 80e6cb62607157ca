import {
  type Compilable,
  DummyDriver,
  Kysely,
  type OperationNodeSource,
  type RawBuilder,
  type RootOperationNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { BridgeError } from '../ports/errors.ts';
import { Argument, type SqlValue, type Statement, type Step } from '../ports/store.ts';
import type { Tables } from './tables.ts';

/** Builds queries only; engines compile and run them. The dialect named here has no part in what is built. */
export const queries = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

const known = new Set<string>();

type Arguments = Readonly<Record<string, SqlValue>>;
/** Stands for an argument of a statement, by its name. */
export type ArgumentOf<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name];

/** Makes steps of one statement. */
export interface StepMaker<Args, Row> {
  (args: Args, expect?: number): Step<Row>;
  /** Whether a step is of this statement. */
  made(step: Step): boolean;
}

/**
 * Builds a query once, and returns what makes steps of it. `build` is given a function that stands for each argument by
 * its name.
 */
export function statement<Args extends Arguments, Row = unknown>(
  id: string,
  build: (argument: ArgumentOf<Args>) => (Compilable<Row> & OperationNodeSource) | RawBuilder<Row>,
): StepMaker<Args, Row> {
  // The marker stands where the value will: Kysely only carries it to the compiled query's parameters.
  const argument = ((name: string) => new Argument(name)) as unknown as ArgumentOf<Args>;
  if (known.has(id)) throw new BridgeError('bug', `expected the statement ${id} to be defined once`);
  known.add(id);
  const node = build(argument).toOperationNode() as RootOperationNode; // whatever compiles has a root node
  const built: Statement<Row> = { id, node };
  const make = (args: Args, expect?: number): Step<Row> =>
    expect === undefined ? { statement: built, args } : { statement: built, args, expect };
  return Object.assign(make, { made: (step: Step) => step.statement === built });
}
