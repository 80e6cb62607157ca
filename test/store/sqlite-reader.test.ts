import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { readOn } from '../../src/store/history.ts';
import { readMessage } from '../../src/store/messages.ts';
import { keepRaw } from '../../src/store/raws.ts';
import { openSqliteReader } from '../../src/store/sqlite/reader.ts';
import { useStoreFolder } from './folder.ts';
import { fill, newConversation, run, visitorRow } from './rows.ts';

const folder = useStoreFolder();
const raw = { id: 'a_1', tenant: 'shop', source: 'wechat', at: 0, problem: null, request: '{}' };

describe('a reader', () => {
  test('runs the same statements, and gives the same rows', async () => {
    const store = await folder.open();
    const conversation = newConversation();
    await fill(store, 'forward', { conversation, count: 3 });
    const reader = openSqliteReader(folder.path);
    const page = readOn({ conversation, after: 1, most: 9 });
    expect(reader.read(page)).toStrictEqual(await run(store, page));
    expect(reader.read(page)).toHaveLength(2);
    reader.close();
  });

  test('sees each commit, and nothing that is not committed', async () => {
    const store = await folder.open();
    const conversation = newConversation();
    const reader = openSqliteReader(folder.path);
    const all = () => reader.read(readOn({ conversation, after: 0, most: 9 })).length;
    await fill(store, 'forward', { conversation, count: 1 });
    expect(all()).toBe(1);
    const writer = new DatabaseSync(folder.path);
    writer.exec('begin immediate; delete from message');
    expect(all()).toBe(1);
    writer.exec('commit');
    writer.close();
    expect(all()).toBe(0);
    reader.close();
  });

  test('holds up no writer, however long it reads', async () => {
    const store = await folder.open();
    const conversation = newConversation();
    await fill(store, 'forward', { conversation, count: 1 });
    const long = new DatabaseSync(folder.path, { readOnly: true });
    long.exec('begin; select * from message');
    await store.batch(visitorRow({ conversation }).steps);
    const reader = openSqliteReader(folder.path);
    expect(reader.read(readOn({ conversation, after: 0, most: 9 }))).toHaveLength(2);
    expect(long.prepare('select id from message').all()).toHaveLength(1);
    reader.close();
    long.close();
  });

  test('reads a store that nobody has open', async () => {
    const store = await folder.open();
    const { id, steps } = visitorRow({ conversation: newConversation() });
    await store.batch(steps);
    await store.close();
    const reader = openSqliteReader(folder.path);
    expect(reader.read(readMessage({ id }))).toMatchObject([{ id }]);
    reader.close();
  });

  test('writes nothing', async () => {
    await folder.open();
    const reader = openSqliteReader(folder.path);
    expect(() => reader.read(keepRaw(raw))).toThrow(expect.objectContaining({ code: 'storeUnavailable' }));
    reader.close();
  });

  test('is refused where there is no store, and makes none', () => {
    const opens = () => openSqliteReader(folder.path);
    expect(opens).toThrow(expect.objectContaining({ code: 'storeUnavailable' }));
    expect(opens).toThrow(expect.objectContaining({ code: 'storeUnavailable' }));
  });
});
