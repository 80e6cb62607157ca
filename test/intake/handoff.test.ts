import { describe, expect, test } from 'vitest';
import { openIntake } from './open-intake.ts';

const url = 'https://vendor.example/chat?ref=h1';

describe('a hand-off', () => {
  test('leads a browser to where the helpdesk says', async () => {
    const asked: string[] = [];
    const { ask } = await openIntake({
      adapter: {
        handoff: async (ref) => {
          asked.push(ref);
          return { url };
        },
      },
    });
    expect(await ask('GET', '/handoff/h1abc')).toMatchObject({
      status: 302,
      body: expect.stringContaining(url),
    });
    expect(asked).toEqual(['h1abc']);
  });

  test('tells a page of the merchant’s what it needs to go there itself', async () => {
    const { ask } = await openIntake({
      adapter: { handoff: async () => ({ url, page: { url, corpId: 'ww1' } }) },
    });
    const { status, type, body } = await ask('GET', '/handoff/h1abc');
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    expect(JSON.parse(body)).toEqual({ url, corpId: 'ww1' });
  });

  test('that no helpdesk knows is a 404 with an empty body', async () => {
    const { ask } = await openIntake({ adapter: { handoff: async () => undefined } });
    expect(await ask('GET', '/handoff/h1abc')).toEqual({ status: 404, type: null, body: '' });
  });
});
