import { afterEach, describe, expect, test } from 'vitest';
import type { ProfileItem } from '../../../src/model/profile.ts';
import type { HelpdeskAdapter, Serving } from '../../../src/ports/helpdesk.ts';
import type { ProfileAnswer, ProfileQuestion } from '../../../src/ports/profile.ts';
import { signToken } from '../../formats/sign-token.ts';
import { enter, placesOf, rule, sessionEnded, sessionStarted } from './routing-scene.ts';
import { openWorld, start, textOf, visitor, type World, type WorldOptions } from './world.ts';

const key = 'a key of the merchant, thirty-two bytes and more';
const signed = (claims: object) =>
  signToken(key, { sub: visitor, aud: 'wx1', exp: start / 1000 + 600, ...claims });

let world: World;
afterEach(() => world.close());

async function open(options: WorldOptions = {}) {
  world = await openWorld({ profile: { signingKeys: [key] }, ...options });
}

/** What the helpdesk was told of the visitor with the last message. */
const profileTold = () => world.told.attempts.at(-1)?.conversation.profile;
const brief = () =>
  Object.fromEntries(
    (profileTold() ?? []).map(({ key: name, value, isProved }) => [name, [value, isProved]]),
  );

describe('what a visitor comes with', () => {
  test('is told to the helpdesk with his next message, as a claim', async () => {
    await open();
    await enter(world, '{"vip":3,"page":"pages/cart"}');
    await world.push('hello');
    expect(profileTold()).toEqual([
      { key: 'vip', label: '会员等级', value: '3', isProved: false },
      { key: 'page', label: '页面', value: 'pages/cart', isProved: false },
    ]);
  });

  test('is proved as far as the merchant’s server has signed it, and the token goes no further', async () => {
    await open();
    const token = signed({ name: '张三', vip: 5 });
    await enter(world, `{"vip":9,"page":"p","signed":"${token}"}`);
    await world.push('hello');
    expect(brief()).toEqual({ name: ['张三', true], vip: ['5', true], page: ['p', false] });
    expect(world.told.attempts.at(-1)?.conversation.context).toBe('{"vip":9,"page":"p"}');
    expect(JSON.stringify(await world.messages())).not.toContain(token);
    expect(JSON.stringify(world.told.lines)).not.toMatch(/张三|ey\w+\.ey/);
  });

  test.each([
    ['of another key', signToken('x'.repeat(40), { sub: visitor, exp: start / 1000 + 60 }), 'signature'],
    ['of another visitor', signed({ sub: 'oSomebody', name: 'thief' }), 'subject'],
    ['that is over', signed({ exp: start / 1000 - 61 }), 'expired'],
  ])(
    'is no profile where its token is one %s, and the message goes all the same',
    async (_what, token, reason) => {
      await open();
      await enter(world, `{"vip":1,"signed":"${signed({ name: '张三' })}"}`);
      await enter(world, `{"vip":9,"signed":"${token}"}`);
      await world.push('hello');
      expect(world.told.forwards.map(textOf)).toEqual(['hello']);
      expect(brief()).toEqual({ name: ['张三', true], vip: ['1', false] });
      const told = world.told.lines.filter((line) => line.startsWith('profile.refused'));
      expect(told).toEqual([expect.stringContaining(`"reason":"${reason}"`)]);
    },
  );

  test('has the merchant’s own labels', async () => {
    await open({ profile: { labels: { vip: '等级', constructor: '构造' } } });
    await enter(world, '{"vip":3,"constructor":"x","order":{"id":7}}');
    await world.push('hello');
    expect(profileTold()?.map(({ label }) => label)).toEqual(['等级', '构造', 'order.id']);
  });

  test('gives way to what he comes with next, and stays if that is nothing', async () => {
    await open();
    await enter(world, 'vip=1&city=上海');
    await enter(world);
    await world.push('one');
    expect(brief()).toEqual({ vip: ['1', false], city: ['上海', false] });
    await enter(world, 'vip=2');
    await world.push('two');
    expect(brief()).toEqual({ vip: ['2', false] });
  });
});

/** A merchant’s server that answers when it is told to. */
function openMerchant() {
  const asked: ProfileQuestion[] = [];
  const answers: ((answer: ProfileAnswer) => void)[] = [];
  const ask = (question: ProfileQuestion) => {
    asked.push(question);
    return new Promise<ProfileAnswer>((resolve) => answers.push(resolve));
  };
  const says = async (...items: readonly (readonly [string, string])[]) => {
    const known: readonly ProfileItem[] = items.map(([name, value]) => ({
      key: name,
      value,
      isProved: true,
    }));
    answers.shift()?.({ kind: 'known', items: known });
    await world.clock.advance(0);
  };
  const fails = async () => {
    answers.shift()?.({ kind: 'failed', code: 'http_500' });
    await world.clock.advance(0);
  };
  return { asked, says, fails, source: { ttlMs: 600_000, ask } };
}

describe('what the merchant’s server says', () => {
  test('is asked beside the push, delays nothing, and serves the next message', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    await enter(world, 'vip=1');
    await world.push('one');
    expect(world.told.forwards.map(textOf)).toEqual(['one']);
    expect(brief()).toEqual({ vip: ['1', false] });
    expect(merchant.asked).toEqual([{ tenant: 'shop', appid: 'wx1', visitor, context: 'vip=1' }]);
    await merchant.says(['vip', '4'], ['phone', '138']);
    await world.push('two');
    expect(brief()).toEqual({ vip: ['4', true], phone: ['138', true] });
  });

  test('is asked once while it is good, and again after that', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    await world.push('one');
    await world.push('two');
    await merchant.says(['vip', '4']);
    await world.clock.advance(599_000);
    await world.push('three');
    expect(merchant.asked).toHaveLength(1);
    await world.clock.advance(2000);
    await world.push('four');
    expect(merchant.asked).toHaveLength(2);
    await merchant.says();
    await world.push('five');
    expect(profileTold()).toBeUndefined();
  });

  test('is remembered over a restart', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    await world.push('one');
    await merchant.says(['vip', '4']);
    await world.restart();
    await world.push('two');
    expect(merchant.asked).toHaveLength(1);
    expect(brief()).toEqual({ vip: ['4', true] });
  });

  test('leaves what was known where it fails, and is not asked again at once', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    await world.push('one');
    await merchant.says(['vip', '4']);
    await world.clock.advance(600_001);
    await world.push('two');
    await merchant.fails();
    await world.push('three');
    expect(merchant.asked).toHaveLength(2);
    expect(brief()).toEqual({ vip: ['4', true] });
    await world.clock.advance(60_001);
    await world.push('four');
    expect(merchant.asked).toHaveLength(3);
  });

  test('is waited for by no stop, and nothing more is asked then', async () => {
    let asked = 0;
    const ask = (_question: ProfileQuestion, signal: AbortSignal) =>
      new Promise<ProfileAnswer>((resolve) => {
        asked += 1;
        signal.addEventListener('abort', () => resolve({ kind: 'failed', code: 'aborted' }));
      });
    await open({ profile: { source: { ttlMs: 1000, ask } } });
    await world.push('one');
    await world.bridge.lookups?.stop();
    expect(world.told.lines.filter((line) => line.includes('"code":"aborted"'))).toHaveLength(1);
    await world.push('two', { from: 'oSomebodyElse' });
    expect(world.told.forwards.map(textOf)).toEqual(['one', 'two']);
    expect(asked).toBe(1);
  });

  test('is asked about few visitors at a time', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    for (let count = 0; count < 10; count += 1) await world.push('hi', { from: `oVisitor${count}` });
    expect(merchant.asked).toHaveLength(8);
    await merchant.says(['vip', '1']);
    expect(merchant.asked).toHaveLength(9);
  });

  test('is not in the log', async () => {
    const merchant = openMerchant();
    await open({ profile: { source: merchant.source } });
    await world.push('one');
    await merchant.says(['phone', '13800138000']);
    await world.push('two');
    expect(world.told.lines.filter((line) => line.startsWith('profile.asked'))).toHaveLength(1);
    expect(world.told.lines.join('\n')).not.toContain('13800138000');
  });

  test.each([
    ['at once where somebody serves him', 'agent', 1],
    ['with the next message where nobody does', 'nobody', 0],
  ] as const)('is shown to agents %s', async (_when, serving, times) => {
    const merchant = openMerchant();
    const sent: unknown[] = [];
    const adapter: Partial<HelpdeskAdapter> = {
      serving: (): Serving => serving,
      async sendProfile({ conversation }) {
        sent.push(conversation?.profile?.map(({ value }) => value));
        return { outcome: 'accepted' };
      },
    };
    await open({ profile: { source: merchant.source }, adapter });
    await world.push('one');
    await merchant.says(['vip', '4']);
    expect(sent).toEqual(Array.from({ length: times }, () => ['4']));
    await world.clock.advance(600_001);
    await world.push('two');
    await merchant.says(['vip', '4']);
    expect(sent).toHaveLength(times);
  });
});

describe('a rule', () => {
  const rules = [rule({ vip: 5 }, 'b')];
  const routed = (profile: WorldOptions['profile'] = {}) =>
    open({ others: { b: {} }, routing: { rules }, profile: { signingKeys: [key], ...profile } });

  test('goes by a signed level, which goes before what the client claims', async () => {
    await routed();
    await enter(world, `vip=9&signed=${signed({ vip: 1 })}`);
    await world.push('one');
    expect(placesOf(world)).toEqual(['one → main']);
  });

  test('goes by what the merchant’s server said', async () => {
    const merchant = openMerchant();
    await routed({ source: merchant.source });
    await enter(world);
    await merchant.says(['vip', '6']);
    await world.push('one');
    expect(placesOf(world)).toEqual(['one → b']);
  });

  test.each([
    ['a claim', 'vip=9', 'all', 'b'],
    ['no claim where only proofs count', 'vip=9', 'proved', 'main'],
    ['a proof where only proofs count', `signed=${signed({ vip: 9 })}`, 'proved', 'b'],
    ['nothing that comes with a token that is none', `vip=9&signed=${signed({ sub: 'x' })}`, 'all', 'main'],
  ] as const)('goes by %s', async (_what, sessionFrom, rulesUse, place) => {
    await routed({ rulesUse });
    await enter(world, sessionFrom);
    await world.push('one');
    await world.push('two');
    expect(placesOf(world)).toEqual([`one → ${place}`, `two → ${place}`]);
  });
});

describe('a card', () => {
  const lines = () =>
    world.told.forwards.map(({ parts }) => parts.map((part) => textOf({ parts: [part] } as never)));
  const card = '【系统提示】访客资料\n会员等级（未验证）：3';

  test('goes as a part of the first message of a session, and of no other', async () => {
    await open({ contextCard: 'message' });
    await enter(world, 'vip=3');
    await world.push('one');
    await world.push('two');
    await world.callback(sessionEnded());
    await world.push('three');
    expect(lines()).toEqual([[card, 'one'], ['two'], [card, 'three']]);
  });

  test('is the same in every attempt of its message, and in no other', async () => {
    await open({ contextCard: 'message' });
    await enter(world, 'vip=3');
    const outcomes = ['later', 'unknown'];
    world.onForward(() => {
      const outcome = outcomes.shift();
      return outcome ? ({ outcome, code: 'x', because: 'vendor' } as never) : { outcome: 'accepted' };
    });
    await world.push('one');
    await enter(world, 'vip=4');
    await world.clock.advance(60_000);
    await world.push('two');
    expect(lines()).toEqual([[card, 'one'], [card, 'one'], [card, 'one'], ['two']]);
  });

  test('comes again where nobody wrote for long, and not while an agent serves', async () => {
    let serving: Serving = 'agent';
    await open({ contextCard: 'message', adapter: { serving: () => serving } });
    await enter(world, 'vip=3');
    await world.push('one');
    await world.clock.advance(7_200_001);
    await world.push('two');
    serving = 'nobody';
    await world.clock.advance(7_200_001);
    await world.push('three');
    expect(lines()).toEqual([[card, 'one'], ['two'], [card, 'three']]);
  });

  test('is left out where nothing is known, and comes once something is', async () => {
    await open({ contextCard: 'message' });
    await world.push('one');
    await enter(world, 'pages/cart');
    await world.push('two');
    expect(lines()).toEqual([['one'], ['【系统提示】访客资料\n进入参数（未验证）：pages/cart', 'two']]);
  });

  test('is short, whatever is known', async () => {
    await open({ contextCard: 'message' });
    const fields = Array.from({ length: 20 }, (_, place) => [`f${place}`, 'x'.repeat(100)]);
    await enter(world, JSON.stringify(Object.fromEntries(fields)));
    await world.push('one');
    const [shown = ''] = lines()[0] ?? [];
    expect(shown.split('\n')).toHaveLength(14);
    expect(shown.length).toBeLessThan(1200);
  });

  test('is not for an answer to a question', async () => {
    await open({
      contextCard: 'message',
      handoverWords: ['人工'],
      adapter: { askForAgent: async () => ({ outcome: 'accepted' }) },
    });
    await enter(world, 'vip=3');
    await world.push('人工');
    await world.push('one');
    expect(lines()).toEqual([[card, 'one']]);
  });

  test.each([
    [
      'a note before the first message, where notes are shown then',
      { notesBefore: true },
      'auto',
      [card, 'one', 'two'],
    ],
    ['nothing where notes are not', {}, 'auto', ['one', 'two']],
    ['nothing where it is switched off', { notesBefore: true }, 'off', ['one', 'two']],
  ] as const)('is %s', async (_what, change, contextCard, expected) => {
    const told: string[] = [];
    const adapter: Partial<HelpdeskAdapter> = {
      ...change,
      async note(text) {
        told.push(text);
        return { outcome: 'accepted' };
      },
    };
    await open({ contextCard, adapter });
    world.onForward((message, attempt) => {
      told.push(textOf(message));
      expect(attempt.number).toBe(1);
      return { outcome: 'accepted' };
    });
    await enter(world, 'vip=3');
    await world.push('one');
    await world.push('two');
    expect(told).toEqual(expected);
  });

  test('that cannot be shown keeps no message back', async () => {
    const note = async () => ({ outcome: 'later', code: 'down', because: 'vendor' }) as const;
    await open({ contextCard: 'auto', adapter: { notesBefore: true, note } });
    await enter(world, 'vip=3');
    await world.push('one');
    expect(lines()).toEqual([['one']]);
  });

  test('is for each helpdesk that gets the conversation', async () => {
    const rules = [rule({ keyword: ['to b'] }, 'b', { moves: true })];
    await open({ contextCard: 'message', others: { b: {} }, routing: { rules } });
    await enter(world, 'vip=3');
    await world.callback(sessionStarted());
    await world.push('one');
    await world.push('to b');
    await world.push('two');
    expect(lines()).toEqual([[card, 'one'], [card, 'to b'], ['two']]);
  });
});
