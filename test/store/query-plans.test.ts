import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { Argument, type Step } from '../../src/ports/store.ts';
import { compileStatement } from '../../src/store/sqlite/compile.ts';
import { useStoreFolder } from './folder.ts';

/** Statements that look at every row of a table, each with what makes that bearable. */
const scanning: Readonly<Record<string, string>> = {
  'knock.resume': 'once a start, a row a visitor who was knocked at',
  'lane.inFlight': 'once a start, unfinished rows only',
  'restart.openHelpdesks': 'once a start, unfinished rows only',
  'restart.promoteFirsts': 'once a start, unfinished rows only',
};

const tables =
  /^SCAN (?:conversation|message|seen|raw|binding|memory|lane|wake|pull|media|permit|media_id|knock|knock_budget|component|authorizer|counter|api|route|outage)\b/;
const folder = useStoreFolder();
let db: DatabaseSync | undefined;

afterEach(() => db?.close());

async function allStatements(): Promise<readonly Step['statement'][]> {
  const modules = await Promise.all(
    globSync('src/store/*.ts').map(
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

describe('no statement looks at every row of a table', () => {
  test('but those whose reason is known', async () => {
    await (await folder.open()).close();
    const opened = new DatabaseSync(folder.path);
    db = opened;
    const statements = await allStatements();
    expect(statements.length).toBeGreaterThan(50);
    const found = statements.filter((statement) => {
      const { sql, places } = compileStatement(statement);
      const plan = opened
        .prepare(`explain query plan ${sql}`)
        .all(...places.map((place) => (place instanceof Argument ? null : place)));
      return plan.some(({ detail }) => tables.test(String(detail)));
    });
    expect(found.map(({ id }) => id).sort()).toEqual(Object.keys(scanning).sort());
  });
});
