import { describe, expect, test } from 'vitest';
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
});
