import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { MessageTable } from '../../src/store/tables.ts';
import { newConversation, run, visitorRow } from './rows.ts';
import { makeSpareSqlite } from './spare-sqlite.ts';
import { giveBackStore, openSpareStore } from './spare-stores.ts';

const place = mkdtempSync(join(tmpdir(), 'kefu-spare-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const make = (onFailure: () => void) => makeSpareSqlite(place, onFailure);
const open = (folder: string) => openSpareStore(make, folder, () => {});
const everyMessage = statement<Record<string, never>, Pick<MessageTable, 'id'>>('spare.messages', () =>
  queries.selectFrom('message').select('id'),
);
const messages = async (store: Store) => (await run(store, everyMessage({}))).length;
const write = (store: Store) => store.batch(visitorRow({ conversation: newConversation() }).steps);

test('a store that is opened again has what was written, and one that was given back has nothing', async () => {
  const first = await open('one');
  await write(first);
  await first.close();
  const again = await open('one');
  expect(await messages(again)).toBe(1);
  await again.close();
  await giveBackStore('one');
  const next = await open('two');
  expect(await messages(next)).toBe(0);
  await write(next);
  expect(await messages(next)).toBe(1);
  await next.close();
  await giveBackStore('two');
});

test('a store that is closed finishes what it has begun, and takes nothing more', async () => {
  const store = await open('three');
  const begun = write(store);
  const closed = store.close();
  await expect(write(store)).rejects.toMatchObject({ code: 'storeUnavailable' });
  await closed;
  await expect(begun).resolves.toBeDefined();
  await giveBackStore('three');
});

test('a store that somebody has open is nobody else’s', async () => {
  const store = await open('four');
  await expect(open('four')).rejects.toMatchObject({ code: 'storeUnavailable' });
  await store.close();
  await giveBackStore('four');
});
