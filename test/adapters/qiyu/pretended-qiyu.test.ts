import { afterEach, describe, expect, test } from 'vitest';
import { type PretendedQiyu, type QiyuOptions, startQiyu } from '../../../sandbox/vendors/qiyu.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { Json } from '../../../src/model/message.ts';
import { attemptOf, NOW, openDesk, SECRET } from './desk.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** The adapter against the pretended Qiyu, through the real road out. */
async function openBoth(options: Partial<QiyuOptions> = {}, settings: Record<string, unknown> = {}) {
  const clock = { now: NOW };
  const qiyu = await startQiyu({
    appKey: 'key-1',
    appSecret: SECRET,
    perInterfaceRate: Number.POSITIVE_INFINITY,
    perTenantRate: Number.POSITIVE_INFINITY,
    now: () => clock.now,
    ...options,
  });
  const road = createFetch(createAddressGuard([]));
  open.push(async () => {
    road.close();
    await qiyu.close();
  });
  const desk = openDesk({}, { baseUrl: qiyu.url, ...settings }, (call) => road.fetch(call));
  return { qiyu, desk };
}

const texts = (qiyu: PretendedQiyu) => qiyu.messages.all.map(({ text, state }) => `${state}: ${text}`);

describe('against the pretended Qiyu', () => {
  test('a first message reaches an agent, who knows the visitor', async () => {
    const { qiyu, desk } = await openBoth();
    expect((await desk.say('你好')).at(-1)).toEqual({ outcome: 'accepted' });
    expect(texts(qiyu)).toEqual(['human: 你好']);
    expect(qiyu.profileOf('oABC_1')).toBeDefined();
    expect(qiyu.refusals.all).toEqual([]);
  });

  test.each(['multipart', 'base64'])(
    'a picture and a voice are uploaded as %s, and lie there to the byte',
    async (uploadMode) => {
      const { qiyu, desk } = await openBoth({}, { uploadMode });
      const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
      desk.copies.set('x_1', {
        type: 'image/png',
        bytes: 6,
        name: '图 "1".png',
        md5: '',
        width: 2,
        height: 1,
        read: async () => bytes,
      });
      await desk.forward([
        { kind: 'image', media: { id: 'x_1', from: {} } },
        { kind: 'voice', media: { id: 'x_1', from: {} } },
      ]);
      expect(qiyu.refusals.all).toEqual([]);
      expect(
        qiyu.messages.all.map(({ msgType, size, durationMs }) => ({ msgType, size, durationMs })),
      ).toEqual([
        { msgType: 'PICTURE', size: 6, durationMs: undefined },
        { msgType: 'AUDIO', size: 6, durationMs: 1000 },
      ]);
      for (const { url } of qiyu.messages.all) expect(qiyu.file(url ?? '')?.bytes).toEqual(bytes);
    },
  );

  test('with the secret or the time of another, nothing is taken and somebody is told', async () => {
    const wrong = await openBoth({ appSecret: 'F'.repeat(32) });
    expect((await wrong.desk.say('你好')).at(-1)).toMatchObject({
      outcome: 'later',
      code: '14002',
      alarm: expect.any(String),
    });
    const late = await openBoth({ now: () => NOW + 301_000 });
    expect((await late.desk.say('你好')).at(-1)).toMatchObject({
      outcome: 'later',
      code: '14003',
      alarm: expect.any(String),
    });
    expect([...wrong.qiyu.messages.all, ...late.qiyu.messages.all]).toEqual([]);
  });

  test('a robot serves first, and an agent once he is asked for', async () => {
    const { qiyu, desk } = await openBoth({ robot: { id: 77, name: '小七' } }, { route: 'robot-first' });
    await desk.say('你好');
    expect(desk.serving()).toBe('robot');
    desk.fold((await desk.adapter.askForAgent!(attemptOf(desk.memory))).events);
    expect(desk.serving()).toBe('agent');
    await desk.say('在吗', { key: 'm_2' });
    expect(texts(qiyu)).toEqual(['robot: 你好', 'human: 在吗']);
  });

  test('a visitor who queues is served once an agent is free, and the poll sees it', async () => {
    const one = { id: 143, name: '小李', isOnline: true, capacity: 1 };
    const { qiyu, desk } = await openBoth({ agents: [one] });
    await qiyu.startSession('somebody-else', 143);
    await desk.say('你好');
    expect(desk.serving()).toBe('queue');
    const poll = async () => {
      const delivery = await desk.adapter.wake!('queue', attemptOf(desk.memory as Json));
      desk.fold(delivery.events);
      return delivery;
    };
    expect(await poll()).toMatchObject({ wakes: [{ name: 'queue', afterMs: 20_000 }] });
    await qiyu.endSession('somebody-else');
    expect(await poll()).toMatchObject({ wakes: [{ name: 'queue', afterMs: null }] });
    expect(desk.serving()).toBe('agent');
  });

  test.each([true, false])(
    'with nobody online the message is kept, or waits (leave-messages: %s)',
    async (takesLeaveMessages) => {
      const { qiyu, desk } = await openBoth({ agents: [], takesLeaveMessages });
      const delivery = (await desk.say('你好')).at(-1);
      expect(delivery).toMatchObject(
        takesLeaveMessages ? { outcome: 'accepted' } : { outcome: 'later', because: 'nobody' },
      );
      expect(texts(qiyu)).toEqual(takesLeaveMessages ? ['left: 你好'] : []);
    },
  );

  test('a rating is taken', async () => {
    const { qiyu, desk } = await openBoth();
    await desk.say('你好');
    const session = String(qiyu.sessionOf('oABC_1')?.id);
    const [option] = desk.adapter.ratingOptions!(desk.memory, session);
    expect(await desk.adapter.rate!({ session, option: option! }, attemptOf(desk.memory))).toEqual({
      outcome: 'accepted',
    });
    expect(qiyu.evaluations.all).toHaveLength(1);
  });

  test('the check finds the account in order', async () => {
    const { desk } = await openBoth();
    expect((await desk.adapter.check!(new AbortController().signal))[0]).toMatchObject({ level: 'ok' });
  });
});
