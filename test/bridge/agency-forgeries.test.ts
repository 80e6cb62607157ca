import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventForgery } from '../../sandbox/vendors/wechat-platform.ts';
import { type AgencyScene, component, openAgency } from './agency-scene.ts';

const visitor = 'oSim0000000000000000000user1';
const refused = { status: 403, body: '' };
const unknown = { status: 404, body: '' };
let scene: AgencyScene;

beforeAll(async () => {
  scene = await openAgency();
  await scene.platform.events.next(({ infoType }) => infoType === 'component_verify_ticket');
});
afterAll(() => scene.close());

const text = (Content: string) => ({ FromUserName: visitor, MsgType: 'text', Content });

describe('an authorisation event', () => {
  test.each<[string, EventForgery]>([
    ['signed with another Token', { keys: { token: 'guessed' } }],
    ['encrypted with another key', { keys: { encodingAESKey: 'b'.repeat(43) } }],
    ['of another component', { keys: { appid: 'wxffffffffffffffff' } }],
    ['that is old', { timestamp: Math.floor(Date.now() / 1000) - 400 }],
    ['in the clear', { body: '<xml><InfoType>unauthorized</InfoType></xml>' }],
  ])('%s is refused', async (_, forgery) => {
    const fields = { InfoType: 'unauthorized', AuthorizerAppid: scene.shop.appid };
    expect(await scene.platform.pushEvent(fields, forgery)).toMatchObject(refused);
    expect(scene.bridge.lines.filter(({ msg }) => msg === 'alarm.raised')).toEqual([]);
  });

  test('that is replayed is answered alike and changes nothing', async () => {
    const { platform, shop, bridge } = scene;
    const withdrawn = await platform.withdraw(shop.appid);
    await bridge.lineOf('alarm.raised');
    const first = await platform.authorise(shop.appid);
    await bridge.lineOf('authorizer.authorised');
    for (const pushed of [withdrawn, first]) {
      expect(await platform.repeat(pushed)).toMatchObject({ isAccepted: true });
    }
    await bridge.lineOf('component.repeated');
    const state = await (await fetch(`${bridge.adminUrl}/component/agency`)).json();
    expect(state).toMatchObject({ accounts: [{ appid: shop.appid, state: 'authorised' }, {}] });
    expect(bridge.lines.filter(({ msg }) => msg === 'alarm.raised')).toHaveLength(1);
  });

  test('can only be posted', async () => {
    const response = await fetch(`${scene.bridge.publicUrl}/component/agency/events`);
    expect({ status: response.status, body: await response.text() }).toEqual(unknown);
  });
});

describe('a push through a component', () => {
  test.each<[string, object]>([
    ['signed with another Token', { ...component, token: 'guessed' }],
    ['encrypted with another key', { ...component, encodingAESKey: 'b'.repeat(43) }],
    ['of another component', { ...component, appid: 'wxffffffffffffffff' }],
    ['with the account’s AppID behind it', { ...component, appid: 'wx1a2b3c4d5e6f7a8b' }],
  ])('%s is refused', async (_, keys) => {
    const { wechat, pushUrl } = scene.shop;
    const forged = await wechat.forge(pushUrl, text('假的'), {
      account: { component: keys as typeof component },
    });
    expect(forged).toMatchObject(refused);
  });

  test('in the clear is refused', async () => {
    const { wechat, pushUrl } = scene.shop;
    expect(await wechat.forge(pushUrl, text('假的'), { account: { mode: 'plain' } })).toMatchObject(refused);
  });

  test('to another merchant’s address is refused', async () => {
    const { shop, mall } = scene;
    expect(await shop.wechat.forge(mall.pushUrl, text('走错门'), {})).toMatchObject(refused);
  });

  test.each(['/component/agency/wxffffffffffffffff', '/component/nobody/wx1a2b3c4d5e6f7a8b', '/wechat/shop'])(
    'to %s is a 404',
    async (path) => {
      const { wechat } = scene.shop;
      const url = `${scene.bridge.publicUrl}${path}`;
      expect(await wechat.forge(url, text('走错门'), {})).toMatchObject(unknown);
    },
  );

  test('that is replayed reaches the helpdesk once', async () => {
    const { wechat, qiyu, pushUrl } = scene.shop;
    const pushed = await wechat.pushText(pushUrl, visitor, '只说一次');
    await qiyu.nextMessage();
    expect((await wechat.repeat(pushed)).verdict).toEqual({ kind: 'accepted', answer: 'success' });
    await wechat.pushText(pushUrl, visitor, '之后的');
    await qiyu.nextMessage();
    expect(qiyu.messages.all.map((message) => message.text)).toEqual(['只说一次', '之后的']);
  });
});
