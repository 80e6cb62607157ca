import { afterEach, describe, expect, test } from 'vitest';
import type { Addressee } from '../../../src/ports/channel.ts';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { agentSays, openWorld, start, textOf, visitor, type World, type WorldOptions } from './world.ts';

let world: World;
afterEach(() => world.close());

const typing: VendorEvent = { kind: 'typing', keys: [], visitor, at: start };

async function open(options: WorldOptions = {}, show: () => Promise<void> = async () => undefined) {
  const shown: string[] = [];
  const typingSign = {
    lastsMs: 15_000,
    show({ visitor: to }: Addressee) {
      shown.push(to);
      return show();
    },
  };
  world = await openWorld({ ...options, channel: { typing: typingSign } });
  return shown;
}

describe('that an agent is writing', () => {
  test('is shown to the visitor, and uses up no send', async () => {
    const shown = await open({ grants: 1 });
    await world.push('hello');
    await world.callback(typing);
    await world.callback(agentSays('hi'));
    expect(shown).toEqual([visitor]);
    expect(world.told.sends.map(textOf)).toEqual(['hi']);
  });

  test('is shown in the name of the sub-merchant whose session it is, and so is what he writes', async () => {
    const named: unknown[] = [];
    world = await openWorld({
      channel: { typing: { lastsMs: 15_000, show: async (to) => void named.push(to) } },
    });
    world.onSend((_reply, { visitor: to, business }) => {
      named.push({ visitor: to, business });
      return { outcome: 'accepted' };
    });
    await world.pushPart({ kind: 'text', text: 'hello' }, { change: { business: '8' } });
    await world.push('and more'); // says nothing of it
    await world.callback(typing);
    await world.callback(agentSays('hi'));
    expect(named).toEqual([1, 2].map(() => ({ visitor, business: '8' })));
  });

  test('is shown once in fifteen seconds to each visitor', async () => {
    const shown = await open();
    await world.push('hello');
    await world.push('hello', { from: 'oVisitor2' });
    await world.callback(typing, typing);
    await world.clock.advance(14_999);
    await world.callback(typing, { ...typing, visitor: 'oVisitor2' });
    expect(shown).toEqual([visitor, 'oVisitor2']);
    await world.clock.advance(1);
    await world.callback(typing);
    expect(shown).toEqual([visitor, 'oVisitor2', visitor]);
  });

  test('is not shown while nothing may be sent: no sends are left, or the window is closed', async () => {
    const shown = await open({ grants: 1 });
    await world.push('hello');
    await world.callback(agentSays('hi'));
    await world.callback(typing);
    await world.clock.advance(3 * 86_400_000);
    await world.callback(typing);
    expect(shown).toEqual([]);
  });

  test('is not shown while a reply waits for a pause to be over', async () => {
    const shown = await open();
    await world.push('hello');
    world.onSend(() => ({ outcome: 'pause', code: '45009', untilMs: start + 60_000 }));
    await world.callback(agentSays('hi'));
    await world.callback(typing);
    expect(shown).toEqual([]);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('no'))],
    ['hangs', () => new Promise<void>(() => undefined)],
  ])('stands in nobody’s way when showing it %s, and is not tried again', async (_what, show) => {
    const shown = await open({}, show);
    await world.push('hello');
    await world.callback(typing);
    await world.callback(agentSays('hi'));
    await world.clock.advance(60_000);
    expect(world.told.sends.map(textOf)).toEqual(['hi']);
    expect(shown).toHaveLength(1);
  });
});
