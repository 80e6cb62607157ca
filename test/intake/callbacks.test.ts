import { describe, expect, test } from 'vitest';
import { rawsAfter } from '../../src/store/retention.ts';
import { queries, statement } from '../../src/store/statement.ts';
import type { RawTable } from '../../src/store/tables.ts';
import { openIntake } from './open-intake.ts';

const readRaws = statement<Record<string, never>, Pick<RawTable, 'request'>>('test.intake.raws', () =>
  queries.selectFrom('raw').select('request'),
);

describe('the answer to a callback', () => {
  test('goes out as the adapter wrote it, also where it is a 404', async () => {
    const answer = { status: 404, type: 'application/json', body: '{"code":404}' };
    const { ask } = await openIntake({
      adapter: { readCallback: () => ({ kind: 'refused', reason: 'unknown', answer }) },
    });
    expect(await ask('POST', '/callback/shop/main')).toEqual(answer);
  });

  test('is an empty 404 where the helpdesk has no callbacks', async () => {
    const { ask } = await openIntake();
    expect(await ask('POST', '/callback/shop/main')).toEqual({ status: 404, type: null, body: '' });
  });

  test('is the adapter’s “busy” where it cannot even look: the vendor brings it again, and a copy is kept', async () => {
    const busy = { status: 503, type: 'application/json', body: '{"code":500}' };
    const { ask, world, linesOf } = await openIntake({
      adapter: {
        busy,
        readCallback: () => {
          throw new TypeError('a fault');
        },
      },
    });
    expect(await ask('POST', '/callback/shop/main')).toEqual(busy);
    expect(linesOf('adapter.threw')).toEqual([expect.stringContaining('"hook":"readCallback"')]);
    expect(linesOf('callback.unreadable')).toEqual([expect.stringContaining('the adapter threw')]);
    const [raws] = await world.bridge.store.batch([rawsAfter({ after: '', most: 10 })]);
    expect(raws).toHaveLength(1);
  });
});

test('the copy of a callback has its query as it came', async () => {
  const { ask, world } = await openIntake({
    adapter: {
      readCallback: () => ({ kind: 'unreadable', reason: 'no', answer: { status: 200, body: '' } }),
    },
  });
  await ask('POST', '/callback/shop/main?a=%7e+b&sign=AB%2fC&a');
  const [[raw]] = await world.bridge.store.batch([readRaws({})]);
  expect(JSON.parse(raw?.request ?? '')).toMatchObject({ query: 'a=%7e+b&sign=AB%2fC&a' });
});
