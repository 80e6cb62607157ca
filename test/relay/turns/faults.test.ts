import { afterEach, describe, expect, test } from 'vitest';
import { openLog } from '../../observe/open-log.ts';
import { agentSays, openWorld, start, textOf, visitor, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const forwarded = () => world.told.forwards.map(textOf);
const throws = (): never => {
  throw new TypeError('a fault');
};

const threwIn = (hook: string) =>
  expect.stringMatching(new RegExp(`^adapter\\.threw .*"helpdesk":"shop/main".*"hook":"${hook}"`));

describe('an adapter', () => {
  test('whose fold throws loses no event and doubles no message', async () => {
    world = await openWorld({ adapter: { fold: throws } });
    world.onForward(() => ({ outcome: 'accepted', events: [{ kind: 'noted', keys: ['n'], at: start }] }));
    await world.push('a');
    await world.callback(agentSays('1'));
    await world.clock.advance(60_000);
    expect(forwarded()).toEqual(['a']);
    expect(world.told.sends.map(textOf)).toEqual(['1']);
    expect(world.told.lines).toContainEqual(
      expect.stringMatching(/^adapter\.threw .*"helpdesk":"shop\/main".*"event":"noted"/),
    );
  });

  test('whose fold throws for the helpdesk itself keeps what was remembered', async () => {
    let isBroken = false;
    world = await openWorld({ adapter: { fold: () => (isBroken ? throws() : 'known') } });
    const event = { kind: 'noted', visitor: null, at: start } as const;
    await world.callback({ ...event, keys: ['n1'] });
    isBroken = true;
    await world.callback({ ...event, keys: ['n2'] });
    expect((await world.memories()).map(({ value }) => value)).toEqual(['"known"']);
  });

  test('that cannot name a visitor loses no push, and is asked again at the next', async () => {
    let asked = 0;
    const visitorIds = () => {
      asked += 1;
      return asked === 1 ? throws() : [visitor];
    };
    world = await openWorld({ adapter: { visitorIds } });
    await world.push('a');
    expect(forwarded()).toEqual(['a']);
    expect(world.told.lines).toContainEqual(threwIn('visitorIds'));
    await world.push('b');
    await world.callback(agentSays('1'));
    expect(world.told.sends.map(textOf)).toEqual(['1']);
  });

  test('that cannot say who serves is asked for an agent all the same', async () => {
    let asked = 0;
    const askForAgent = async () => {
      asked += 1;
      return { outcome: 'accepted' } as const;
    };
    world = await openWorld({ adapter: { serving: throws, askForAgent }, handoverWords: ['转人工'] });
    await world.push('转人工');
    await world.push('a');
    expect({ asked, forwarded: forwarded() }).toEqual({ asked: 1, forwarded: ['a'] });
    expect(world.told.lines).toContainEqual(threwIn('serving'));
  });

  test('that cannot name the grades of a rating loses nothing else of its callback', async () => {
    world = await openWorld({ adapter: { ratingOptions: throws } });
    await world.push('hello');
    await world.callback(
      { kind: 'ratingAsked', keys: ['q'], visitor, at: start, session: 's1' },
      agentSays('1'),
    );
    expect(world.told.sends.map(textOf)).toEqual(['1']);
    expect(world.told.lines).toContainEqual(threwIn('ratingOptions'));
  });

  test('that throws words leaves none of them in the log', async () => {
    world = await openWorld();
    const { log, written } = openLog();
    Object.assign(world.bridge, { log });
    world.onForward(() => {
      throw new Error('could not read\n    at 我的身份证号是 110101');
    });
    await world.push('a');
    expect(written.join('')).toContain('adapter.threw');
    expect(written.join('')).not.toContain('110101');
  });
});

describe('a channel that throws', () => {
  test('costs a reply three tries with pauses, and the agent is told', async () => {
    const notes: string[] = [];
    world = await openWorld({
      adapter: {
        note: async (text) => {
          notes.push(text);
          return { outcome: 'accepted' };
        },
      },
    });
    world.onSend(throws);
    await world.push('hello');
    await world.callback(agentSays('1'));
    await world.clock.settle();
    expect(world.told.sends).toHaveLength(1);
    await world.clock.advance(3_600_000);
    expect(world.told.sends).toHaveLength(3);
    expect(notes).toEqual(['消息未能送达访客（threw）']);
  });
});
