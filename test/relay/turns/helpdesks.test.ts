import { afterEach, describe, expect, test } from 'vitest';
import type { PullFrom, PullPage, VendorEvent } from '../../../src/ports/helpdesk.ts';
import { agentSays, conversation, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);

describe('a callback for a visitor whom nobody knows', () => {
  test('is kept, and becomes replies in order of arrival once he is bound', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'accepted', bind: ['client-7'] }));
    await world.callback(agentSays('1', { visitor: 'client-7' }));
    await world.callback(agentSays('2', { visitor: 'client-7' }));
    expect(await world.messages()).toMatchObject([{ action: 'stray' }, { action: 'stray' }]);
    await world.push('hello');
    await world.callback(agentSays('3', { visitor: 'client-7' }));
    expect(sent()).toEqual(['1', '2', '3']);
  });

  test('is found by the id that the bridge chose itself, with his first message', async () => {
    world = await openWorld();
    await world.callback(agentSays('early'));
    await world.push('hello');
    expect(sent()).toEqual(['early']);
  });

  test('is not adopted twice, nor by somebody else', async () => {
    world = await openWorld();
    world.onForward(() => ({ outcome: 'accepted', bind: ['client-7'] }));
    await world.callback(agentSays('1', { visitor: 'client-7' }));
    await Promise.all([world.push('a'), world.push('b', { from: 'oVisitor2' })]);
    expect(sent()).toEqual(['1']);
  });
});

describe('an event that needs a call', () => {
  const needsCall: VendorEvent = {
    kind: 'noted',
    keys: ['enter'],
    visitor,
    at: start,
    react: { notAfter: start + 20_000 },
  };

  test('gets it before waiting messages, though the lane is blocked', async () => {
    const calls: string[] = [];
    world = await openWorld({
      adapter: {
        react: async (event, { notAfter }) => {
          calls.push(`${event.kind} until ${notAfter}`);
          return { outcome: 'accepted', say: [{ kind: 'text', text: 'welcome' }] };
        },
      },
    });
    world.onForward(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await world.push('blocked');
    await world.callback(needsCall);
    expect(calls).toEqual([`noted until ${start + 20_000}`]);
    expect(sent()).toEqual(['welcome']);
  });

  test('is dropped when it is too late for it', async () => {
    let calls = 0;
    world = await openWorld({
      adapter: {
        react: async () => {
          calls += 1;
          return { outcome: 'later', code: 'down', because: 'vendor', afterMs: 30_000 };
        },
      },
    });
    await world.push('hello');
    await world.callback(needsCall);
    await world.clock.advance(60_000);
    expect(calls).toBe(1);
    expect((await world.messages()).find(({ action }) => action === 'react')?.state).toBe('dropped');
  });
});

describe('a wake', () => {
  test('comes at its time, with what is remembered, and can be set again', async () => {
    const woken: unknown[] = [];
    world = await openWorld({
      adapter: {
        wake: async (name, { conversation: of }) => {
          woken.push([name, of?.visitor, world.clock.now() - start]);
          const isFirst = woken.length === 1;
          return { outcome: 'accepted', wakes: [{ name: 'poll', afterMs: isFirst ? 20_000 : null }] };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 5000 }] }));
    await world.push('hello');
    await world.clock.advance(100_000);
    expect(woken).toEqual([
      ['poll', visitor, 5000],
      ['poll', visitor, 25_000],
    ]);
    expect(await world.wakes()).toEqual([]);
  });

  test('that fails comes again after a pause', async () => {
    let calls = 0;
    world = await openWorld({
      adapter: {
        wake: async () => {
          calls += 1;
          return calls < 3 ? { outcome: 'later', code: 'down', because: 'vendor' } : { outcome: 'accepted' };
        },
      },
    });
    world.onForward(() => ({ outcome: 'accepted', wakes: [{ name: 'poll', afterMs: 1000 }] }));
    await world.push('hello');
    await world.clock.advance(10_000);
    expect(calls).toBe(3);
  });

  test('`start` comes to every helpdesk when the bridge starts, without a conversation', async () => {
    const woken: unknown[] = [];
    world = await openWorld({
      adapter: {
        wake: async (name, context) => {
          woken.push([name, context.conversation]);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.begin();
    expect(woken).toEqual([['start', undefined]]);
  });
});

describe('a bell', () => {
  function pages(...given: readonly PullPage[]) {
    const asked: PullFrom[] = [];
    const left = [...given];
    const pull = async (from: PullFrom): Promise<PullPage> => {
      asked.push(from);
      return left.shift() ?? { outcome: 'page', cursor: from.cursor, more: false };
    };
    return { asked, pull };
  }

  test('is answered by fetching pages from the cursor until there are no more', async () => {
    const { asked, pull } = pages(
      { outcome: 'page', cursor: '1', more: true, events: [agentSays('one')] },
      { outcome: 'page', cursor: '2', more: true },
      { outcome: 'page', cursor: '3', more: false, events: [agentSays('two')] },
    );
    world = await openWorld({ adapter: { pull } });
    await world.push('hello');
    await world.bell({ topic: 'inbox', note: 'token-1' });
    expect(asked.map(({ cursor, note }) => [cursor, note])).toEqual([
      [null, 'token-1'],
      ['1', 'token-1'],
      ['2', 'token-1'],
    ]);
    expect(sent()).toEqual(['one', 'two']);
    expect(await world.pulls()).toMatchObject([{ cursor: '3', due: null }]);
  });

  test('of one visitor rings for his conversation', async () => {
    const { asked, pull } = pages();
    world = await openWorld({ adapter: { pull } });
    await world.push('hello');
    await world.bell({ topic: 'stream', visitor });
    expect(asked).toMatchObject([{ topic: 'stream', conversation: { id: conversation } }]);
  });

  test('that rings while a page is fetched is answered by another', async () => {
    const gate = Promise.withResolvers<PullPage>();
    let calls = 0;
    const pull = async (): Promise<PullPage> => {
      calls += 1;
      return calls === 1 ? gate.promise : { outcome: 'page', cursor: '2', more: false };
    };
    world = await openWorld({ adapter: { pull } });
    await world.bell({ topic: 'inbox' });
    await world.clock.advance(1000);
    await world.bell({ topic: 'inbox' });
    gate.resolve({ outcome: 'page', cursor: '1', more: false });
    await world.clock.settle();
    await world.clock.advance(0);
    expect(calls).toBe(2);
    expect(await world.pulls()).toMatchObject([{ cursor: '2', due: null }]);
  });

  test('is answered later where the vendor cannot now, and the cursor stays', async () => {
    const { asked, pull } = pages({ outcome: 'later', code: 'busy', afterMs: 5000 });
    world = await openWorld({ adapter: { pull } });
    await world.bell({ topic: 'inbox' });
    await world.clock.advance(5000);
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, null]);
  });

  test('is not needed where an outcome asks to watch a topic', async () => {
    const { asked, pull } = pages();
    world = await openWorld({ adapter: { pull } });
    world.onForward(() => ({ outcome: 'accepted', watch: [{ topic: 'stream', afterMs: 3000 }] }));
    await world.push('hello');
    await world.clock.advance(3000);
    expect(asked).toMatchObject([{ topic: 'stream', conversation: { visitor } }]);
  });
});

describe('the helpdesk is told', () => {
  test('that WeChat has taken a reply, where it wants to know', async () => {
    const delivered: string[] = [];
    world = await openWorld({
      adapter: {
        delivered: async (reply) => {
          delivered.push(textOf(reply));
          return { outcome: 'accepted' };
        },
      },
    });
    await world.push('hello');
    await world.callback(agentSays('1'));
    expect(delivered).toEqual(['1']);
  });

  test('by a note that an agent’s reply was given up', async () => {
    const notes: string[] = [];
    world = await openWorld({
      adapter: {
        note: async (text) => {
          notes.push(text);
          return { outcome: 'accepted' };
        },
      },
    });
    world.onSend(() => ({ outcome: 'refused', code: '70000' }));
    await world.push('hello');
    await world.callback(agentSays('1'));
    expect(notes).toEqual(['消息未能送达访客（70000）']);
  });
});
