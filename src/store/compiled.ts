import { BridgeError } from '../ports/errors.ts';
import { Argument, type SqlValue, type Step } from '../ports/store.ts';

/** A statement in an engine's words, and what stands at each of its places. */
export interface Compiled {
  readonly sql: string;
  readonly places: readonly (Argument | SqlValue)[];
}

/** The values of a step in the order of its places. A value that another engine would not keep as it is, is a bug. */
export function valuesOf(compiled: Compiled, step: Step): readonly SqlValue[] {
  const values: SqlValue[] = [];
  addValues(values, compiled, step);
  return values;
}

/** The same, behind the values of other steps. */
export function addValues(values: SqlValue[], { places }: Compiled, step: Step): void {
  for (const place of places) values.push(place instanceof Argument ? argumentOf(step, place) : place);
}

function argumentOf({ args, statement }: Step, { name }: Argument): SqlValue {
  const value = args[name];
  if (isKept(value)) return value;
  const got = value === undefined ? 'nothing' : `a ${typeof value} that is none of them`;
  throw new BridgeError(
    'bug',
    `expected the argument ${name} of ${statement.id} to be text, bytes, a whole number or null, got ${got}`,
  );
}

function isKept(value: SqlValue | undefined): value is SqlValue {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return value === null || typeof value === 'string' || value instanceof Uint8Array;
}
