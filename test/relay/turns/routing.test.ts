import { afterEach, describe, expect, test } from 'vitest';
import type { Rule } from '../../../src/model/routing.ts';
import type { HelpdeskAdapter, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { Step } from '../../../src/ports/store.ts';
import {
  agentWrites,
  enter,
  idleMs,
  ids,
  optionsOf,
  ownerIn,
  ownTtlMs,
  placesOf,
  rule,
  sessionEnded,
  sessionStarted,
} from './routing-scene.ts';
import { openWorld, textOf, visitor, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

/** Something happens once, right before a batch with this statement. */
function rightBefore(statement: string, happen: () => Promise<unknown>): void {
  const { store } = world.bridge;
  const batch = store.batch.bind(store);
  let isDone = false;
  Object.assign(store, {
    async batch(steps: readonly Step[]) {
      if (!isDone && steps.some(({ statement: { id } }) => id === statement)) {
        isDone = true;
        await happen();
      }
      return batch(steps);
    },
  });
}

function takeText(text: string): Promise<void> {
  const parts = [{ kind: 'text', text }] as const;
  return world.takePush({ key: text, visitor, writtenAt: world.clock.now(), parts, opens: true });
}

async function open(change: WorldOptions = {}) {
  world = await openWorld(optionsOf(change));
}

const write = (text: string) => () => world.push(text);
const wait = (ms: number) => () => world.clock.advance(ms);
const event =
  (of: () => VendorEvent, helpdesk = 'main') =>
  () =>
    world.callbackOf(helpdesk, of());
const agentsDid = (ownAgents: 'took' | 'left') => () =>
  world.pushPart(
    { kind: 'event', name: `kf_${ownAgents}` },
    { at: world.clock.now() + 1000, change: { opens: false, ownAgents } },
  );
const handedOn = () => sessionEnded({ reason: 'handedOn', by: 'robot' });
const transferred = () => sessionEnded({ reason: 'transferred' });

type Act = () => unknown;

describe('who has the conversation after which event', () => {
  test.each<[string, readonly Act[], string, boolean]>([
    ['nobody yet; a message without a rule: the default', [write('hello')], 'main', true],
    ['nobody yet; a message with a rule for B: B', [write('to b')], 'b', true],
    [
      'nobody yet; he comes with what a rule for B asks for: B, not held',
      [() => enter(world, 'b-1')],
      'b',
      false,
    ],
    [
      'B, not held; the first message decides, by what he came with',
      [() => enter(world, 'b-1'), write('hello')],
      'b',
      true,
    ],
    [
      'B, not held; a message with an earlier rule for another',
      [() => enter(world, 'b-1'), write('to main now')],
      'main',
      true,
    ],
    ['A, held; a message whose rule moves nothing: A', [write('hello'), write('to b')], 'main', true],
    ['A, held; a message whose rule moves to B: B', [write('hello'), write('to b now')], 'b', true],
    [
      'A, held; he comes with what a rule that moves asks for: B, not held',
      [write('hello'), () => enter(world, 'move-1')],
      'b',
      false,
    ],
    [
      'A, held by a rule that moves; what he came with before moves him no more',
      [() => enter(world, 'move-1'), write('hello'), write('to main now'), write('hello')],
      'main',
      true,
    ],
    [
      'A, held; he comes anew, without a rule that moves: A',
      [write('hello'), () => enter(world, 'b-1')],
      'main',
      true,
    ],
    ['A, held; its session ends: A, not held', [write('hello'), event(sessionEnded)], 'main', false],
    [
      'A, not held; a message with a rule for B: B',
      [write('hello'), event(sessionEnded), write('to b')],
      'b',
      true,
    ],
    ['A, held; its session is handed on: A', [write('hello'), event(handedOn), write('to b')], 'main', true],
    [
      'A, held; its session is transferred: A',
      [write('hello'), event(transferred), write('to b')],
      'main',
      true,
    ],
    ['A, held; nothing for too short: A', [write('hello'), wait(idleMs - 1), write('to b')], 'main', true],
    ['A, held; nothing for long enough: by rules', [write('hello'), wait(idleMs), write('to b')], 'b', true],
    [
      'A, held; its agent writes: it is held for longer',
      [write('hello'), wait(idleMs - 1), event(() => agentWrites('hi')), wait(idleMs - 1), write('to b')],
      'main',
      true,
    ],
    [
      'A, not held; its session begins: A, held',
      [write('hello'), event(sessionEnded), event(sessionStarted), write('to b')],
      'main',
      true,
    ],
    [
      'A, not held; its agent writes: A, held',
      [write('hello'), event(sessionEnded), event(() => agentWrites('hi')), write('to b')],
      'main',
      true,
    ],
    ['B; a session begins at A: B', [write('to b'), event(sessionStarted), write('hello')], 'b', true],
    ['B; a session ends at A: B', [write('to b'), event(sessionEnded)], 'b', true],
    ['B; an agent of A writes: B', [write('to b'), event(() => agentWrites('hi'))], 'b', true],
    [
      'B, not held; an agent of A writes: B, not held',
      [write('to b'), event(sessionEnded, 'b'), event(() => agentWrites('hi'))],
      'b',
      false,
    ],
    ['A, held; the hand-over word: the own agents', [write('hello'), write('official')], 'official', true],
    ['nobody yet; a rule for the own agents: they', [write('to official')], 'official', true],
    [
      'A, held; a rule for the own agents that moves nothing: A',
      [write('hello'), write('to official')],
      'main',
      true,
    ],
    [
      'A, held; a rule for the own agents that moves: they',
      [write('hello'), write('to official now')],
      'official',
      true,
    ],
    [
      'the own agents; a message with a rule for B: they',
      [write('official'), write('to b')],
      'official',
      true,
    ],
    ['the own agents; he comes anew: they', [write('official'), () => enter(world, 'b-1')], 'official', true],
    ['the own agents; a rule that moves to B: B', [write('official'), write('to b now')], 'b', true],
    [
      'the own agents; he comes with what a rule that moves asks for: B',
      [write('official'), () => enter(world, 'move-1')],
      'b',
      false,
    ],
    [
      'the own agents; they left; a message: by rules',
      [write('official'), agentsDid('left'), write('to b')],
      'b',
      true,
    ],
    [
      'the own agents, from A, held; they left; a message: A',
      [write('hello'), write('official'), agentsDid('left'), write('to b')],
      'main',
      true,
    ],
    [
      'the own agents; their time is over; a message: by rules',
      [write('official'), wait(ownTtlMs), write('to b')],
      'b',
      true,
    ],
    ['A; an agent of the own takes the visitor: they', [write('hello'), agentsDid('took')], 'official', true],
    [
      'the own agents; a session begins at A: they',
      [write('official'), event(sessionStarted), write('hi')],
      'official',
      true,
    ],
    [
      'A, held; it left the configuration; a message: by rules',
      [write('to b'), () => world.restart({ others: {} }), write('hello')],
      'main',
      true,
    ],
  ])('%s', async (_what, acts, owner, isHeld) => {
    await open();
    for (const act of acts) await act();
    expect(await ownerIn(world)).toEqual({ owner, isHeld });
  });
});

describe('messages', () => {
  test('go to him who has the conversation, and to nobody else', async () => {
    await open();
    for (const text of ['hello', 'to b', 'to b now', 'hello', 'official', 'hi', 'to main now'])
      await world.push(text);
    expect(placesOf(world)).toEqual([
      'hello → main',
      'to b → main',
      'to b now → b',
      'hello → b',
      'to main now → main',
    ]);
  });

  test('that wait go along with the conversation, in order', async () => {
    await open();
    world.onForward((_message, _attempt, helpdesk) =>
      helpdesk === 'main'
        ? { outcome: 'later', code: 'x', because: 'vendor', afterMs: 60_000 }
        : { outcome: 'accepted' },
    );
    for (const text of ['one', 'two', 'three', 'to b now']) await world.push(text);
    expect(placesOf(world)).toEqual(['one → main', 'one → b', 'two → b', 'three → b', 'to b now → b']);
    expect(world.told.lines.filter((line) => line.startsWith('route.moved'))).toHaveLength(1);
  });

  test('are told of in the log: which rule chose, by its name or its place, or none', async () => {
    await open();
    for (const text of ['one', 'two', 'to b now', 'to main now']) await world.push(text);
    const told = world.told.lines.flatMap((line) => {
      const [, name, fields = '{}'] = /^route\.(\w+) (.*)$/.exec(line) ?? [];
      const { helpdesk, to = helpdesk, rule: by } = JSON.parse(fields);
      return name === undefined ? [] : [`${name} ${to} by ${by}`];
    });
    expect(told).toEqual([
      `chosen ${ids.main} by undefined`,
      `chosen ${ids.b} by now`,
      `moved ${ids.b} by now`,
      `chosen ${ids.main} by rules[1]`,
      `moved ${ids.main} by rules[1]`,
    ]);
  });

  test('that were passed on are tried at once, though the push that moves them brings nothing to forward', async () => {
    await open();
    let release = () => {};
    world.onForward(async (_message, _attempt, helpdesk) => {
      if (helpdesk === 'main') {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return { outcome: 'accepted' };
    });
    for (const text of ['one', 'two']) await world.push(text);
    await enter(world, 'move-on');
    expect(placesOf(world)).toEqual(['one → main', 'two → b']);
    release();
    await world.clock.settle();
    expect(placesOf(world)).toHaveLength(2);
  });

  test.each([
    ['whose outcome nobody knows', { outcome: 'unknown', code: 'cut', afterMs: 60_000 }],
    ['that are begun', { outcome: 'more', progress: 1 }],
  ] as const)('%s stay where they are, and are counted', async (_what, first) => {
    await open();
    let calls = 0;
    world.onForward((_message, _attempt, helpdesk) => {
      calls += 1;
      if (calls === 1) return first;
      return helpdesk === 'main' && calls === 2 && first.outcome === 'more'
        ? { outcome: 'later', code: 'x', because: 'vendor', afterMs: 60_000 }
        : { outcome: 'accepted' };
    });
    for (const text of ['one', 'two', 'to b now']) await world.push(text);
    await world.clock.advance(60_000);
    const places = placesOf(world);
    expect(new Set(places.filter((place) => place.startsWith('one')))).toEqual(new Set(['one → main']));
    expect(places.filter((place) => place.startsWith('two'))).toEqual(['two → b']);
    const moved = (await world.messages()).flatMap(({ event: of }) =>
      of?.includes('"moved"') ? [JSON.parse(of)] : [],
    );
    expect(moved).toEqual([
      { kind: 'moved', from: ids.main, to: ids.b, because: 'rule', rule: 'now', passed: 1, left: 1 },
    ]);
  });

  test('that are under way when the conversation moves follow it, if they come back', async () => {
    await open();
    let release: (() => void) | undefined;
    world.onForward(async (_message, _attempt, helpdesk) => {
      if (helpdesk !== 'main') return { outcome: 'accepted' };
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return { outcome: 'later', code: 'x', because: 'vendor' };
    });
    await world.push('one');
    await world.push('to b now');
    release?.();
    await world.clock.advance(1000);
    expect(placesOf(world)).toEqual(['one → main', 'to b now → b', 'one → b']);
    expect((await world.messages()).filter(({ finished_at }) => finished_at === null)).toEqual([]);
  });

  test.each([
    ['before that is written down', 'turn.settle'],
    ['as it was read what goes along', 'pass.prove'],
  ])('that come back while the conversation moves go along: %s', async (_what, statement) => {
    await open();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.onForward(async (_message, _attempt, helpdesk) => {
      if (helpdesk !== 'main') return { outcome: 'accepted' };
      await held;
      return { outcome: 'later', code: 'x', because: 'vendor', afterMs: 60_000 };
    });
    const move = () => takeText('to b now');
    const comeBack = async () => {
      release();
      await world.clock.settle();
    };
    await world.push('one');
    if (statement === 'turn.settle') {
      rightBefore(statement, move);
      await comeBack();
    } else {
      rightBefore(statement, comeBack);
      await move();
    }
    await world.clock.settle();
    expect(placesOf(world).toSorted()).toEqual(['one → b', 'one → main', 'to b now → b']);
  });

  test('that came at once are decided one after the other', async () => {
    await open();
    await world.push('hello');
    await Promise.all(['a', 'to b now', 'b', 'to main now', 'c'].map((text) => world.push(text)));
    const rows = (await world.messages()).filter(({ lane }) => lane === 'forward');
    let expected = 'shop/main';
    for (const { parts, helpdesk } of rows) {
      if (parts.includes('to b now')) expected = ids.b;
      if (parts.includes('to main now')) expected = ids.main;
      expect(helpdesk).toBe(expected);
    }
  });
});

describe('what a rule asks of a helpdesk', () => {
  const asked = { group: '5678', priority: 5 };
  const asking = [
    rule({ keyword: ['to b'] }, 'b', { routing: asked, moves: true }),
    rule({ keyword: ['to main'] }, 'main', { moves: true }),
  ];
  const routings = () => world.told.attempts.map(({ routing }) => routing);

  test('reaches it with each attempt, and no other', async () => {
    await open({ routing: { rules: asking } });
    for (const text of ['hello', 'to b', 'more', 'to main']) await world.push(text);
    expect(routings()).toEqual([undefined, asked, asked, undefined]);
  });

  test('reaches a wake and an action too', async () => {
    const seen: unknown[] = [];
    const tell = async (_what: unknown, { routing }: { readonly routing?: unknown }) => {
      seen.push(routing);
      return { outcome: 'accepted' as const };
    };
    const react = { react: tell, wake: tell };
    await open({ routing: { rules: asking }, others: { b: react } });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'w', afterMs: 1000 }] }));
    await world.push('to b');
    await world.callbackOf('b', sessionStarted({ react: {} }));
    await world.clock.advance(1000);
    expect(seen).toEqual([asked, asked]);
  });

  test('is another once a rule that moves says so, though the helpdesk stays and its session goes on', async () => {
    const urgent: Rule = { when: { keyword: ['urgent'] }, routing: { group: '9' }, moves: true };
    await open({ routing: { rules: [urgent, ...asking] } });
    for (const text of ['to b', 'urgent', 'more']) await world.push(text);
    expect(routings()).toEqual([asked, { group: '9' }, { group: '9' }]);
    expect(placesOf(world)).toEqual(['to b → b', 'urgent → b', 'more → b']);
  });

  test('can be asked of the only helpdesk', async () => {
    world = await openWorld({ routing: { rules: [{ when: {}, routing: asked, moves: false }] } });
    await world.push('hello');
    expect(routings()).toEqual([asked]);
  });
});

describe('replies of a helpdesk that has not the conversation', () => {
  test('still reach the visitor', async () => {
    await open();
    for (const text of ['hello', 'to b now']) await world.push(text);
    await world.callback(agentWrites('one moment'));
    expect(world.told.sends.map(textOf)).toEqual(['one moment']);
  });
});

describe('what begins and ends at a helpdesk that has not the conversation', () => {
  const notices = { start: 'begun', end: 'over' };
  const read = () => world.told.sends.map(textOf);

  test('is not told the visitor', async () => {
    await open({ notices });
    for (const text of ['hello', 'to b now']) await world.push(text);
    await world.callback(sessionStarted(), sessionEnded());
    expect(read()).toEqual([]);
    await world.callbackOf('b', sessionStarted(), sessionEnded());
    expect(read()).toEqual(['begun\nover']);
  });

  test('is not told him while the own agents have it', async () => {
    await open({ notices });
    for (const text of ['hello', 'official']) await world.push(text);
    await world.callback(sessionEnded());
    expect(read()).toEqual([]);
  });
});

describe('the helpdesk that a conversation leaves', () => {
  const done: string[] = [];
  const take = (name: string) => async (text?: unknown) => {
    done.push(typeof text === 'string' ? text : name);
    return { outcome: 'accepted' as const };
  };
  const adapter: Partial<HelpdeskAdapter> = { note: take('note'), closeSession: take('close') };

  test('is told, and its session closed; the other is not', async () => {
    done.length = 0;
    await open({ adapter, others: { b: { note: take('b'), closeSession: take('b') } } });
    for (const text of ['hello', 'to b now', 'more']) await world.push(text);
    expect(done).toEqual(['访客已转由其他客服系统接待，其后续消息不再进入本系统。', 'close']);
  });

  test('is told nothing where its session had ended', async () => {
    done.length = 0;
    await open({ adapter });
    await world.push('hello');
    await world.callback(sessionEnded());
    await world.push('to b');
    expect(done).toEqual([]);
  });
});

describe('an adapter that knows who serves', () => {
  test.each(['agent', 'robot', 'queue'] as const)(
    'keeps the conversation after the end of an older session (%s)',
    async (serving) => {
      await open({ adapter: { serving: () => serving } });
      await world.push('hello');
      await world.callback(sessionEnded());
      expect(await ownerIn(world)).toEqual({ owner: 'main', isHeld: true });
    },
  );

  test('is not given it back by late word of a session that is over', async () => {
    await open({ adapter: { serving: () => 'nobody' } });
    await world.push('hello');
    await world.callback(sessionEnded());
    await world.callback(sessionStarted());
    expect(await ownerIn(world)).toEqual({ owner: 'main', isHeld: false });
  });
});

describe('the answer to a question', () => {
  const option = { id: '5', label: 'good' };
  const asks = (of: object = {}): VendorEvent => ({
    kind: 'ratingAsked',
    session: 's',
    options: [option],
    keys: [],
    visitor,
    at: 0,
    ...of,
  });
  const rated: string[] = [];
  const rate = (name: string) => ({
    async rate() {
      rated.push(name);
      return { outcome: 'accepted' as const };
    },
  });

  test('goes to the helpdesk that asked, and begins no session there', async () => {
    rated.length = 0;
    await open({ adapter: rate('main'), others: { b: rate('b') } });
    await world.push('to b');
    await world.callbackOf('b', sessionEnded(), asks());
    await world.push('1');
    expect(rated).toEqual(['b']);
    expect(await ownerIn(world)).toEqual({ owner: 'b', isHeld: false });
    await world.push('hello');
    expect(placesOf(world)).toEqual(['to b → b', 'hello → main']);
  });

  test('goes to the helpdesk that asked for a rating, though another has the conversation by now, and keeps it', async () => {
    rated.length = 0;
    await open({ adapter: rate('main'), others: { b: rate('b') } });
    await world.push('hello');
    await world.callback(asks());
    for (const text of ['to b now', '1', 'more']) await world.push(text);
    expect(rated).toEqual(['main']);
    expect(placesOf(world)).toEqual(['hello → main', 'to b now → b', 'more → b']);
    expect(await ownerIn(world)).toEqual({ owner: 'b', isHeld: true });
  });

  test.each(['b-1', 'move-1'])(
    'goes to the helpdesk that asked for a rating, though the visitor has come anew for another (%s)',
    async (context) => {
      rated.length = 0;
      await open({ adapter: rate('main'), others: { b: rate('b') } });
      await world.push('hello');
      await world.callback(sessionEnded(), asks());
      await enter(world, context);
      await world.push('1');
      expect(rated).toEqual(['main']);
      expect(await ownerIn(world)).toEqual({ owner: 'b', isHeld: false });
      await world.push('more');
      expect(placesOf(world)).toEqual(['hello → main', 'more → b']);
    },
  );

  test('that comes back waits where it was asked for, whoever gets the conversation and what else waits', async () => {
    const tried: string[] = [];
    const adapter: Partial<HelpdeskAdapter> = {
      async rate() {
        tried.push('main');
        return { outcome: 'later', code: 'x', because: 'vendor', afterMs: 60_000 };
      },
    };
    await open({ adapter, others: { b: rate('b') } });
    await world.push('hello');
    await world.callback(asks());
    for (const text of ['1', 'two', 'to b now']) await world.push(text);
    expect(tried).toEqual(['main']);
    expect(placesOf(world)).toEqual(['hello → main', 'two → b', 'to b now → b']);
    await world.clock.advance(60_000);
    expect(tried).toEqual(['main', 'main']);
    expect(placesOf(world)).toHaveLength(3);
  });

  test.each([
    ['a menu', { kind: 'menuAsked', text: 'which?' }, rate('main')],
    ['a helpdesk that takes no rating', {}, {}],
  ])('is a message to who has the conversation: of %s', async (_what, of, adapter) => {
    rated.length = 0;
    await open({ adapter, others: { b: rate('b') } });
    await world.push('hello');
    await world.callback(asks(of));
    for (const text of ['to b now', '1']) await world.push(text);
    expect(rated).toEqual([]);
    expect(placesOf(world).at(-1)).toBe('1 → b');
  });

  test('is a message to the own agents while they have the conversation', async () => {
    rated.length = 0;
    await open({ adapter: rate('main') });
    await world.push('hello');
    await world.callback(asks());
    await world.push('official');
    expect(await world.push('1')).toEqual({ kind: 'transfer' });
    expect(rated).toEqual([]);
  });
});

describe('an event', () => {
  const adapter = { accepts: new Set(['text', 'event'] as const) };

  test('goes to the helpdesk that a rule names, and to no other', async () => {
    await open({ adapter });
    await enter(world, 'b-1');
    expect(placesOf(world)).toEqual(['[event] → b']);
  });

  test('for which a rule wants the own agents begins no session anywhere', async () => {
    await open({ adapter, routing: { rules: [rule({ sessionFrom: ['vip'] }, 'official')] } });
    await enter(world, 'vip');
    expect(placesOf(world)).toEqual([]);
    expect(await world.push('hello')).toEqual({ kind: 'transfer' });
  });
});

describe('the own agents as the default', () => {
  test('are handed over what no rule leads elsewhere', async () => {
    await open({ routing: { home: ids.official, rules: [rule({ keyword: ['b'] }, 'b')] } });
    expect(await world.push('hello')).toEqual({ kind: 'transfer' });
    await world.clock.advance(ownTtlMs);
    expect(await world.push('b')).toEqual({ kind: 'success' });
    expect(placesOf(world)).toEqual(['b → b']);
  });
});

describe('one helpdesk without rules', () => {
  test('costs no statement more', async () => {
    world = await openWorld();
    const { store } = world.bridge;
    const ran: string[] = [];
    const batch = store.batch.bind(store);
    Object.assign(store, {
      batch: (steps: readonly { statement: { id: string } }[]) => {
        ran.push(...steps.map(({ statement: { id } }) => id));
        return batch(steps as never);
      },
    });
    await world.push('hello');
    await world.callback(sessionStarted(), agentWrites('hi'), sessionEnded());
    expect(ran.filter((id) => /^(route|pass|outage)\./.test(id))).toEqual([]);
    expect(ran).toContain('seen.see');
  });
});
