import { afterEach, describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/ports/helpdesk.ts';
import { agentSays, conversation, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const forwarded = () => world.told.forwards.map(textOf);
const sent = () => world.told.sends.map(textOf);
const stateOf = async (text: string) =>
  (await world.messages()).find(({ parts }) => parts.includes(`"${text}"`))?.state;

/** Gives these in turn, then accepts. */
function answering(...deliveries: readonly Delivery[]): () => Delivery {
  const left = [...deliveries];
  return () => left.shift() ?? { outcome: 'accepted' };
}

describe('an attempt', () => {
  test('that is refused makes a dead letter: the visitor is told, and the lane goes on', async () => {
    world = await openWorld({ notices: { undelivered: 'not delivered' } });
    world.onForward(answering({ outcome: 'refused', code: 'E1' }));
    await world.push('a');
    await world.push('b');
    expect(forwarded()).toEqual(['a', 'b']);
    expect(sent()).toEqual(['not delivered']);
    expect((await world.messages()).map(({ state, code }) => [state, code])).toEqual([
      ['dead', 'E1'],
      ['sent', null],
      ['forwarded', null],
    ]);
  });

  test('that fails for its own sake is made three times, and blocks its neighbours no longer', async () => {
    world = await openWorld();
    world.onForward((message) =>
      textOf(message) === 'poison'
        ? { outcome: 'later', code: 'E2', because: 'message' }
        : { outcome: 'accepted' },
    );
    await world.push('poison');
    await world.push('b');
    await world.clock.advance(120_000);
    expect(forwarded()).toEqual(['poison', 'poison', 'poison', 'b']);
    expect(await stateOf('poison')).toBe('dead');
  });

  test('while the vendor is away is made again until the message is too old', async () => {
    world = await openWorld({ policy: { retryMaxAgeMs: 600_000 } });
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('a');
    await world.clock.advance(599_000);
    expect(await stateOf('a')).toBe('received');
    await world.clock.advance(61_000);
    expect(await stateOf('a')).toBe('dead');
    expect(forwarded().length).toBeGreaterThan(10);
  });

  test('of several steps carries its progress on, one call a step', async () => {
    world = await openWorld();
    world.onForward((_message, { progress }) => {
      const step = typeof progress === 'number' ? progress : 0;
      return step < 3 ? { outcome: 'more', progress: step + 1 } : { outcome: 'accepted', vendorId: 'v9' };
    });
    await world.push('a');
    expect(world.told.attempts.map(({ progress }) => progress)).toEqual([null, 1, 2, 3]);
    expect(await world.messages()).toMatchObject([{ state: 'forwarded', vendor_id: 'v9' }]);
  });

  test('is told which message waits behind it, and may take it along', async () => {
    world = await openWorld();
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    world.onForward(async (_message, { behind }) => {
      calls += 1;
      if (calls === 1) {
        await gate.promise;
        return { outcome: 'later', code: 'again', because: 'vendor', afterMs: 1000 };
      }
      return { outcome: 'accepted', took: behind.length };
    });
    await world.push('a');
    await world.push('b');
    await world.push('c');
    gate.resolve();
    await world.clock.settle();
    await world.clock.advance(1000);
    expect(forwarded()).toEqual(['a', 'a']);
    expect((await world.messages()).map(({ state }) => state)).toEqual([
      'forwarded',
      'forwarded',
      'forwarded',
    ]);
  });

  test('says something to the visitor once, however often it is repeated', async () => {
    world = await openWorld();
    const say = [{ kind: 'text', text: 'robot says' }] as const;
    world.onForward(
      answering(
        { outcome: 'later', code: 'x', because: 'vendor', say },
        { outcome: 'later', code: 'x', because: 'vendor', say },
        { outcome: 'accepted', say },
      ),
    );
    await world.push('a');
    await world.clock.advance(60_000);
    expect(sent()).toEqual(['robot says']);
    expect(world.told.sends[0]).toMatchObject({ from: { role: 'robot' }, automatic: true });
  });

  test('and a callback that bring the same greeting make one reply', async () => {
    world = await openWorld();
    const greeting = agentSays('welcome', { keys: ['greeting:1'], visitor: undefined });
    world.onForward(answering({ outcome: 'accepted', events: [greeting] }));
    await world.push('a');
    await world.callback(agentSays('welcome', { keys: ['greeting:1'] }));
    expect(sent()).toEqual(['welcome']);
  });

  test('that throws is a fault of the adapter, and costs no neighbour its turn', async () => {
    world = await openWorld();
    world.onForward((message) => {
      if (textOf(message) === 'a') throw new TypeError('secret words');
      return { outcome: 'accepted' };
    });
    await world.push('a');
    await world.push('b', { from: 'oVisitor2' });
    expect(forwarded()).toEqual(['a', 'b']);
    expect(world.told.lines.join('\n')).toContain('adapter.threw');
    expect(world.told.lines.join('\n')).not.toContain('secret words');
  });
});

describe('an attempt whose answer was lost', () => {
  test('is repeated with word of the loss where the policy says retry', async () => {
    world = await openWorld();
    world.onForward(answering({ outcome: 'unknown', code: 'timeout' }));
    await world.push('a');
    await world.clock.advance(1000);
    expect(world.told.attempts.map(({ lost }) => lost?.code)).toEqual([undefined, 'timeout']);
    expect(await stateOf('a')).toBe('forwarded');
  });

  test('to WeChat is repeated once; lost again it is a dead letter with an alarm', async () => {
    world = await openWorld();
    world.onSend(() => ({ outcome: 'unknown', code: 'cut' }));
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.clock.advance(60_000);
    expect(sent()).toEqual(['1', '1']);
    expect(await stateOf('1')).toBe('dead');
    expect(world.told.lines.join('\n')).toContain('an answer was lost twice (cut)');
  });

  test('is asked about where the adapter can, with the ids that were accepted before', async () => {
    world = await openWorld({ adapter: { settles: true }, policy: { onUnknown: 'settle' } });
    world.onForward(
      answering({ outcome: 'accepted', vendorId: 'v1' }, { outcome: 'unknown', code: 'timeout' }),
    );
    await world.push('a');
    await world.push('b');
    await world.clock.advance(2000);
    expect(world.told.attempts.at(-1)).toMatchObject({ lost: { code: 'timeout' }, explained: ['v1'] });
    expect(world.told.attempts.at(-1)?.lost).not.toHaveProperty('repeats');
  });

  test('is repeated without asking, by an adapter that could, where the policy says so', async () => {
    world = await openWorld({ adapter: { settles: true }, policy: { onUnknown: 'retry' } });
    world.onForward(answering({ outcome: 'unknown', code: 'timeout' }));
    await world.push('a');
    await world.clock.advance(1000);
    expect(world.told.attempts.at(-1)).toMatchObject({ lost: { code: 'timeout', repeats: true } });
  });
});

describe('what happens at the helpdesk', () => {
  test('makes waiting messages due at once', async () => {
    world = await openWorld({ notices: { queue: '' } });
    world.onForward(
      answering({ outcome: 'later', code: 'queue', because: 'queue', untilEvent: true, afterMs: 3_600_000 }),
    );
    await world.push('a');
    await world.push('b');
    expect(await stateOf('a')).toBe('waiting');
    await world.callback({
      kind: 'sessionStarted',
      keys: ['s1'],
      visitor,
      at: start,
      session: '1',
      by: 'agent',
    });
    expect(forwarded()).toEqual(['a', 'a', 'b']);
  });

  test('while a call is under way makes it due at once, too', async () => {
    world = await openWorld();
    const gate = Promise.withResolvers<Delivery>();
    let calls = 0;
    world.onForward(() => {
      calls += 1;
      return calls === 1 ? gate.promise : { outcome: 'accepted' };
    });
    await world.push('a');
    await world.callback({
      kind: 'sessionStarted',
      keys: ['s1'],
      visitor,
      at: start,
      session: '1',
      by: 'agent',
    });
    gate.resolve({ outcome: 'later', code: 'queue', because: 'queue', untilEvent: true });
    await world.clock.settle();
    await world.clock.advance(0);
    expect(await stateOf('a')).toBe('forwarded');
  });

  test('confirms a message by its key, and no later outcome undoes that', async () => {
    world = await openWorld({ adapter: { receiptWithinMs: 60_000 } });
    const gate = Promise.withResolvers<Delivery>();
    world.onForward(() => gate.promise);
    await world.push('a');
    const [row] = await world.messages();
    await world.callback({
      kind: 'receipt',
      keys: ['r1'],
      visitor,
      at: start,
      key: row?.id ?? '',
      vendorId: 'v7',
    });
    expect(await world.messages()).toMatchObject([{ state: 'forwarded', vendor_id: 'v7' }]);
    gate.resolve({ outcome: 'refused', code: 'too late' });
    await world.clock.settle();
    expect(await world.messages()).toMatchObject([{ state: 'forwarded', vendor_id: 'v7' }]);
  });

  test('is folded into the memory, whichever way it came, and the next attempt sees it', async () => {
    world = await openWorld();
    world.onForward(answering({ outcome: 'accepted', events: [{ kind: 'noted', keys: ['n1'], at: start }] }));
    await world.push('a');
    await world.callback(agentSays('1'));
    await world.push('b');
    expect(world.told.attempts[1]?.memory.conversation).toEqual(['noted', 'message']);
    expect(world.told.attempts[1]?.conversation).toMatchObject({ id: conversation, visitor });
  });

  test('in two callbacks at the same time is folded from both', async () => {
    world = await openWorld();
    await world.push('a');
    await Promise.all(['1', '2', '3', '4'].map((text) => world.callback(agentSays(text))));
    await world.push('b');
    expect(world.told.attempts.at(-1)?.memory.conversation).toEqual(Array(4).fill('message'));
  });
});

describe('a visitor’s answer', () => {
  const rating = (change: object = {}) => ({
    kind: 'ratingAsked' as const,
    keys: ['rate-1'],
    visitor,
    at: start,
    session: '9',
    options: [
      { id: '100', label: '满意' },
      { id: '1', label: '不满意' },
    ],
    ...change,
  });

  test('to the question for a rating is rated, thanked for, and not forwarded', async () => {
    const rated: unknown[] = [];
    world = await openWorld({
      adapter: {
        rate: async (choice) => {
          rated.push(choice);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.push('hello');
    await world.callback(rating());
    await world.push('1');
    await world.push('1');
    expect(rated).toEqual([{ session: '9', option: { id: '100', label: '满意' } }]);
    expect(forwarded()).toEqual(['hello', '1']);
    expect(sent()).toEqual(['请为本次服务评分，回复数字即可：\n1. 满意\n2. 不满意', '感谢您的评价！']);
  });

  test('that was written before the question is no answer to it', async () => {
    world = await openWorld({ adapter: { rate: async () => ({ outcome: 'accepted' }) } });
    world.onForward(answering({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('1');
    await world.clock.advance(500);
    await world.callback(rating());
    await world.clock.advance(1000);
    expect(forwarded()).toEqual(['1', '1']);
  });

  test('to a menu is forwarded as a choice', async () => {
    world = await openWorld();
    await world.push('hello');
    const options = [{ id: 'm7', label: '退款' }];
    await world.callback({ kind: 'menuAsked', keys: ['menu'], visitor, at: start, text: '请选择', options });
    await world.push('退款');
    expect(world.told.forwards.at(-1)?.parts).toEqual([
      { kind: 'choice', of: 'menu', option: { id: 'm7', label: '退款' } },
    ]);
  });

  test('that asks for a person asks the helpdesk for one instead of forwarding the word', async () => {
    let asked = 0;
    world = await openWorld({
      handoverWords: ['人工'],
      adapter: {
        askForAgent: async () => {
          asked += 1;
          return { outcome: 'accepted' };
        },
        serving: (memory) => (Array.isArray(memory) && memory.includes('message') ? 'agent' : 'robot'),
      },
    });
    await world.push(' 人工 ');
    expect({ asked, forwarded: forwarded() }).toEqual({ asked: 1, forwarded: [] });
    await world.callback(agentSays('here I am'));
    await world.push('人工');
    expect({ asked, forwarded: forwarded() }).toEqual({ asked: 1, forwarded: ['人工'] });
  });
});
