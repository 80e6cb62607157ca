import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Step, Store } from '../../src/ports/store.ts';
import { readBack } from '../../src/store/history.ts';
import { type Migration, migrations } from '../../src/store/migrations/index.ts';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { queries, statement } from '../../src/store/statement.ts';
import { type MessageTable, NEVER } from '../../src/store/tables.ts';
import { claimForward, promoteNext } from '../../src/store/turns.ts';
import { openWorld, textOf } from '../relay/turns/world.ts';
import { HELPDESK, NOW, newConversation, run, settled, visitorRow } from '../store/rows.ts';
import { faultsOf } from '../structure/migration-rules.ts';
import { isOfThisPlace, makePostgresPlace, type PostgresPlace } from './place.ts';

/** What the next version might add. */
const added: Migration = {
  name: '998-next',
  up: ({ schema }) => [
    schema.alterTable('message').addColumn('mood', 'text', (c) => c.notNull().defaultTo('calm')),
    schema.alterTable('conversation').addColumn('nickname', 'text'),
    schema.createTable('visit').addColumn('id', 'text', (c) => c.primaryKey()),
    schema.createIndex('message_mood').on('message').columns(['mood', 'id']),
  ],
};
/** What the version after the next may take away: nobody uses it any more. */
const taken: Migration = {
  name: '999-after-next',
  needs: added.name,
  up: ({ schema }) => [schema.alterTable('conversation').dropColumn('nickname')],
};

let place: PostgresPlace;
const opened: Store[] = [];

beforeEach(async () => {
  place = await makePostgresPlace();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  await place.remove();
});

/** An instance of this version, or of one that has more migrations. */
async function openInstance(...more: readonly Migration[]): Promise<Store> {
  const store = await openPostgres({
    url: place.url,
    connections: 4,
    alone: false,
    migrations: [...migrations, ...more],
    onFailure: (cause) => {
      throw cause;
    },
  });
  opened.push(store);
  return store;
}

const setMood = statement<{ key: string; mood: string }>('test.upgrade.setMood', (arg) =>
  queries
    .updateTable('message')
    .set({ mood: arg('mood') } as never) // a column of the next version
    .where('id', '=', arg('key')),
);

/** What instances have done in one conversation. */
interface Course {
  readonly conversation: string;
  readonly pushed: Set<string>;
  /** In order: a row is taken once the one before it is settled. */
  readonly forwarded: string[];
}

/** Takes pushes and forwards them, until it is stopped. `more`: what only this instance's version knows. */
function startWork(store: Store, course: Course, more: (id: string) => readonly Step[] = () => []) {
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const { id, steps } = visitorRow({ conversation: course.conversation });
      await store.batch([...steps, ...more(id)]);
      course.pushed.add(id);
      await forwardNext(store, course);
    }
  };
  const ended = work();
  return async () => {
    isOver = true;
    await ended;
  };
}

async function forwardNext(store: Store, { conversation, forwarded }: Course): Promise<boolean> {
  const [row] = await run(store, claimForward({ conversation, helpdesk: HELPDESK, now: NOW }));
  if (!row) return false;
  forwarded.push(row.id);
  await store.batch([settled(row), promoteNext({ id: row.id, conversation, lane: 'forward', now: NOW })]);
  return true;
}

const newCourse = (): Course => ({ conversation: newConversation(), pushed: new Set(), forwarded: [] });
const rowsOf = async (store: Store, { conversation }: Course): Promise<readonly MessageTable[]> =>
  (await run(store, readBack({ conversation, before: NEVER, most: 9999 }))).toReversed();

/** Once so many more have been forwarded. */
async function goOn({ forwarded }: Course, more = 5): Promise<void> {
  const until = forwarded.length + more;
  await vi.waitFor(() => expect(forwarded.length).toBeGreaterThanOrEqual(until), { timeout: 20_000 });
}

test('the made-up migrations obey the rules', () => {
  expect(faultsOf([...migrations, added])).toEqual([]);
  expect(faultsOf([...migrations, added, taken])).toEqual([]);
});

describe('while a newer version takes the place of an older one', () => {
  test('both take pushes of one conversation and forward them, in order and once', async () => {
    const course = newCourse();
    const older = await openInstance();
    const stopOlder = startWork(older, course);
    await goOn(course);
    const newer = await openInstance(added);
    await goOn(course);
    const stopNewer = startWork(newer, course, (id) => [setMood({ key: id, mood: 'glad' }, 1)]);
    await goOn(course, 20);
    await Promise.all([stopOlder(), stopNewer()]);
    while (await forwardNext(newer, course));
    const rows = await rowsOf(newer, course);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => index + 1));
    expect(new Set(rows.map(({ id }) => id))).toEqual(course.pushed);
    expect(course.forwarded).toEqual(rows.map(({ id }) => id));
    const moods = rows.map((row) => (row as MessageTable & { readonly mood?: string }).mood);
    expect(new Set(moods)).toEqual(new Set(['calm', 'glad']));
  });

  test('an instance of the older one that dies starts again', async () => {
    await openInstance(added);
    const older = await openInstance();
    const { id, steps } = visitorRow({ conversation: newConversation() });
    await older.batch(steps);
    expect(await place.query('select id, mood from message')).toEqual([{ id, mood: 'calm' }]);
  });

  test('a backup that holds every table keeps nobody from starting', async () => {
    await openInstance();
    const tables = await place.query(
      'select tablename as name from pg_tables where schemaname = current_schema()',
    );
    await place.query('begin');
    await place.query(`lock table ${tables.map(({ name }) => name).join()} in access share mode`);
    const again = await openInstance();
    await again.batch(visitorRow({ conversation: newConversation() }).steps);
    await place.query('commit');
  });

  test('a store from before marks said what they need is taken over', async () => {
    await openInstance();
    await place.query('alter table migration drop column needs');
    await openInstance(added);
    expect(await place.query('select name from migration order by name desc limit 1')).toEqual([
      { name: added.name },
    ]);
  });

  test('three of the newer one that start together change the tables once', async () => {
    const course = newCourse();
    const stop = startWork(await openInstance(), course);
    const newer = await Promise.all([1, 2, 3].map(() => openInstance(added)));
    await goOn(course);
    await stop();
    await Promise.all(
      newer.map((store) => store.batch(visitorRow({ conversation: newConversation() }).steps)),
    );
    expect(await place.query('select count(*)::int as marks from migration')).toEqual([
      { marks: migrations.length + 1 },
    ]);
  });

  test('a table that somebody holds keeps the newer one waiting, and the older one at work', async () => {
    const older = await openInstance();
    await place.query('begin; lock table message in access share mode');
    let isOpen = false;
    const opening = openInstance(added).then(() => {
      isOpen = true;
    });
    const waiting = `select 1 from pg_locks where not granted and mode = 'AccessExclusiveLock' and ${isOfThisPlace}`;
    await vi.waitFor(async () => expect(await place.query(waiting)).not.toEqual([]), { timeout: 10_000 });
    const course = newCourse();
    const stop = startWork(older, course);
    await goOn(course);
    expect(isOpen).toBe(false);
    await place.query('commit');
    await opening;
    await goOn(course);
    await stop();
  });

  test('the relay of the older one goes on, and the newer one carries what it left', async () => {
    const store = await openInstance();
    const older = await openWorld({ openStore: () => store });
    await older.push('before');
    const newer = await openInstance(added);
    await older.push('meanwhile');
    expect(older.told.forwards.map(textOf)).toEqual(['before', 'meanwhile']);
    older.onForward(() => ({ outcome: 'later', code: 'busy', because: 'vendor' }));
    await older.push('left');
    await older.close();
    const world = await openWorld({ openStore: () => newer });
    await world.begin();
    await world.clock.advance(60_000);
    expect(world.told.forwards.map(textOf)).toEqual(['left']);
    await world.close();
  });
});

describe('two versions later', () => {
  test('what nobody uses is taken away, and the version before goes on', async () => {
    const before = await openInstance(added);
    const { steps } = visitorRow({ conversation: newConversation() });
    await openInstance(added, taken);
    await openInstance(added);
    expect(await place.query('select needs from migration where needs is not null')).toEqual([
      { needs: added.name },
    ]);
    await expect(before.batch(steps)).resolves.toBeDefined();
  });

  test('a version that still uses it is refused, and says why', async () => {
    await openInstance(added, taken);
    await expect(openInstance()).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: 'a newer version made this store (999-after-next): start that version',
    });
  });
});
