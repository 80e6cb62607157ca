import { describe, expect, test } from 'vitest';
import { openIntake } from './open-intake.ts';

describe('a path', () => {
  test.each([
    ['GET', '/WECHAT/shop'],
    ['POST', '/wechat/shop/'],
    ['HEAD', '/wechat/shop'],
    ['PUT', '/wechat/shop'],
    ['POST', '/callback/shop/main/'],
    ['POST', '/Callback/shop/main'],
    ['POST', '/callback/shop/constructor'],
    ['GET', '/wechat/__proto__'],
    ['GET', '/handoff/'],
  ])('is taken to the letter: %s %s is a 404 with an empty body', async (method, path) => {
    const { ask } = await openIntake();
    expect(await ask(method, path)).toEqual({ status: 404, type: null, body: '' });
  });

  test.each([
    ['GET', '/wechat/shop'],
    ['POST', '/wechat/shop'],
  ])(
    'of pushes is asked: %s %s reaches the channel, which refuses what is not proved',
    async (method, path) => {
      const { ask } = await openIntake();
      expect(await ask(method, path)).toEqual({ status: 403, type: null, body: '' });
    },
  );
});

describe('a push to a tenant whom nobody knows', () => {
  test('is a 404, and leaves a line once a minute', async () => {
    const { ask, linesOf, world } = await openIntake();
    for (const tenant of ['shpo', 'other', 'shpo']) {
      expect(await ask('POST', `/wechat/${tenant}`)).toEqual({ status: 404, type: null, body: '' });
    }
    expect(linesOf('push.refused')).toEqual(['push.refused {"tenant":"shpo","step":"tenant"}']);
    await world.clock.advance(59_999);
    await ask('POST', '/wechat/other');
    expect(linesOf('push.refused')).toHaveLength(1);
    await world.clock.advance(1);
    await ask('POST', '/wechat/other');
    expect(linesOf('push.refused')).toHaveLength(2);
  });

  test('leaves no more of its path than a name can have', async () => {
    const { ask, linesOf } = await openIntake();
    await ask('POST', `/wechat/${encodeURIComponent(`a\n"${'b'.repeat(200)}`)}`);
    expect(linesOf('push.refused')).toEqual([`push.refused {"tenant":"a${'b'.repeat(61)}","step":"tenant"}`]);
  });
});
