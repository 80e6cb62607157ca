import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { Argument } from '../../src/ports/store.ts';
import { compileStatement } from '../../src/store/sqlite/compile.ts';
import { allStatements, scanning } from './all-statements.ts';
import { useStoreFolder } from './folder.ts';

const tables =
  /^SCAN (?:conversation|message|seen|raw|binding|memory|lane|wake|pull|media|media_file|media_piece|permit|media_id|knock|knock_budget|component|authorizer|counter|api|route|outage|cache)\b/;
const folder = useStoreFolder();
let db: DatabaseSync | undefined;

afterEach(() => db?.close());

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
