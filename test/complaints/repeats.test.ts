import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeBody } from '../../sandbox/vendors/wechat/body.ts';
import type { PushReading } from '../../src/ports/channel.ts';
import { BridgeError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Bridge, Tenant } from '../../src/relay/bridge.ts';
import { takeCallback } from '../../src/relay/take-callback.ts';
import { type ProvedPush, takePush } from '../../src/relay/take-push.ts';
import { createPushReader } from '../../src/wechat/push.ts';
import { agentSays, openWorld, start, textOf, type World } from '../relay/turns/world.ts';
import { ACCOUNT, NOW, plainPush, settingsWith } from '../wechat/account.ts';

type PushFields = Parameters<typeof writeBody>[1];

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const read = createPushReader(settingsWith({ mode: 'plain', kind: 'service' }));
const forwarded = () => world.told.forwards.map(textOf);
const sent = () => world.told.sends.map(textOf);
const shop = () => [...world.bridge.tenants.values()][0] as Tenant; // the world has one tenant

/** Takes a push as WeChat wrote it, by the real reader, into the real store. */
async function take(fields: PushFields, { bridge = world.bridge, format = 'xml' as 'xml' | 'json' } = {}) {
  const common = { ToUserName: ACCOUNT, FromUserName: 'oVisitor1', CreateTime: NOW / 1000 };
  const request = plainPush(writeBody(format, { ...common, ...fields }));
  const reading = read(request, NOW);
  if (!isKept(reading)) throw new Error(`got ${reading.kind}`);
  await takePush(bridge, shop(), { reading, request });
  await world.clock.settle();
}

function isKept(reading: PushReading): reading is PushReading & ProvedPush {
  return ['visitor', 'platform', 'unreadable'].includes(reading.kind);
}

const text = (fields: PushFields): PushFields => ({ MsgType: 'text', Content: '在吗', MsgId: 1n, ...fields });
const event = (Event: string, fields: PushFields): PushFields => ({ MsgType: 'event', Event, ...fields });

// A key of less than all that WeChat sends took messages of different people for one.
describe('two pushes are two', () => {
  test.each<[string, PushFields, PushFields]>([
    ['of two visitors with one MsgId', text({}), text({ FromUserName: 'oVisitor2' })],
    ['with the same words in the same second', text({ MsgId: 1n }), text({ MsgId: 2n })],
    [
      'with MsgIds that are one JavaScript number',
      text({ MsgId: 2n ** 53n }),
      text({ MsgId: 2n ** 53n + 1n }),
    ],
    ['by two scans in one second', event('SCAN', { EventKey: '1' }), event('SCAN', { EventKey: '2' })],
    ['by two menu items in one second', event('CLICK', { EventKey: 'a' }), event('CLICK', { EventKey: 'b' })],
    [
      'on two checks of media that came back together',
      event('wxa_media_check', { trace_id: 't1', result: { suggest: 'pass' } }),
      event('wxa_media_check', { trace_id: 't2', result: { suggest: 'pass' } }),
    ],
    [
      'of a kind that nobody knows, with different contents',
      event('brand_new', { Order: '1' }),
      event('brand_new', { Order: '2' }),
    ],
  ])('%s', async (_case, one, other) => {
    for (const format of ['xml', 'json'] as const) {
      const before = (await world.messages()).length;
      const CreateTime = NOW / 1000 + (format === 'xml' ? 0 : 1);
      for (const push of [one, other, one, other]) await take({ CreateTime, ...push }, { format });
      expect((await world.messages()).length - before, format).toBe(2);
    }
  });

  test('when fifteen people speak at once, and each of them is heard', async () => {
    const people = Array.from({ length: 15 }, (_, index) => `oPerson${index}`);
    await Promise.all(people.map((FromUserName) => take(text({ FromUserName }))));
    expect(forwarded()).toEqual(Array(15).fill('在吗'));
    expect(new Set(world.told.attempts.map(({ conversation }) => conversation.visitor))).toEqual(
      new Set(people),
    );
  });
});

// A mark that was set before the work made the one repeat that could have saved it a "repeat".
describe('what was not wholly written down is not marked as seen', () => {
  const batches = [0, 1, 2, 3, 4];

  test.each(batches)('a push, when the process dies after %i batches of the store', async (most) => {
    const dying = take(text({}), { bridge: dieAfter(most) });
    await dying.catch((reason: unknown) => expect(reason).toMatchObject({ code: 'storeUnavailable' }));
    await world.restart();
    await take(text({}));
    expect(forwarded()).toEqual(['在吗']);
  });

  test.each(batches)('a callback, when the process dies after %i batches of the store', async (most) => {
    await world.push('hello');
    const dying = call(dieAfter(most));
    await dying.catch((reason: unknown) => expect(reason).toMatchObject({ code: 'storeUnavailable' }));
    await world.restart();
    await call(world.bridge);
    expect(sent()).toEqual(['您好']);
  });
});

async function call(bridge: Bridge): Promise<void> {
  const helpdesk = shop().helpdesks.get('shop/main');
  if (helpdesk === undefined) throw new Error('expected the helpdesk of the world');
  const answer = { status: 200, body: '' };
  const request = { ...plainPush('raw'), path: '/callback/shop/main' };
  const reading = { kind: 'events', answer, events: [agentSays('您好', { at: start })] } as const;
  await takeCallback(bridge, { tenant: shop(), helpdesk, reading, request });
  await world.clock.settle();
}

/** The world's bridge, whose store takes so many batches more and whose lanes nobody wakes. */
function dieAfter(most: number): Bridge {
  const { store, lanes } = world.bridge;
  let left = most;
  const batch = (steps: Parameters<Store['batch']>[0]) => {
    left -= 1;
    return left >= 0
      ? store.batch(steps)
      : Promise.reject(new BridgeError('storeUnavailable', 'the process has died'));
  };
  return {
    ...world.bridge,
    store: { batch: batch as Store['batch'], close: () => store.close() }, // a wrapper cannot say that it is generic
    lanes: { ...lanes, wake: () => {} },
  };
}
