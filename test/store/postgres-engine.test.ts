import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { readMemory } from '../../src/store/memories.ts';
import { readMessage } from '../../src/store/messages.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { createPool } from '../../src/store/postgres/connect.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { runBatch } from '../../src/store/postgres/run-batch.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { rawsAfter } from '../../src/store/retention.ts';
import { statement } from '../../src/store/statement.ts';
import { type Line, openLine } from '../postgres/line.ts';
import { isOfThisPlace, makePostgresPlace, type PostgresPlace } from '../postgres/place.ts';
import { newConversation, run, visitorRow } from './rows.ts';

let place: PostgresPlace;
const opened: Store[] = [];
const lines: Line[] = [];
const failures: unknown[] = [];

beforeEach(async () => {
  place = await makePostgresPlace();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await Promise.all(lines.splice(0).map((line) => line.close()));
  await place.remove();
  failures.length = 0;
});

async function open({ url = place.url, alone = true } = {}): Promise<Store> {
  const store = await openPostgres({
    url,
    alone,
    connections: 4,
    onFailure: (cause) => failures.push(cause),
  });
  opened.push(store);
  return store;
}

async function openOverLine(): Promise<{ readonly store: Store; readonly line: Line }> {
  const line = await openLine(place.url);
  lines.push(line);
  return { line, store: await open({ url: line.url }) };
}

const raw = (id: string) =>
  keepRaw({ id, tenant: 'shop', source: 'wechat', at: 0, problem: null, request: '{}' }, 1);
const rawIds = async (store: Store) =>
  (await run(store, rawsAfter({ after: '', most: 99 }))).map(({ id }) => id);
const nowhere = statement('test.pg.nowhere', () => sql`insert into nowhere (id) values (1)`);
const asNumber = statement<{ text: string }>(
  'test.pg.asNumber',
  (arg) => sql`update raw set at = cast(cast(${arg('text')} as text) as bigint)`,
);
const settingOf = statement<{ setting: string }, { value: string }>(
  'test.pg.setting',
  (arg) => sql<{ value: string }>`select current_setting(${arg('setting')}) as value`,
);
const touch = statement<{ key: string; at: number }>(
  'test.pg.touch',
  (arg) => sql`update raw set at = ${arg('at')} where id = ${arg('key')}`,
);

describe('a second bridge on the same database', () => {
  test('is refused, and welcome once the first has closed', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({ code: 'storeLocked' });
    expect(failures).toEqual([]);
    await first.close();
    await (await open()).batch([raw('a_1')]);
  });

  test('is welcome in another schema', async () => {
    const other = await makePostgresPlace();
    const [one, two] = [await open(), await open({ url: other.url })];
    await one.batch([raw('a_1')]);
    expect(await rawIds(two)).toEqual([]);
    await two.close();
    await other.remove();
  });

  test('that came while the line of the first was cut ends the first', async () => {
    const { store, line } = await openOverLine();
    await line.cut();
    // The server has to see that the first is gone.
    const second = await vi.waitFor(() => open(), { timeout: 5000 });
    await line.mend();
    await second.batch([raw('a_1')]);
    await second.close();
    await vi.waitFor(() => expect(failures).toMatchObject([{ code: 'storeLocked' }]), { timeout: 5000 });
    await expect(store.batch([raw('a_2')])).rejects.toMatchObject({ code: 'storeUnavailable' });
  });
});

describe('instances that start together on an empty database', () => {
  test('make the tables once', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => open({ alone: false })));
    await Promise.all(stores.map((store, index) => store.batch([raw(`a_${index}`)])));
    expect(await place.query('select name from migration order by name')).toEqual(
      migrations.map(({ name }) => ({ name })),
    );
  });
});

describe('a database that went away and came back', () => {
  test('is taken up again: nothing in between is lost unsaid, and the lock is held as before', async () => {
    const { store, line } = await openOverLine();
    await store.batch([raw('a_1')]);
    await line.cut();
    await expect(store.batch([raw('a_2')])).rejects.toMatchObject({ code: 'storeUnavailable' });
    await line.mend();
    await vi.waitFor(() => store.batch([raw('a_3')]), { timeout: 5000 });
    // The lock may have been lost a moment later than the rest.
    const kept = await vi.waitFor(() => rawIds(store), { timeout: 5000 });
    expect(kept).toEqual(['a_1', 'a_3']);
    await expect(open()).rejects.toMatchObject({ code: 'storeLocked' });
    expect(failures).toEqual([]);
  });

  test('may have ended every connection at once', async () => {
    const url = new URL(place.url);
    url.searchParams.set('application_name', 'to-be-ended');
    const store = await open({ url: url.href });
    await Promise.all([1, 2, 3, 4].map((number) => store.batch([raw(`a_${number}`)])));
    const end = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1';
    expect((await place.query(end, ['to-be-ended'])).length).toBeGreaterThan(1);
    await vi.waitFor(() => store.batch([raw('a_5')]), { timeout: 5000 });
    expect(await vi.waitFor(() => rawIds(store), { timeout: 5000 })).toHaveLength(5);
    expect(failures).toEqual([]);
  });
});

test('a database that says nothing any more holds up no close', async () => {
  const { store, line } = await openOverLine();
  await store.batch([raw('a_1')]);
  line.stall();
  const lost = Promise.allSettled([store.batch([raw('a_2')])]);
  const startedAt = performance.now();
  await store.close();
  expect(performance.now() - startedAt).toBeLessThan(6000);
  await line.cut();
  expect(await lost).toMatchObject([{ status: 'rejected', reason: { code: 'storeUnavailable' } }]);
});

describe('a database that cannot be used', () => {
  test('because nobody listens: the message has no password', async () => {
    const url = 'postgres://bridge:sesame@127.0.0.1:1/kefu';
    const error = await open({ url }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('sesame');
  });

  test('because it is not there', async () => {
    const url = new URL(place.url);
    url.pathname = '/absent';
    await expect(open({ url: url.href })).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('does not exist'),
    });
  });

  test('because a newer version took away what this one uses', async () => {
    await (await open()).close();
    await place.query(`insert into migration (name, at, needs) values ('999-later', 0, '998-next')`);
    await expect(open()).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('999-later'),
    });
  });

  test.each([
    ['CockroachDB', 'CockroachDB CCL v25.2.1 (x86_64-pc-linux-gnu, built 2025/06/05)'],
    ['openGauss', '(openGauss 6.0.0 build aee4abd5) compiled at 2024-09-29 on x86_64-unknown-linux-gnu'],
  ])('because it is %s', async (name, version) => {
    await place.query(
      `create function version() returns text language sql as $$ select '${version}'::text $$`,
    );
    const url = new URL(place.url);
    url.searchParams.set('options', `-c search_path=${place.schema},pg_catalog`); // ours comes before the system's
    await expect(open({ url: url.href })).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining(`expected PostgreSQL, got ${name}`),
    });
    expect(await place.query(`select 1 from pg_tables where schemaname = '${place.schema}'`)).toEqual([]);
  });

  test('because its tables are another program’s: they stay as they are', async () => {
    await place.query('create table conversation (own text)');
    await expect(open()).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('001-initial'),
    });
    expect(await place.query('select name from migration')).toEqual([]);
  });
});

describe('a batch', () => {
  test('is written to the connection in one piece, but for its commit where a step may miss', async () => {
    const pool = createPool(place.url, 1);
    const client = await pool.connect();
    const { stream } = client.connection;
    const write = vi.spyOn(stream, '_write');
    const writeAll = vi.spyOn(stream as Required<typeof stream>, '_writev');
    const pieces = () => write.mock.calls.length + writeAll.mock.calls.length;
    const step = (expect: number) => ({ name: '', text: 'select $1::text', values: ['x'], expect });
    try {
      await runBatch(client, { steps: [step(-1), step(-1), step(-1)], reads: false, names: ['x'] });
      expect(pieces()).toBe(1);
      await runBatch(client, { steps: [step(1), step(1), step(1)], reads: false, names: ['x'] });
      expect(pieces()).toBe(3);
    } finally {
      client.release();
      await pool.end();
    }
  });

  test('that asks for what is not there fails alone, and every time', async () => {
    const store = await open();
    const ends = await Promise.allSettled([
      store.batch([raw('a_1')]),
      store.batch([raw('a_2'), nowhere({})]),
      store.batch([raw('a_3')]),
    ]);
    expect(ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'bug', message: expect.stringContaining('nowhere') } },
      { status: 'fulfilled' },
    ]);
    await expect(store.batch([nowhere({})])).rejects.toMatchObject({ code: 'bug' });
    expect(await rawIds(store)).toEqual(['a_1', 'a_3']);
  });

  test('that fails tells no value', async () => {
    const store = await open();
    await store.batch([raw('a_1')]);
    const error = await store.batch([asNumber({ text: '我的密码' })]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bug' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('我的密码');
  });

  test('takes the one character that PostgreSQL does not, for another, wherever it stands', async () => {
    const store = await open();
    await store.batch([raw('a_\0')]);
    await expect(store.batch([raw('a_\0')])).rejects.toMatchObject({ code: 'bug' }); // it is there
    expect(await rawIds(store)).toEqual(['a_\uFFFD']);
    await store.batch([touch({ key: 'a_\0', at: 7 }, 1)]);
  });

  test('that looks at what a helpdesk remembers waits for nobody who has it', async () => {
    const store = await open();
    const helpdesk = 'shop/main';
    await place.query('begin');
    await place.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [helpdesk]);
    await store.batch([raw('a_1'), readMemory({ helpdesk, conversation: '' })]);
    expect(await rawIds(store)).toEqual(['a_1']);
    await place.query('rollback');
  });

  test('that a deadlock undid is tried again', async () => {
    const store = await open();
    await store.batch([raw('a_1'), raw('a_2')]);
    await place.query(`set deadlock_timeout = '1min'`); // the batch looks for one first
    await place.query('begin');
    await place.query(`update raw set at = 1 where id = 'a_2'`);
    const both = store.batch([touch({ key: 'a_1', at: 2 }, 1), touch({ key: 'a_2', at: 2 }, 1)]);
    const waiting = `select 1 from pg_locks where not granted and locktype = 'transactionid' and ${isOfThisPlace}`;
    await vi.waitFor(async () => expect(await place.query(waiting)).not.toEqual([]), { timeout: 5000 });
    await place.query(`update raw set at = 1 where id = 'a_1'`);
    await place.query('commit');
    await both;
    expect(await place.query('select id, at from raw order by id')).toMatchObject([{ at: '2' }, { at: '2' }]);
  });

  test('goes on when another version has changed the tables under it', async () => {
    const store = await open();
    const { id, steps } = visitorRow({ conversation: newConversation() });
    await store.batch(steps);
    await run(store, readMessage({ id }));
    await place.query('alter table message add column later text');
    await expect(run(store, readMessage({ id }))).resolves.toMatchObject([{ id, later: null }]);
  });
});

describe('a connection', () => {
  test.each([
    ['synchronous_commit', 'on'],
    ['idle_in_transaction_session_timeout', '3s'],
    ['statement_timeout', '10s'],
  ])('has the setting %s, whatever the database says: %s', async (setting, value) => {
    const url = new URL(place.url);
    const options = url.searchParams.get('options');
    url.searchParams.set('options', `${options} -c synchronous_commit=off`);
    const store = await open({ url: url.href });
    expect(await run(store, settingOf({ setting }))).toEqual([{ value }]);
  });

  test('plans a statement once, whatever it is asked', async () => {
    const pool = createPool(place.url, 1);
    const client = await pool.connect();
    try {
      for (const value of ['a', 'b', 'c', 'd', 'e', 'f']) {
        await client.query({ name: 'ask', text: 'select $1::text', values: [value] });
      }
      const { rows } = await client.query('select generic_plans, custom_plans from pg_prepared_statements');
      expect(rows).toEqual([{ generic_plans: 6, custom_plans: 0 }]);
    } finally {
      client.release();
      await pool.end();
    }
  });
});
