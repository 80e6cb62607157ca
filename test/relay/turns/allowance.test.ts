import { afterEach, describe, expect, test } from 'vitest';
import { agentSays, conversation, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);
const states = async () =>
  (await world.messages()).filter(({ lane }) => lane === 'reply').map(({ state }) => state);
const rules = { joinWaitMs: [11_000, 8000, 4000, 0], reserveForHuman: 2 };
const day = 86_400_000;

/** The agent writes these lines, a second after each other. */
async function agentWrites(...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    await world.callback(agentSays(line));
    await world.clock.advance(1000);
  }
}

describe('an agent who writes more lines than WeChat takes', () => {
  test('reaches the visitor with all of them, in order, in as many sends as were granted', async () => {
    world = await openWorld({ grants: 5, rules });
    await world.push('hello');
    await agentWrites('1', '2', '3', '4', '5', '6', '7', '8');
    await world.clock.advance(60_000);
    expect(sent().join('\n')).toBe('1\n2\n3\n4\n5\n6\n7\n8');
    expect(sent().length).toBeLessThanOrEqual(5);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  test('makes no send that WeChat would refuse: what is over is held, and goes first when the visitor acts', async () => {
    world = await openWorld({ grants: 2 });
    await world.push('hello');
    await agentWrites('1', '2', '3', '4');
    expect(sent()).toEqual(['1', '2']);
    expect(await states()).toEqual(['sent', 'sent', 'held', 'held']);
    await world.push('and?');
    await agentWrites('5');
    expect(sent()).toEqual(['1', '2', '3\n4', '5']);
  });

  test('is told once that they are held, and again only after the visitor has acted', async () => {
    const notes: string[] = [];
    const note = async (text: string) => {
      notes.push(text);
      return { outcome: 'accepted' as const };
    };
    world = await openWorld({ grants: 1, adapter: { note } });
    await world.push('hello');
    await agentWrites('1', '2', '3');
    expect(notes).toEqual(['微信暂不允许继续下发，后续消息已暂存，访客再次发言后自动送达。']);
    await world.push('and?');
    await agentWrites('4', '5');
    expect(notes).toHaveLength(2);
  });

  test('is told when what was held is given up', async () => {
    const notes: string[] = [];
    const note = async (text: string) => {
      notes.push(text);
      return { outcome: 'accepted' as const };
    };
    world = await openWorld({ grants: 1, adapter: { note } });
    await world.push('hello');
    await agentWrites('1', '2', '3');
    await world.clock.advance(2 * day + 5000);
    expect(await states()).toEqual(['sent', 'expired', 'expired']);
    expect(notes.at(-1)).toContain('已过期');
    await world.push('back again');
    expect(sent()).toEqual(['1']);
  });
});

describe('the window', () => {
  test('is closed before the visitor acts, and two days after he did', async () => {
    world = await openWorld();
    await world.push('hello');
    await world.clock.advance(2 * day);
    await agentWrites('too late');
    expect(sent()).toEqual([]);
    expect((await world.messages()).at(-1)).toMatchObject({ state: 'held', code: 'window' });
    await world.push('I am here');
    expect(sent()).toEqual(['too late']);
  });

  test('is what WeChat says: 45015 closes it, and 45047 uses it up, whatever was counted', async () => {
    world = await openWorld();
    world.onSend(() => ({ outcome: 'held', code: '45015', because: 'window' }));
    await world.push('hello');
    await agentWrites('1', '2');
    world.onSend(() => ({ outcome: 'accepted' }));
    await agentWrites('3');
    expect(sent()).toEqual(['1']);
    await world.push('go on');
    expect(sent()).toEqual(['1', '1\n2\n3']);
  });

  test('that WeChat refuses while the visitor acts is open: the reply goes at once', async () => {
    world = await openWorld();
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    world.onSend(async () => {
      calls += 1;
      if (calls > 1) return { outcome: 'accepted' };
      await gate.promise;
      return { outcome: 'held', code: '45047', because: 'allowance' };
    });
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.push('still there');
    gate.resolve();
    await world.clock.settle();
    await world.clock.advance(0);
    expect(sent()).toEqual(['1', '1']);
    expect(await states()).toEqual(['sent']);
  });
});

describe('a send', () => {
  test('that was certainly not made is given back, one that may have arrived is not', async () => {
    world = await openWorld({ grants: 2 });
    let calls = 0;
    world.onSend(() => {
      calls += 1;
      if (calls === 1) return { outcome: 'later', code: 'down', because: 'vendor' };
      return calls === 2 ? { outcome: 'unknown', code: 'cut' } : { outcome: 'accepted' };
    });
    await world.push('hello');
    await agentWrites('1');
    await world.clock.advance(30_000);
    expect(sent()).toEqual(['1', '1', '1']);
    await agentWrites('2');
    expect(sent()).toHaveLength(3);
    expect(await states()).toEqual(['sent', 'held']);
  });

  test('of several steps takes one of the allowance for each that is one', async () => {
    world = await openWorld({ grants: 2 });
    world.onSend((_reply, { progress }) => {
      if (progress === null) return { outcome: 'more', progress: 'uploaded' };
      return progress === 'uploaded'
        ? { outcome: 'more', progress: 'half', sent: true }
        : { outcome: 'accepted' };
    });
    await world.push('hello');
    await agentWrites('1');
    expect(world.told.sends).toHaveLength(3);
    world.onSend(() => ({ outcome: 'accepted' }));
    await agentWrites('2');
    expect(await states()).toEqual(['sent', 'held']);
  });
});

describe('the bridge’s own words', () => {
  const queued = (key: string) => ({
    kind: 'queued' as const,
    keys: [key],
    visitor,
    at: start,
    ahead: 2,
  });

  test('yield the last sends to people, and go along with theirs', async () => {
    world = await openWorld({ grants: 3, rules: { reserveForHuman: 2 }, notices: { queue: 'wait' } });
    await world.push('hello');
    await world.callback(queued('q1'));
    await world.callback(queued('q2'));
    expect(sent()).toEqual(['wait']);
    await agentWrites('here I am');
    expect(sent()).toEqual(['wait', 'wait\nhere I am']);
  });

  test('are dropped when nobody wants them any more', async () => {
    world = await openWorld({ grants: 2, rules: { reserveForHuman: 2 }, notices: { queue: 'wait' } });
    world.onSend(() => ({ outcome: 'accepted' }));
    await world.push('hello');
    await agentWrites('1');
    await world.callback(queued('q1'));
    await world.clock.advance(600_000);
    expect((await world.messages()).at(-1)).toMatchObject({ state: 'dropped', code: 'stale' });
  });
});

describe('a line that waits for company', () => {
  test('is joined by the next, and a typing agent prolongs the wait', async () => {
    world = await openWorld({ grants: 1, rules });
    await world.push('hello');
    await agentWrites('1');
    await world.clock.advance(8000);
    await world.callback({ kind: 'typing', keys: [], visitor, at: start });
    await world.clock.advance(8000);
    expect(sent()).toEqual([]);
    await agentWrites('2');
    await world.clock.advance(30_000);
    expect(sent()).toEqual(['1\n2']);
  });

  test('is forgotten by no restart', async () => {
    world = await openWorld({ grants: 1, rules });
    await world.push('hello');
    await agentWrites('1');
    await world.restart();
    expect(sent()).toEqual([]);
    await world.clock.advance(11_000);
    expect(sent()).toEqual(['1']);
  });

  test('goes at once when the visitor acts', async () => {
    world = await openWorld({ grants: 1, rules: { ...rules, joinWaitMs: [11_000] } });
    await world.push('hello');
    await agentWrites('1');
    expect(sent()).toEqual([]);
    await world.push('hello?');
    expect(sent()).toEqual(['1']);
    expect((await world.messages()).every(({ conversation: of }) => of === conversation)).toBe(true);
  });
});

describe('lines that are joined', () => {
  test('do not die of one among them that WeChat refuses', async () => {
    world = await openWorld();
    world.onSend((reply) =>
      textOf(reply).includes('bad') ? { outcome: 'refused', code: '87014' } : { outcome: 'accepted' },
    );
    await world.push('hello');
    await world.callback(agentSays('1'), agentSays('bad'), agentSays('3'));
    expect(sent()).toEqual(['1\nbad\n3', '1', 'bad', '3']);
    expect(await states()).toEqual(['sent', 'dead', 'sent']);
  });

  test('are a person’s or a robot’s: the mark of the one is not put on the other', async () => {
    world = await openWorld();
    await world.push('hello');
    const robot = agentSays('robot', { from: { role: 'robot' } });
    await world.callback(agentSays('person'), robot, agentSays('again'));
    expect(world.told.sends.map(({ from }) => from.role)).toEqual(['agent', 'robot', 'agent']);
  });
});
