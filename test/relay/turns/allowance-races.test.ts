import { afterEach, describe, expect, test } from 'vitest';
import type { Grant } from '../../../src/ports/channel.ts';
import { aroundBatches } from './batches.ts';
import { agentSays, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const sent = () => world.told.sends.map(textOf);
const replies = async () => (await world.messages()).filter(({ lane }) => lane === 'reply');
const states = async () => (await replies()).map(({ state }) => state);

/** Just before the next batch with this statement. */
function justBefore(statement: string, run: () => Promise<void>): void {
  let isOver = false;
  aroundBatches(world.bridge.store, async (statements, go) => {
    if (isOver || !statements.includes(statement)) return go();
    isOver = true;
    await run();
    return go();
  });
}

async function act(grant: Grant): Promise<void> {
  const writtenAt = world.clock.now();
  const parts = [{ kind: 'event', name: grant.act } as const];
  await world.takePush({ key: `${grant.act}-${writtenAt}`, visitor, writtenAt, parts, grant, opens: true });
}

const message = (sends: number): Grant => ({ act: 'message', sends, endsAt: start + 86_400_000 });
const entering: Grant = { act: 'enter', sends: 2, endsAt: start + 55_000 };

describe('a visitor who acts', () => {
  test('just when a reply is about to be held, gets it', async () => {
    world = await openWorld({ grants: 1 });
    await world.push('hello');
    await world.callback(agentSays('1'));
    justBefore('turn.holdReply', () => act(message(5)));
    await world.callback(agentSays('2'));
    expect(sent()).toEqual(['1', '2']);
    expect(await states()).toEqual(['sent', 'sent']);
  });

  test('just when a line is about to wait for company, gets it at once', async () => {
    world = await openWorld({ grants: 1, rules: { joinWaitMs: [11_000] } });
    await world.push('hello');

    justBefore('turn.postponeReply', async () => {
      await world.clock.advance(1);
      await act(message(1));
    });
    await world.callback(agentSays('1'));
    await world.clock.settle();
    expect(sent()).toEqual(['1']);
  });

  test('just before a send is reserved, loses none of the new grant when WeChat refuses it', async () => {
    world = await openWorld({ grants: 1 });
    await world.push('hello');
    world.onSend((reply) =>
      textOf(reply) === 'bad' ? { outcome: 'refused', code: '87014' } : { outcome: 'accepted' },
    );
    justBefore('allowance.reserve', () => act(message(2)));
    await world.callback(agentSays('bad'));
    await world.callback(agentSays('1'));
    await world.callback(agentSays('2'));
    expect(await states()).toEqual(['dead', 'sent', 'sent']);
  });

  test('releases everything that is held, also what stands behind a reply that is being retried', async () => {
    world = await openWorld({ grants: 0 });
    await world.push('hello');
    await world.callback(agentSays('1'), agentSays('robot', { from: { role: 'robot' } }));
    expect(await states()).toEqual(['held', 'held']);
    world.onSend(() => ({ outcome: 'later', code: 'down', because: 'vendor' }));
    await act(message(5));
    await world.clock.settle();
    expect(await states()).toEqual(['queued', 'queued']);
  });
});

describe('what is held', () => {
  const held = async () => {
    world = await openWorld({ grants: 0 });
    await world.push('hello');
    await world.callback(agentSays('1', { vendorId: 'one' }), agentSays('2'));
  };

  test('expires, though the process died when the line before it had just been taken back', async () => {
    await held();
    // The batch with the recall is the last thing that the process did.
    justBefore('turn.openReplies', () => Promise.reject(new Error('the process is no more')));
    await world.callback({ kind: 'recalled', keys: ['back'], visitor, at: start, vendorId: 'one' });
    await world.restart();
    await world.clock.advance(172_805_000);
    expect(await states()).toEqual(['dropped', 'expired']);
  });
});

describe('what WeChat says must be held', () => {
  test('expires, though the process died when it had just heard so', async () => {
    world = await openWorld();
    world.onSend(() => ({ outcome: 'held', code: '45047', because: 'allowance' }));
    await world.push('hello');
    justBefore('turn.holdReply', () => {
      void world.bridge.lanes.stop();
      return Promise.reject(new Error('the process is no more'));
    });
    await world.callback(agentSays('1'));
    await world.restart();
    await world.clock.advance(172_805_000);
    expect(await states()).toEqual(['expired']);
  });
});

describe('what was held while the bridge was down', () => {
  test('expires if a person wrote it, and is stale if it is automatic: the agent is told of people’s words', async () => {
    const notes: string[] = [];
    const note = async (text: string) => {
      notes.push(text);
      return { outcome: 'accepted' as const };
    };
    world = await openWorld({ grants: 0, adapter: { note } });
    await world.push('hello');
    await world.callback(agentSays('welcome', { automatic: true }), agentSays('1'));
    await world.bridge.lanes.stop();
    await world.clock.advance(3 * 86_400_000);
    await world.restart();
    await world.clock.advance(1000);
    expect((await replies()).map(({ code }) => code)).toEqual(['stale', 'expired']);
    expect(notes.at(-1)).toContain('1 条');
  });
});

describe('automatic words that are held', () => {
  test('are stale when people’s would expire, be that ever so soon', async () => {
    world = await openWorld({ grants: 0, rules: { holdTtlMs: 5000 } });
    await world.push('hello');
    await world.callback(agentSays('welcome', { automatic: true }));
    await world.clock.advance(5000);
    expect((await replies()).map(({ state, code }) => [state, code])).toEqual([['dropped', 'stale']]);
  });

  test('expire with the first of those they were sent with, and nothing turns until the last does', async () => {
    world = await openWorld({ grants: 1, rules: { joinWaitMs: [11_000] } });
    await world.push('hello');
    world.onSend(() => ({ outcome: 'unknown', code: 'cut' }));
    await world.callback(agentSays('welcome', { automatic: true }), agentSays('1'));
    await world.clock.advance(1000);
    await world.callback(agentSays('2'));
    await world.clock.advance(60_000);
    expect(await states()).toEqual(['held', 'held', 'held']);
    await world.clock.advance(172_800_000);
    expect(await states()).toEqual(['expired', 'expired', 'expired']);
  });
});

describe('the sends that are kept for people', () => {
  const rules = { reserveForHuman: 2 };
  const notice = (text: string) => agentSays(text, { automatic: true });

  test('are the same when the visitor comes in again, which grants no more than there is', async () => {
    world = await openWorld({ rules });
    await act(message(5));
    for (const line of ['1', '2', '3']) await world.callback(agentSays(line));
    await act(entering);
    await world.callback(notice('welcome'));
    expect(sent()).toEqual(['1', '2', '3']);
  });

  test('are one of the two of coming in, where all of the message is used up', async () => {
    world = await openWorld({ rules });
    await act(message(1));
    await world.callback(agentSays('1'));
    await act({ ...entering, isApart: true });
    await world.callback(notice('welcome'));
    await world.callback(notice('and another'));
    expect(sent()).toEqual(['1', 'welcome']);
  });

  test('are not spent on automatic words that may have arrived already', async () => {
    world = await openWorld({ rules });
    world.onSend(() => ({ outcome: 'unknown', code: 'cut' }));
    await act(message(3));
    await world.callback(notice('welcome'));
    await world.clock.advance(600_000);
    expect(sent()).toEqual(['welcome']);
    expect((await replies())[0]).toMatchObject({ state: 'dropped', code: 'stale' });
  });
});

describe('lines in one send', () => {
  test('whose answer was lost twice are given up together: none is tried alone', async () => {
    world = await openWorld();
    world.onSend(() => ({ outcome: 'unknown', code: 'cut' }));
    await act(message(5));
    await world.callback(agentSays('1'), agentSays('2'));
    await world.clock.advance(60_000);
    expect(sent()).toEqual(['1\n2', '1\n2']);
    expect(await states()).toEqual(['dead', 'dead']);
  });

  test('that waited for company wait for the end of a pause like all others', async () => {
    world = await openWorld({ rules: { joinWaitMs: [11_000] } });
    await act(message(1));
    world.onSend(() => ({ outcome: 'pause', code: '45011', untilMs: start + 60_000 }));
    await world.callback(agentSays('1'));
    await world.clock.advance(59_000);
    expect(sent()).toEqual(['1']);
    world.onSend(() => ({ outcome: 'accepted' }));
    await world.clock.advance(1000);
    expect(await states()).toEqual(['sent']);
  });
});
