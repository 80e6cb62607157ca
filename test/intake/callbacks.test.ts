import { describe, expect, test } from 'vitest';
import { rawsAfter } from '../../src/store/retention.ts';
import { openIntake } from './open-intake.ts';

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
