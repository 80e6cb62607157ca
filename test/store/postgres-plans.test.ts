import { globSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileStatement } from '../../src/store/postgres/compile.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { borrowPostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { allStatements, scanning } from './all-statements.ts';

let place: PostgresPlace;
/** Statements that only PostgreSQL knows, and that look at every row of a table. */
const scanningHere: Readonly<Record<string, string>> = { 'instance.lapsed': 'a row an instance' };

beforeAll(async () => {
  place = await borrowPostgresPlace();
  const store = await openPostgres({ url: place.url, connections: 1, alone: true, onFailure: () => {} });
  await store.close();
  await place.query('set enable_seqscan = off'); // as the engine has it
});
afterAll(() => place.remove());

describe('no statement looks at every row of a table', () => {
  test('but those whose reason is known', async () => {
    const found: string[] = [];
    const ofPostgres = globSync('src/store/{leases/*,postgres/leases}.ts');
    for (const statement of await allStatements(ofPostgres)) {
      const plan = await place.query(`explain (generic_plan) ${compileStatement(statement).sql}`);
      const isScan = plan.some((line) => String(line['QUERY PLAN']).includes('Seq Scan'));
      if (isScan) found.push(statement.id);
    }
    expect(found.filter((id) => !(id in scanning || id in scanningHere))).toEqual([]);
  });
});
