import { expect, test } from 'vitest';
import { openPostgres } from '../../src/store/postgres/engine.ts';
import { spareStoresContract } from '../contract/spare-stores.ts';
import { borrowPostgresPlace, makeSparePostgres } from '../postgres/place.ts';
import { newConversation, visitorRow } from './rows.ts';

spareStoresContract('PostgreSQL', makeSparePostgres);

test('a place that is lent again is empty, and who was left there writes no more', async () => {
  const first = await borrowPostgresPlace();
  const open = () => openPostgres({ url: first.url, connections: 2, alone: false, onFailure: () => {} });
  const left = await open();
  await left.batch(visitorRow({ conversation: newConversation() }).steps);
  await first.query('begin');
  await first.query("insert into fact (name, value) values ('half', 'done')");
  await first.remove();
  const next = await borrowPostgresPlace();
  expect(next.schema).toBe(first.schema);
  expect(await next.query('select id from message')).toEqual([]);
  expect(await next.query('select name from fact')).toEqual([]);
  await left.close();
  await next.remove();
});
