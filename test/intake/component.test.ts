import { describe, expect, test } from 'vitest';
import type { Component } from '../../src/agency/component.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import { openIntake } from './open-intake.ts';

const unused = async (): Promise<never> => {
  throw new Error('never asked');
};

/** A component that proves everything; `change` says otherwise. */
function madeUp(change: Partial<Component> = {}): ReadonlyMap<string, Component> {
  const component: Component = {
    name: 'agency',
    settings: { answerBudgetMs: 4000 } as Component['settings'],
    pushKeys: { appid: '', mode: 'safe', tokens: [], encodingAESKeys: [] },
    begin: unused,
    readEvent: () => ({ kind: 'ticket', key: 'k', at: 1, ticket: 't' }),
    takeEvent: async () => {},
    tokensOf: () => ({ get: unused, replace: unused, force: unused }),
    makeLinks: unused,
    publishingCheck: () => undefined,
    describe: unused,
    stop: unused,
    ...change,
  };
  return new Map([['agency', component]]);
}

const events = '/component/agency/events';
const notFound = { status: 404, type: null, body: '' };

describe('an authorisation event', () => {
  test('is answered with exactly success once it is written down', async () => {
    const { ask } = await openIntake({}, madeUp());
    expect(await ask('POST', events)).toMatchObject({ status: 200, body: 'success' });
  });

  test('that is not proved is refused, and nothing is written down', async () => {
    const readEvent = () => ({ kind: 'refused', status: 403, step: 'padding' }) as const;
    const { ask, linesOf } = await openIntake({}, madeUp({ readEvent, takeEvent: unused }));
    expect(await ask('POST', events)).toEqual({ status: 403, type: null, body: '' });
    expect(linesOf('component.refused')).toEqual([
      'component.refused {"component":"agency","step":"padding"}',
    ]);
  });

  test('that the store does not take gets no answer', async () => {
    const takeEvent = () => Promise.reject(new BridgeError('storeUnavailable', 'the disk is full'));
    const { ask, world, linesOf } = await openIntake({}, madeUp({ takeEvent }));
    const asked = expect(ask('POST', events)).rejects.toThrow('fetch failed');
    await expect.poll(() => world.clock.timers().length, { timeout: 10_000 }).toBeGreaterThan(1);
    await world.clock.advance(4000);
    await asked;
    expect(linesOf('component.unanswered')).toHaveLength(1);
  });
});

describe('a path of a component', () => {
  test.each([
    ['GET', events],
    ['HEAD', events],
    ['PUT', events],
    ['POST', `${events}/`],
    ['POST', '/component/agency'],
    ['POST', '/component/agency/'],
    ['POST', '/component/nobody/events'],
    ['POST', '/component/__proto__/events'],
    ['POST', '/Component/agency/events'],
    ['GET', '/component/agency/authorize'],
  ])('is taken to the letter: %s %s is a 404 with an empty body', async (method, path) => {
    const { ask } = await openIntake({}, madeUp());
    expect(await ask(method, path)).toEqual(notFound);
  });
});

describe('a push of an account that no tenant has', () => {
  test('is a 404, and leaves a line once a minute', async () => {
    const { ask, linesOf, world } = await openIntake({}, madeUp());
    for (const appid of ['wx1', 'wx2', 'wx1'])
      expect(await ask('POST', `/component/agency/${appid}`)).toEqual(notFound);
    const line = 'push.refused {"component":"agency","authorizer":"wx1","step":"tenant"}';
    expect(linesOf('push.refused')).toEqual([line]);
    await world.clock.advance(60_000);
    await ask('POST', '/component/agency/wx1');
    expect(linesOf('push.refused')).toEqual([line, line]);
  });

  test('is answered where WeChat checks the component, and more is done after the answer', async () => {
    const done: string[] = [];
    const publishingCheck = () => ({
      type: 'text/plain',
      body: '',
      after: async () => {
        done.push('sent');
      },
    });
    const { ask } = await openIntake({}, madeUp({ publishingCheck }));
    expect(await ask('POST', '/component/agency/wx570bc396a51b8ff8')).toMatchObject({
      status: 200,
      body: '',
    });
    await expect.poll(() => done, { timeout: 10_000 }).toEqual(['sent']);
  });
});
