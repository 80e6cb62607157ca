import { afterEach, describe, expect, test } from 'vitest';
import type { HelpdeskAdapter } from '../../../src/ports/helpdesk.ts';
import { agentSays, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const never = new Promise<never>(() => {});

/** A helpdesk that can show notes to agents, and what they show. */
function takeNotes() {
  const notes: string[] = [];
  const note: HelpdeskAdapter['note'] = async (text) => {
    notes.push(text);
    return { outcome: 'accepted' };
  };
  return { notes, adapter: { note } };
}

describe('the helpdesk is told', () => {
  test('that WeChat has taken a reply, by the helpdesk’s own id, where it wants to know', async () => {
    const delivered: unknown[] = [];
    world = await openWorld({
      adapter: {
        delivered: async (reply) => {
          delivered.push([textOf(reply), reply.vendorId]);
          return { outcome: 'accepted' };
        },
      },
    });
    await world.push('hello');
    await world.callback(agentSays('1', { vendorId: '9007199254740993' }));
    expect(delivered).toEqual([['1', '9007199254740993']]);
  });

  test('by a note that an agent’s reply was given up', async () => {
    const { notes, adapter } = takeNotes();
    world = await openWorld({ adapter });
    world.onSend(() => ({ outcome: 'refused', code: '70000' }));
    await world.push('hello');
    await world.callback(agentSays('1'));
    expect(notes).toEqual(['消息未能送达访客（70000）']);
  });

  test('by a note that a visitor’s message was given up', async () => {
    const { notes, adapter } = takeNotes();
    world = await openWorld({ adapter });
    world.onForward(() => ({ outcome: 'refused', code: 'E1' }));
    await world.push('a');
    expect(notes).toEqual(['访客的一条消息未能送达本系统（E1）']);
  });

  test('of nothing where it has no notes', async () => {
    world = await openWorld({ notices: { undelivered: '' } });
    world.onForward(() => ({ outcome: 'refused', code: 'E1' }));
    await world.push('a');
    expect(await world.messages()).toMatchObject([{ state: 'dead' }]);
  });
});

test('a visitor whom the helpdesk shuts out reads nothing of it', async () => {
  const { notes, adapter } = takeNotes();
  world = await openWorld({ adapter, notices: { undelivered: 'not delivered' } });
  world.onForward(() => ({ outcome: 'refused', code: 'blacklisted', isSilent: true }));
  await world.push('a');
  expect(world.told.sends).toEqual([]);
  expect(notes).toEqual(['访客的一条消息未能送达本系统（blacklisted）']);
  expect(await world.messages()).toMatchObject([{ state: 'dead' }, {}]);
});

describe('of a message that five processes died of', () => {
  test('visitor and agent are told', async () => {
    const { notes, adapter } = takeNotes();
    world = await openWorld({ adapter, notices: { undelivered: 'not delivered' } });
    world.onForward(() => never);
    await world.push('deadly');
    for (let starts = 0; starts < 6; starts += 1) await world.restart();
    expect(world.told.sends.map(textOf)).toEqual(['not delivered']);
    expect(notes).toEqual(['访客的一条消息未能送达本系统（restarts）']);
  });
});

describe('of a reply that five processes died of', () => {
  test('the agent is told, and the visitor is not', async () => {
    const { notes, adapter } = takeNotes();
    world = await openWorld({ adapter, notices: { undelivered: 'not delivered' } });
    await world.push('hello');
    world.onSend((reply) => (textOf(reply) === 'deadly' ? never : { outcome: 'accepted' }));
    await world.callback(agentSays('deadly'));
    for (let starts = 0; starts < 6; starts += 1) await world.restart();
    await world.callback(agentSays('goes on'));
    expect(notes).toEqual(['消息未能送达访客（restarts）']);
    expect(new Set(world.told.sends.map(textOf))).toEqual(new Set(['deadly', 'goes on']));
  });

  test('and that he had taken back, the agent is told nothing', async () => {
    const { notes, adapter } = takeNotes();
    world = await openWorld({ adapter });
    await world.push('hello');
    world.onSend(() => never);
    await world.callback(agentSays('deadly', { vendorId: 'v1' }));
    for (let starts = 0; starts < 5; starts += 1) await world.restart();
    await world.callback({ kind: 'recalled', keys: ['r1'], visitor, at: start, vendorId: 'v1' });
    await world.restart();
    expect(notes).toEqual([]);
  });
});

describe('the operator is told by an alarm', () => {
  test('that nobody knows whether a message arrived, where he is to be asked', async () => {
    world = await openWorld({ policy: { onUnknown: 'ask' } });
    world.onForward(() => ({ outcome: 'unknown', code: 'cut' }));
    await world.push('a');
    expect(world.told.lines.filter((line) => line.startsWith('alarm.raised'))).toHaveLength(1);
  });
});
