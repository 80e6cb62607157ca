import { afterEach, describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../../src/ports/channel.ts';
import { agentSays, openWorld, start, textOf, visitor, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

const never = new Promise<never>(() => {});
const sent = () => world.told.sends.map(textOf);
const states = async () =>
  (await world.messages())
    .filter(({ lane }) => lane === 'reply')
    .map(({ vendor_id, state, code }) => [vendor_id, state, code]);

/** A helpdesk that keeps what its agents are told. */
function noting() {
  const notes: string[] = [];
  const note = async (text: string) => {
    notes.push(text);
    return { outcome: 'accepted' } as const;
  };
  return { notes, adapter: { note } };
}

const takeBack = (vendorId: string) =>
  ({ kind: 'recalled', keys: [`r-${vendorId}`], visitor, at: start, vendorId }) as const;

/** A world in which two lines of an agent are under way as one send, and the first is taken back. */
async function recallUnderWay() {
  const { notes, adapter } = noting();
  world = await openWorld({ adapter });
  const answer = Promise.withResolvers<SendOutcome>();
  let calls = 0;
  world.onSend(() => {
    calls += 1;
    return calls === 1 ? answer.promise : { outcome: 'accepted' };
  });
  await world.push('hello');
  await world.callback(agentSays('first', { vendorId: 'v1' }), agentSays('second', { vendorId: 'v2' }));
  expect(sent()).toEqual(['first\nsecond']);
  await world.callback(takeBack('v1'));
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
    await world.callback(takeBack('v1'));
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
    const { notes, adapter } = noting();
    world = await openWorld({ adapter });
    const answer = Promise.withResolvers<SendOutcome>();
    world.onSend(() => answer.promise);
    await world.push('hello');
    await world.callback(agentSays('first', { vendorId: 'v1' }));
    await world.callback(takeBack('v1'));
    answer.resolve({ outcome: 'refused', code: '70000' });
    await world.clock.settle();
    expect(await states()).toEqual([['v1', 'dropped', 'recalled']]);
    expect(notes).toEqual([]);
  });
});

describe('a reply that is taken back after it has gone out', () => {
  const parts = ['one', 'two'].map((text) => ({ kind: 'text', text }) as const);

  test('tells the agent so, once for all of its parts', async () => {
    const { notes, adapter } = noting();
    world = await openWorld({ adapter });
    await world.push('hello');
    await world.callback(agentSays('one', { vendorId: 'v1', parts }));
    await world.callback(takeBack('v1'));
    await world.callback(takeBack('v1'));
    expect(sent()).toEqual(['one\ntwo']);
    expect(notes).toEqual(['您撤回的消息在撤回前已送达访客。']);
  });

  test('tells nothing of what nobody wrote, or was never sent', async () => {
    const { notes, adapter } = noting();
    world = await openWorld({ adapter });
    await world.push('hello');
    await world.callback(agentSays('welcome', { vendorId: 'v1', automatic: true }));
    await world.callback(takeBack('v1'), takeBack('v2'));
    expect(notes).toEqual([]);
  });

  test('is another one where another helpdesk calls its own by the same id', async () => {
    const { notes, adapter } = noting();
    const options: WorldOptions = { adapter, others: { b: {} }, routing: { rules: [] } };
    world = await openWorld(options);
    world.onSend(() => ({ outcome: 'later', code: 'x', because: 'vendor', afterMs: 60_000 }));
    await world.push('hello');
    await world.callback(agentSays('first', { vendorId: 'v1' }));
    await world.callbackOf('b', takeBack('v1'));
    world.onSend(() => ({ outcome: 'accepted' }));
    await world.clock.advance(60_000);
    expect(await states()).toEqual([['v1', 'sent', null]]);
    expect(notes).toEqual([]);
  });
});
