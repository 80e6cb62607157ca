import { afterEach, describe, expect, test } from 'vitest';
import type { Knock, KnockOutcome } from '../../../src/ports/channel.ts';
import { readKnock } from '../../../src/store/knocks.ts';
import {
  agentSays,
  conversation,
  openWorld,
  start,
  textOf,
  visitor,
  type World,
  type WorldOptions,
} from './world.ts';

let world: World;
afterEach(() => world.close());

const twoDaysMs = 172_800_000;
const template = 'template-1';
const allowed = { kind: 'allowed', template } as const;
const never = new Promise<never>(() => {});
const sent = () => world.told.sends.map(textOf);
const knockRow = async () => (await world.bridge.store.batch([readKnock({ conversation })]))[0][0];

/** A channel that can knock, and a helpdesk that can show notes. `answers` are given in turn, then: accepted. */
function openScene(...answers: readonly (KnockOutcome | Promise<KnockOutcome>)[]) {
  const left = [...answers];
  const knocks: Knock[] = [];
  const notes: string[] = [];
  const options: WorldOptions = {
    adapter: {
      note: async (text) => {
        notes.push(text);
        return { outcome: 'accepted' };
      },
    },
    rules: { holdTtlMs: 10 * twoDaysMs },
    knocker: {
      template,
      async knock(knock) {
        knocks.push(knock);
        return left.shift() ?? { outcome: 'accepted' };
      },
    },
  };
  return { knocks, notes, options };
}

/** The visitor wrote, allowed so many knocks, and went away for longer than he can be written to. */
async function goAway({ options }: ReturnType<typeof openScene>, budget = 1) {
  world = await openWorld(options);
  await world.push('hello');
  for (let times = 0; times < budget; times += 1) await world.tellKnocks([allowed]);
  await world.clock.advance(twoDaysMs);
}

const heldNote = '访客已超过微信允许的会话时间，消息已暂存，访客再次发言后自动送达。';
const knockNote = '已发送订阅消息提醒访客。';

describe('an agent’s reply that is held because the window closed', () => {
  test('knocks at the visitor once, and goes out when he writes', async () => {
    const scene = openScene();
    await goAway(scene);
    await world.callback(agentSays('1', { from: { role: 'agent', name: '小王' } }));
    expect(scene.knocks).toEqual([
      expect.objectContaining({ visitor, replies: 1, agent: '小王', writtenAt: start + twoDaysMs }),
    ]);
    await world.callback(agentSays('2'));
    await world.clock.advance(3_600_000);
    expect({ knocks: scene.knocks.length, sent: sent() }).toEqual({ knocks: 1, sent: [] });
    await world.push('here I am');
    expect(sent()).toEqual(['1\n2']);
  });

  test('is one note to the agent, with word of the knock', async () => {
    const scene = openScene();
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.callback(agentSays('2'));
    expect(scene.notes).toEqual([heldNote + knockNote]);
  });

  test('knocks again in the next wait, if the visitor allows another', async () => {
    const scene = openScene();
    await goAway(scene, 2);
    for (const text of ['1', '2', '3']) {
      await world.callback(agentSays(text));
      await world.push(`back after ${text}`);
      await world.clock.advance(twoDaysMs);
    }
    expect(scene.knocks).toHaveLength(2);
    expect(scene.notes).toEqual([heldNote + knockNote, heldNote + knockNote, heldNote]);
  });

  test('makes no call where the visitor allows none; the agent reads the usual note', async () => {
    const scene = openScene();
    await goAway(scene, 0);
    await world.callback(agentSays('1'));
    await world.clock.advance(3_600_000);
    expect(scene).toMatchObject({ knocks: [], notes: [heldNote] });
  });

  test('knocks as soon as the visitor allows it', async () => {
    const scene = openScene();
    await goAway(scene, 0);
    await world.callback(agentSays('1'));
    await world.tellKnocks([allowed]);
    expect(scene.knocks).toHaveLength(1);
    expect(scene.notes).toEqual([heldNote, knockNote]);
  });

  test('knocks when its window closes, where only the count had been used up before', async () => {
    const scene = openScene();
    world = await openWorld({ ...scene.options, grants: 1 });
    await world.push('hello');
    await world.tellKnocks([allowed]);
    await world.callback(agentSays('1'));
    await world.callback(agentSays('2'));
    await world.clock.advance(3_600_000);
    expect({ sent: sent(), knocks: scene.knocks }).toEqual({ sent: ['1'], knocks: [] });
    await world.clock.advance(twoDaysMs);
    expect(scene.knocks).toHaveLength(1);
  });

  test('by WeChat’s own word knocks too', async () => {
    const scene = openScene();
    world = await openWorld(scene.options);
    await world.push('hello');
    await world.tellKnocks([allowed]);
    world.onSend(() => ({ outcome: 'held', code: '45015', because: 'window' }));
    await world.callback(agentSays('1'));
    expect(scene.knocks).toHaveLength(1);
  });

  test('does not knock where a machine wrote it', async () => {
    const scene = openScene();
    await goAway(scene);
    await world.callback(agentSays('1', { automatic: true }));
    await world.clock.advance(60_000);
    expect(scene.knocks).toEqual([]);
  });

  test('is not waited for: a visitor who comes back meanwhile is answered while the knock hangs', async () => {
    const scene = openScene(never);
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.push('here I am');
    expect(sent()).toEqual(['1']);
  });

  test('and taken back before the knock is due again asks for none', async () => {
    const scene = openScene({ outcome: 'later', code: '43108', afterMs: 1000 });
    await goAway(scene);
    await world.callback(agentSays('1', { vendorId: 'v1' }));
    await world.callback({ kind: 'recalled', keys: ['r'], visitor, at: start, vendorId: 'v1' });
    await world.clock.advance(60_000);
    expect(scene.knocks).toHaveLength(1);
    await world.callback(agentSays('2'));
    expect(scene.knocks).toHaveLength(2);
  });
});

describe('a knock', () => {
  test('that meets another is made again at its time, and the agent is told of it then', async () => {
    const scene = openScene({ outcome: 'later', code: '43108', afterMs: 1000 });
    await goAway(scene);
    await world.callback(agentSays('1'));
    expect(scene.notes).toEqual([heldNote]);
    await world.clock.advance(999);
    expect(scene.knocks).toHaveLength(1);
    await world.clock.advance(1);
    expect(scene.knocks).toHaveLength(2);
    expect(scene.notes).toEqual([heldNote, knockNote]);
  });

  test('is made again though the bridge was away when it was due', async () => {
    const scene = openScene({ outcome: 'later', code: '45009', afterMs: 3_600_000 });
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.restart();
    await world.clock.advance(3_600_000);
    expect(scene.knocks).toHaveLength(2);
  });

  test('is not made again once the visitor has acted', async () => {
    const scene = openScene({ outcome: 'later', code: '-1', afterMs: 1000 });
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.push('here I am');
    await world.clock.advance(60_000);
    expect(scene.knocks).toHaveLength(1);
    expect(await knockRow()).toMatchObject({ state: 'dropped' });
  });

  test('that is refused is given back, and not made again in this wait', async () => {
    const scene = openScene({ outcome: 'refused', code: '40037', alarm: 'no such template' });
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.clock.advance(3_600_000);
    expect({ knocks: scene.knocks.length, notes: scene.notes }).toEqual({ knocks: 1, notes: [heldNote] });
    await world.push('here I am');
    await world.clock.advance(twoDaysMs);
    await world.callback(agentSays('2'));
    expect(scene.knocks).toHaveLength(2);
  });

  test('of which nobody knows is not repeated, and is not there again', async () => {
    const scene = openScene({ outcome: 'unknown', code: 'timeout' });
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.push('here I am');
    await world.clock.advance(twoDaysMs);
    await world.callback(agentSays('2'));
    expect(scene.knocks).toHaveLength(1);
  });

  test('that the process died of is not repeated', async () => {
    const scene = openScene(never);
    await goAway(scene, 2);
    await world.callback(agentSays('1'));
    await world.restart();
    await world.clock.advance(3_600_000);
    expect(scene.knocks).toHaveLength(1);
    expect(await knockRow()).toMatchObject({ state: 'unknown', code: 'restart' });
    expect(scene.notes).toEqual([heldNote]);
  });

  test('that WeChat says is not allowed uses up what was counted', async () => {
    const scene = openScene({ outcome: 'unallowed', code: '43101' });
    await goAway(scene, 3);
    await world.callback(agentSays('1'));
    await world.push('here I am');
    await world.clock.advance(twoDaysMs);
    await world.callback(agentSays('2'));
    expect(scene.knocks).toHaveLength(1);
    await world.tellKnocks([allowed]);
    expect(scene.knocks).toHaveLength(2);
  });

  test('that was allowed anew while WeChat said no is made', async () => {
    const answer = Promise.withResolvers<KnockOutcome>();
    const scene = openScene(answer.promise);
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.tellKnocks([allowed]);
    answer.resolve({ outcome: 'unallowed', code: '43101' });
    await world.clock.settle();
    await world.clock.advance(0);
    expect(scene.knocks).toHaveLength(2);
  });

  test('keeps what WeChat says of it afterwards', async () => {
    const scene = openScene({ outcome: 'unknown', code: 'timeout' });
    await goAway(scene);
    await world.callback(agentSays('1'));
    await world.tellKnocks([{ kind: 'undelivered', template, code: '1003' }]);
    expect(await knockRow()).toMatchObject({ state: 'sent', result: '1003' });
    await world.tellKnocks([{ kind: 'delivered', template }]);
    expect(await knockRow()).toMatchObject({ state: 'sent', result: 'delivered' });
  });
});

describe('what a visitor allows', () => {
  test('counts once for each answer, and a repeated push of it is none', async () => {
    const scene = openScene();
    world = await openWorld(scene.options);
    await world.push('hello');
    await world.tellKnocks([allowed, allowed], { key: 'same' });
    await world.tellKnocks([allowed, allowed], { key: 'same' });
    for (const text of ['1', '2', '3']) {
      await world.clock.advance(twoDaysMs);
      await world.callback(agentSays(text));
      await world.push(`back after ${text}`);
    }
    expect(scene.knocks).toHaveLength(2);
  });

  test('is kept over a restart, and for a visitor who has not written yet', async () => {
    const scene = openScene();
    world = await openWorld(scene.options);
    await world.tellKnocks([allowed]);
    expect((await world.messages()).map(({ conversation: of }) => of)).toEqual([null]);
    await world.restart();
    await world.push('hello');
    await world.clock.advance(twoDaysMs);
    await world.callback(agentSays('1'));
    expect(scene.knocks).toHaveLength(1);
  });

  test('is nothing once he has switched the template off', async () => {
    const scene = openScene();
    await goAway(scene, 3);
    await world.tellKnocks([{ kind: 'forbidden', template }]);
    await world.callback(agentSays('1'));
    expect(scene.knocks).toEqual([]);
  });

  test('is his alone, and of this template', async () => {
    const scene = openScene();
    await goAway(scene, 0);
    await world.tellKnocks([{ kind: 'allowed', template: 'template-2' }]);
    await world.tellKnocks([allowed], { from: 'oVisitor2' });
    await world.callback(agentSays('1'));
    expect(scene.knocks).toEqual([]);
  });

  test('opens no window: nothing is sent for it', async () => {
    const scene = openScene();
    await goAway(scene, 0);
    await world.callback(agentSays('1'));
    await world.tellKnocks([allowed]);
    expect(sent()).toEqual([]);
  });
});
