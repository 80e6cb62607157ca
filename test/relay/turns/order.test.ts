import { afterEach, describe, expect, test } from 'vitest';
import { aroundBatches } from './batches.ts';
import { agentSays, openWorld, start, textOf, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const forwarded = () => world.told.forwards.map(textOf);
const sent = () => world.told.sends.map(textOf);
const states = async () => (await world.messages()).map(({ state }) => state);

describe('messages of a visitor', () => {
  test('are forwarded one after another, in the order in which they were taken', async () => {
    world = await openWorld();
    await Promise.all(['a', 'b', 'c'].map((text) => world.push(text)));
    expect(forwarded()).toEqual(['a', 'b', 'c']);
    expect(await states()).toEqual(['forwarded', 'forwarded', 'forwarded']);
  });

  test('wait behind one that is tried again, while other visitors go on', async () => {
    world = await openWorld();
    world.onForward((message, { number }) =>
      textOf(message) === 'a' && number === 1
        ? { outcome: 'later', code: 'down', because: 'vendor' }
        : { outcome: 'accepted' },
    );
    await world.push('a');
    await world.push('b');
    await world.push('other', { from: 'oVisitor2' });
    expect(forwarded()).toEqual(['a', 'other']);
    await world.clock.advance(1000);
    expect(forwarded()).toEqual(['a', 'other', 'a', 'b']);
  });

  test('are not told apart by WeChat’s clock: the order is that of arrival', async () => {
    world = await openWorld();
    await world.push('first', { at: start + 9000 });
    await world.push('second', { at: start });
    expect(forwarded()).toEqual(['first', 'second']);
  });

  test('are forwarded once, however often WeChat repeats them', async () => {
    world = await openWorld();
    await Promise.all([1, 2, 3].map(() => world.push('a', { key: 'same' })));
    await world.push('a', { key: 'same' });
    expect(forwarded()).toEqual(['a']);
  });

  test('of several steps take them in one turn, without a sweep between', async () => {
    world = await openWorld();
    await world.push('first');
    const begun: string[] = [];
    aroundBatches(world.bridge.store, async (statements, run) => {
      if (statements[0] === 'lane.due' || statements[0] === 'turn.begin') begun.push(statements[0]);
      return run();
    });
    world.onForward((_message, { progress }) => {
      const step = Number(progress ?? 0);
      return step < 5 ? { outcome: 'more', progress: step + 1 } : { outcome: 'accepted' };
    });
    await world.push('a');
    await world.clock.advance(0);
    expect(forwarded().filter((text) => text === 'a')).toHaveLength(6);
    expect(begun).toEqual(['turn.begin']);
  });

  test('of one tenant go on while the helpdesk of another hangs', async () => {
    world = await openWorld({ tenants: ['shop', 'other'] });
    const hang = new Promise<never>(() => {});
    world.onForward((_message, { conversation }) =>
      conversation.tenant === 'other' ? hang : { outcome: 'accepted' },
    );
    for (let number = 0; number < 40; number += 1) {
      await world.push(`hangs ${number}`, { tenant: 'other', from: `oHangs${number}` });
    }
    await world.push('goes on');
    expect(forwarded().at(-1)).toBe('goes on');
    expect((await world.messages()).filter(({ state }) => state === 'forwarded')).toHaveLength(1);
  });
});

describe('replies to a visitor', () => {
  test('are sent in the order in which they came', async () => {
    world = await openWorld();
    await world.push('hello');
    await world.callback(agentSays('1'), agentSays('2'));
    await world.callback(agentSays('3'));
    expect(sent()).toEqual(['1\n2', '3']);
  });

  test('are sent once, however often the helpdesk repeats them', async () => {
    world = await openWorld();
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.callback(agentSays('1'), agentSays('2'));
    await world.callback(agentSays('2'), agentSays('1'));
    expect(sent()).toEqual(['1', '2']);
  });

  test('are recognised by any one of their keys', async () => {
    world = await openWorld();
    await world.push('hello');
    await world.callback(agentSays('1', { keys: ['from-answer', 'shared'] }));
    await world.callback(agentSays('1', { keys: ['shared', 'from-callback'] }));
    await world.callback(agentSays('1', { keys: ['from-callback'] }));
    expect(sent()).toEqual(['1']);
  });

  test('that WeChat takes only after the visitor acts are held, and go first when he does', async () => {
    world = await openWorld();
    let isOpen = false;
    world.onSend(() =>
      isOpen ? { outcome: 'accepted' } : { outcome: 'held', code: '45047', because: 'allowance' },
    );
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.callback(agentSays('2'));
    await world.clock.advance(86_400_000);
    expect(sent()).toEqual(['1']);
    expect((await world.messages()).map(({ state }) => state)).toEqual(['forwarded', 'held', 'held']);
    isOpen = true;
    await world.push('still there');
    expect(sent()).toEqual(['1', '1\n2']);
  });

  test('whose API is stopped wait till its time, and nothing that comes meanwhile has them tried', async () => {
    world = await openWorld({ rules: { joinWaitMs: [1000] } });
    world.onSend(() =>
      world.clock.now() < start + 60_000
        ? { outcome: 'pause', code: '45011', untilMs: start + 60_000 }
        : { outcome: 'accepted' },
    );
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.clock.advance(30_000);
    await world.callback(agentSays('2'));
    await world.push('are you there?');
    await world.clock.advance(29_000);
    expect(sent()).toEqual(['1']);
    await world.clock.advance(5000);
    expect(sent()).toEqual(['1', '1\n2']);
  });

  test('that were not tried have used up no attempt, and no line of the log', async () => {
    world = await openWorld();
    world.onSend(() =>
      world.clock.now() < start + 60_000
        ? { outcome: 'pause', code: 'paced', untilMs: start + 60_000, isUntried: true }
        : { outcome: 'accepted' },
    );
    await world.push('hello');
    await world.callback(agentSays('1'));
    const [, row] = await world.messages();
    expect(row).toMatchObject({ state: 'queued', attempts: 0, due: start + 60_000 });
    expect(world.told.lines.some((line) => line.startsWith('reply.attempted'))).toBe(false);
    await world.clock.advance(60_000);
    expect(sent()).toEqual(['1', '1']);
  });

  test('an agent takes back are not sent any more', async () => {
    world = await openWorld();
    world.onSend(() => ({ outcome: 'held', code: '45047', because: 'allowance' }));
    await world.push('hello');
    await world.callback(agentSays('first', { vendorId: 'v1' }), agentSays('second', { vendorId: 'v2' }));
    await world.callback({ kind: 'recalled', keys: ['r1'], visitor: 'oVisitor1', at: start, vendorId: 'v1' });
    world.onSend(() => ({ outcome: 'accepted' }));
    await world.push('go on');
    expect(sent()).toEqual(['first\nsecond', 'second']);
    expect((await world.messages()).find(({ vendor_id }) => vendor_id === 'v1')?.state).toBe('dropped');
  });
});
