import { afterEach, describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../../src/ports/channel.ts';
import { agentSays, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const never = new Promise<never>(() => {});
const sent = () => world.told.sends.map(textOf);
const states = async () =>
  (await world.messages())
    .filter(({ lane }) => lane === 'reply')
    .map(({ vendor_id, state, code }) => [vendor_id, state, code]);

/** A world in which two lines of an agent are under way as one send, and the first is taken back. */
async function recallUnderWay(change: object = {}) {
  const notes: string[] = [];
  const note = async (text: string) => {
    notes.push(text);
    return { outcome: 'accepted' } as const;
  };
  world = await openWorld({ adapter: { note }, ...change });
  const answer = Promise.withResolvers<SendOutcome>();
  let calls = 0;
  world.onSend(() => {
    calls += 1;
    return calls === 1 ? answer.promise : { outcome: 'accepted' };
  });
  await world.push('hello');
  await world.callback(agentSays('first', { vendorId: 'v1' }), agentSays('second', { vendorId: 'v2' }));
  expect(sent()).toEqual(['first\nsecond']);
  await world.callback({ kind: 'recalled', keys: ['r1'], visitor, at: start, vendorId: 'v1' });
  return {
    notes,
    async says(outcome: SendOutcome) {
      answer.resolve(outcome);
      await world.clock.settle();
      await world.clock.advance(60_000);
    },
  };
}

describe('a reply that is taken back while it is under way', () => {
  test.each<[string, SendOutcome]>([
    ['WeChat is busy', { outcome: 'later', code: '-1', because: 'vendor' }],
    ['nobody knows', { outcome: 'unknown', code: 'cut' }],
    ['the account is stopped', { outcome: 'pause', code: '45011', untilMs: start + 30_000 }],
    ['another step is to follow', { outcome: 'more', progress: 1 }],
    ['the visitor has acted since', { outcome: 'held', code: '45047', because: 'allowance' }],
    ['the two are refused together', { outcome: 'refused', code: '87014' }],
  ])('is not sent again where %s, and its neighbour is', async (_why, outcome) => {
    const scene = await recallUnderWay();
    if (outcome.outcome === 'held') await world.push('still there');
    await scene.says(outcome);
    expect(sent()).toEqual(['first\nsecond', 'second']);
    expect(await states()).toEqual([
      ['v1', 'dropped', 'recalled'],
      ['v2', 'sent', null],
    ]);
  });

  test('and is held: its neighbour waits for the visitor, alone', async () => {
    const scene = await recallUnderWay();
    await scene.says({ outcome: 'held', code: '45015', because: 'window' });
    expect(await states()).toEqual([
      ['v1', 'dropped', 'recalled'],
      ['v2', 'held', 'window'],
    ]);
  });

  test('went out all the same: it is sent, and the agent is told', async () => {
    const scene = await recallUnderWay();
    await scene.says({ outcome: 'accepted' });
    expect(await states()).toEqual([
      ['v1', 'sent', null],
      ['v2', 'sent', null],
    ]);
    expect(scene.notes).toEqual(['您撤回的消息在撤回前已送达访客。']);
  });

  test('is not sent again by a restart, and no note says that it was lost', async () => {
    world = await openWorld();
    world.onSend(() => never);
    await world.push('hello');
    await world.callback(agentSays('first', { vendorId: 'v1' }));
    await world.callback({ kind: 'recalled', keys: ['r1'], visitor, at: start, vendorId: 'v1' });
    world.onSend(() => ({ outcome: 'accepted' }));
    await world.restart();
    await world.callback(agentSays('second', { vendorId: 'v2' }));
    expect(sent()).toEqual(['first', 'second']);
    expect(await states()).toMatchObject([
      ['v1', 'dropped', 'recalled'],
      ['v2', 'sent', null],
    ]);
  });

  test('and refused for good: no note tells the agent of words that he took back', async () => {
    const notes: string[] = [];
    const note = async (text: string) => {
      notes.push(text);
      return { outcome: 'accepted' } as const;
    };
    world = await openWorld({ adapter: { note } });
    const answer = Promise.withResolvers<SendOutcome>();
    world.onSend(() => answer.promise);
    await world.push('hello');
    await world.callback(agentSays('first', { vendorId: 'v1' }));
    await world.callback({ kind: 'recalled', keys: ['r1'], visitor, at: start, vendorId: 'v1' });
    answer.resolve({ outcome: 'refused', code: '70000' });
    await world.clock.settle();
    expect(await states()).toEqual([['v1', 'dropped', 'recalled']]);
    expect(notes).toEqual([]);
  });
});
