import { expect, test } from 'vitest';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import { type Desk, OPENID, openAdapter, openDesk, withDesk } from './desk.ts';

const HOUR = 3_600_000;

test('a new visitor gets his own id, and is introduced once', () =>
  withDesk(
    async (desk) => {
      await desk.say('你好');
      await desk.say('在吗');
      const { meiqia } = desk;
      expect(meiqia.visitors).toHaveLength(1);
      expect(meiqia.visitorOf(OPENID)).toMatchObject({
        deviceToken: `kb1-${OPENID}`,
        attrs: {
          name: `微信用户${OPENID.slice(-4)}`,
          来源: '微信小程序 小店',
          openid: OPENID,
        },
        statistics: { app_name: '小店', os_family: 'Android', sdk_version: '4.1.5' },
      });
      expect(desk.count('client/attrs')).toBe(1);
      expect(desk.count('client/device_token')).toBe(1);
      expect(meiqia.refusals.all).toEqual([]);
    },
    { appName: '小店' },
  ));

test('his id at Meiqia is bound, so that a push that names nothing else finds him', () =>
  withDesk(async (desk) => {
    const deliveries = await desk.say('你好');
    expect(deliveries.flatMap(({ bind = [] }) => bind)).toEqual([desk.meiqia.visitorOf(OPENID)?.trackId]);
  }));

test('what Meiqia does not take of an introduction stops no message', () =>
  withDesk(async (desk) => {
    const undo = desk.meiqia.fail({ path: '/client/attrs', status: 500, times: Number.POSITIVE_INFINITY });
    desk.meiqia.fail({ path: '/client/device_token', status: 400 });
    expect((await desk.say('你好')).at(-1)?.outcome).toBe('accepted');
    undo();
    await desk.say('在吗');
    expect(desk.meiqia.visitorOf(OPENID)).toMatchObject({ deviceToken: `kb1-${OPENID}` });
    expect(desk.meiqia.visitorOf(OPENID)?.attrs).toMatchObject({ openid: OPENID });
  }));

test('nobody is introduced by what is switched off', () =>
  withDesk(
    async (desk) => {
      await desk.say('你好');
      expect(desk.paths()).not.toContain('client/device_token');
      expect(desk.paths()).not.toContain('sdk/statistics');
    },
    { registerDeviceToken: false, statistics: false },
  ));

test('of a profile that changes only the bridge’s own fields are written over', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    const visitor = desk.meiqia.visitorOf(OPENID);
    Object.assign(visitor ?? {}, { attrs: { ...visitor?.attrs, name: '王先生（老客户）' } });
    const conversation = { ...desk.context().conversation!, context: 'pages/cart' };
    await desk.say('在吗', { conversation });
    expect(desk.meiqia.visitorOf(OPENID)?.attrs).toMatchObject({
      name: '王先生（老客户）',
      小程序页面: 'pages/cart',
    });
  }));

test('a lost memory and a lost cache cost one visitor without a name, and find the old one', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    const trackId = desk.meiqia.visitorOf(OPENID)?.trackId;
    const road = createFetch(createAddressGuard([]));
    const other = openAdapter({ baseUrls: [desk.meiqia.url] }, road.fetch, desk.clock);
    const delivery = await other.adapter.sendProfile!({
      ...desk.context(),
      memory: { conversation: undefined, helpdesk: undefined },
    });
    road.close();
    expect(delivery.outcome).toBe('accepted');
    expect(desk.meiqia.visitorOf(OPENID)?.trackId).toBe(trackId);
    expect(desk.meiqia.visitors).toHaveLength(2);
  }));

test('two first messages at once make one visitor', () =>
  withDesk(async (desk) => {
    await Promise.all([desk.say('一', { key: 'm_1' }), desk.say('二', { key: 'm_2' })]);
    expect(desk.meiqia.visitors).toHaveLength(1);
    expect(desk.count('sdk/init_sdk_user')).toBe(1);
  }));

test('keys are fetched anew after a day, by his id and without a new visitor', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    desk.clock.now += 23 * HOUR;
    await desk.say('在吗');
    expect(desk.count('sdk/init_sdk_user')).toBe(1);
    desk.clock.now += 2 * HOUR;
    expect((await desk.say('还在吗')).at(-1)?.outcome).toBe('accepted');
    expect(desk.count('sdk/init_sdk_user')).toBe(2);
    expect(desk.count('sdk/get_dev_client_id')).toBe(1);
    expect(desk.meiqia.visitors).toHaveLength(1);
  }));

test('a visitor whom Meiqia has forgotten is made anew', () =>
  withDesk(async (desk) => {
    desk.fold([{ kind: 'noted', keys: [], at: 0, extra: { trackId: 'gone' } }]);
    expect((await desk.say('你好')).at(-1)?.outcome).toBe('accepted');
    expect(desk.meiqia.visitors).toHaveLength(1);
  }));

test('an id that cannot be bound is refused, with an alarm', () =>
  withDesk(
    async (desk) => {
      const [delivery] = await desk.say('你好');
      expect(delivery).toMatchObject({ outcome: 'refused', code: 'unbindable', alarm: expect.any(String) });
      expect(JSON.stringify(delivery)).not.toContain(OPENID);
    },
    {},
    { unbindableIds: [OPENID] },
  ));

test.each([
  ['a message', (desk: Desk) => desk.say('在吗').then((all) => all.at(-1)?.outcome), 'accepted'],
  ['a look into the stream', (desk: Desk) => desk.pull().then(({ outcome }) => outcome), 'page'],
])('%s under old keys fetches new ones and is made once more', async (_name, act, outcome) => {
  const desk = await openDesk();
  await desk.say('你好');
  desk.meiqia.changeKey(OPENID);
  expect(await act(desk)).toBe(outcome);
  expect(desk.meiqia.visitors).toHaveLength(1);
  await desk.close();
});

test('keys that are fetched anew leave no word of whose they are in the log', () =>
  withDesk(async (desk) => {
    await desk.say('你好');
    desk.meiqia.changeKey(OPENID);
    await desk.say('在吗');
    expect(desk.lines.join('\n')).toContain('token.forgotten');
    expect(desk.lines.join('\n')).not.toContain(OPENID);
  }));
