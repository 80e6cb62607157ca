import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Step } from '../../src/ports/store.ts';

/** Statements that look at every row of a table, each with what makes that bearable. */
export const scanning: Readonly<Record<string, string>> = {
  'knock.resume': 'once a start, a row a visitor who was knocked at',
  'restart.openSchedules': 'once a start, a row a conversation at most that waits for a time',
};

/** Every statement of the store, and those of more files that only one engine has. */
export async function allStatements(ofEngine: readonly string[] = []): Promise<readonly Step['statement'][]> {
  const modules = await Promise.all(
    [...globSync('src/store/*.ts'), ...ofEngine].map(
      (file) => import(/* @vite-ignore */ resolve(file)) as Promise<Record<string, unknown>>,
    ),
  );
  return modules.flatMap((exports) => Object.values(exports)).flatMap(statementOf);
}

// What makes steps can be told from other functions only by calling it.
function statementOf(value: unknown): readonly Step['statement'][] {
  if (typeof value !== 'function' || value.length === 0) return [];
  try {
    const made: unknown = value({});
    const isStep = typeof made === 'object' && made !== null && 'statement' in made;
    return isStep ? [(made as Step).statement] : [];
  } catch {
    return [];
  }
}
