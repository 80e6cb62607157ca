import { globSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Argument, type Step } from '../../src/ports/store.ts';
import { compileStatement } from '../../src/store/postgres/compile.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { makePostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { allStatements, scanning } from './all-statements.ts';

let place: PostgresPlace;
/** Statements that only PostgreSQL knows, and that look at every row of a table. */
const scanningHere: Readonly<Record<string, string>> = { 'instance.lapsed': 'a row an instance' };

beforeAll(async () => {
  // What is known of tables that others have used before changes plans.
  place = await makePostgresPlace();
  const store = await openPostgres({ url: place.url, connections: 1, alone: true, onFailure: () => {} });
  await store.close();
  await place.query('set enable_seqscan = off'); // as the engine has it
});
afterAll(() => place.remove());

/** Of a send that several replies shared, all are looked for in their conversation. */
const walkingHere: Readonly<Record<string, string>> = {
  'message.sentWith': 'a send that did not arrive after all',
  'message.failSends': 'the same',
};

const ofPostgres = globSync('src/store/{leases/*,postgres/leases}.ts');

/** The ids of statements whose plan says so, in one line or in several. */
async function planned(says: RegExp, isMeant = (_: Step['statement']) => true): Promise<readonly string[]> {
  const found: string[] = [];
  for (const statement of (await allStatements(ofPostgres)).filter(isMeant)) {
    const plan = await place.query(`explain (generic_plan) ${compileStatement(statement).sql}`);
    if (says.test(plan.map((line) => line['QUERY PLAN']).join('\n'))) found.push(statement.id);
  }
  return found;
}

describe('no statement looks at every row of a table', () => {
  test('but those whose reason is known', async () => {
    const found = await planned(/Seq Scan/);
    expect(found.filter((id) => !(id in scanning || id in scanningHere))).toEqual([]);
  });
});

describe('what is named by its id is found by its id', () => {
  test('whatever is known of the table', async () => {
    const found = await planned(/Filter: .*\bid = /);
    expect(found.filter((id) => !(id in walkingHere))).toEqual([]);
  });
});

/** They go along the times of all, a page at a time. */
const alongTimes = new Set(['lane.dueWakes', 'lane.duePulls', 'knock.due']);

describe('what is asked of one conversation', () => {
  const plannedOfOne = (says: RegExp) =>
    planned(says, (statement) =>
      compileStatement(statement).places.some(
        (argument) => argument instanceof Argument && argument.name === 'conversation',
      ),
    );
  const alongOthers = async () =>
    (await plannedOfOne(/Index Cond: .*\bdue [<>]/)).filter((id) => !alongTimes.has(id));

  test('is not looked for along the times of all', async () => {
    expect(await alongOthers()).toEqual([]);
  });

  test('nor where little waits, and much may wait soon', async () => {
    await place.query(`insert into wake (helpdesk, conversation, name, due, first_due, attempts)
      select 'shop/main', 'c_' || i, 'w', i, i, 0 from generate_series(1, 20) as i`);
    await place.query('analyze wake');
    expect(await alongOthers()).toEqual([]);
  });

  test('is not looked for in its whole history if it is open', async () => {
    const inHistory = /message_of_conversation\b.*\n *Index Cond: .*\n *Filter: .*finished_at IS NULL/;
    expect(await plannedOfOne(inHistory)).toEqual([]);
  });
});
