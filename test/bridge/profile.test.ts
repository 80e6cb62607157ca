import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { startWebhook } from '../../sandbox/vendors/webhook.ts';
import { signToken } from '../formats/sign-token.ts';
import { serve } from '../http/loopback.ts';
import { type BridgeScene, openScene, type SceneOptions } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const key = 'the key by which the merchant signs session-froms';
const lookupSecret = 'the secret by which the bridge signs what it asks';
const token = () =>
  signToken(key, { sub: visitor, exp: Math.floor(Date.now() / 1000) + 600, name: '张三', vip: 3 });

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

/** The merchant's server: it knows one customer, and tells nobody who has not signed. */
async function openMerchant(known: Readonly<Record<string, object>>) {
  const asked: unknown[] = [];
  const port = await serve(({ headers }, response, body) => {
    const time = headers['x-kefu-timestamp'];
    const signature = createHmac('sha256', lookupSecret).update(`${time}.${body}`).digest('hex');
    if (headers['x-kefu-signature'] !== `v1=${signature}`) return response.writeHead(401).end();
    const question = JSON.parse(body);
    asked.push(question);
    const found = known[question.visitor];
    return found ? response.end(JSON.stringify(found)) : response.writeHead(404).end();
  });
  return { asked, url: `http://127.0.0.1:${port}/visitor` };
}

async function open(options: SceneOptions): Promise<BridgeScene> {
  const scene = await openScene(options);
  toClose.push(() => scene.close());
  return scene;
}

test('Qiyu’s agents read who the visitor is beside the chat, and on a card where that is wanted', async () => {
  const merchant = await openMerchant({ [visitor]: { phone: '13800138000', vip: 6 } });
  const lookup = { url: merchant.url, signingSecret: lookupSecret };
  const scene = await open({
    tenant: { profile: { signingKey: key, lookup, labels: { 'order.id': '订单号' } } },
    helpdeskSettings: { contextCard: 'message' },
  });
  const from = JSON.stringify({ page: 'pages/order', order: { id: 'A1' }, signed: token() });
  await scene.wechat.pushEnter(scene.pushUrl, visitor, from);
  await scene.bridge.lineOf('profile.asked');
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  const card = await scene.qiyu.nextMessage();
  expect(card.text).toBe(
    '【系统提示】访客资料\n电话：13800138000\n会员等级：6\n姓名：张三\n页面（未验证）：pages/order\n订单号（未验证）：A1',
  );
  expect(await scene.qiyu.nextMessage(({ text }) => text === '在吗')).toBeDefined();
  expect(scene.qiyu.profileOf(visitor)?.items).toEqual([
    { key: 'real_name', value: '张三' },
    { key: 'mobile_phone', value: '13800138000' },
    expect.objectContaining({ key: 'source' }),
    expect.objectContaining({ key: 'openid' }),
    expect.objectContaining({ key: 'session_from', value: '{"page":"pages/order","order":{"id":"A1"}}' }),
    { index: 3, key: 'x_vip', label: '会员等级', value: '6' },
    { index: 4, key: 'x_page', label: '页面（未验证）', value: 'pages/order' },
    { index: 5, key: 'x_order.id', label: '订单号（未验证）', value: 'A1' },
  ]);
  expect(merchant.asked).toHaveLength(1);
  const log = JSON.stringify(scene.bridge.lines);
  for (const secret of ['13800138000', '张三', 'pages/order', key, lookupSecret]) {
    expect(log).not.toContain(secret);
  }
});

test('a merchant’s server that is down keeps no message back, and a forged token proves nothing', async () => {
  const scene = await open({
    tenant: { profile: { signingKey: key, lookup: { url: 'http://127.0.0.1:9/x', bearer: 'b' } } },
  });
  const forged = signToken('another key, of more than thirty-two bytes', { sub: visitor, exp: 9e9 });
  await scene.wechat.pushEnter(scene.pushUrl, visitor, `vip=9&signed=${forged}`);
  await scene.wechat.pushText(scene.pushUrl, visitor, '在吗');
  expect(await scene.qiyu.nextMessage()).toMatchObject({ text: '在吗' });
  expect(await scene.bridge.lineOf('profile.refused')).toMatchObject({ reason: 'signature' });
  expect(await scene.bridge.lineOf('profile.asked')).toMatchObject({ outcome: 'failed' });
  expect(scene.qiyu.profileOf(visitor)?.items).not.toContainEqual(expect.objectContaining({ key: 'x_vip' }));
});

test('a helpdesk of one’s own gets the profile with each event, and a note before the first line', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const helpdesk = await startWebhook({ secret, callbackUrl: 'http://127.0.0.1:9/' });
  toClose.push(() => helpdesk.close());
  const scene = await open({
    helpdesks: () => ({ main: { adapter: 'webhook', url: helpdesk.address, secret } }),
    tenant: { profile: { signingKey: key } },
  });
  await scene.wechat.pushEnter(scene.pushUrl, visitor, `city=上海&signed=${token()}`);
  await scene.wechat.pushText(scene.pushUrl, visitor, '一');
  await scene.wechat.pushText(scene.pushUrl, visitor, '二');
  await helpdesk.events.next(({ data }) => JSON.stringify(data).includes('二'));
  const profile = [
    { key: 'name', label: '姓名', value: '张三', proved: true },
    { key: 'vip', label: '会员等级', value: '3', proved: true },
    { key: 'city', label: 'city', value: '上海', proved: false },
  ];
  const card = '【系统提示】访客资料\n姓名：张三\n会员等级：3\ncity（未验证）：上海';
  expect(helpdesk.refusals.all).toEqual([]);
  expect(helpdesk.events.all.map(({ type, data }) => ({ type, ...data }))).toMatchObject([
    { type: 'bridge.note', text: card, profile, context: 'city=上海' },
    { type: 'visitor.message', parts: [{ text: '一' }], profile },
    { type: 'visitor.message', parts: [{ text: '二' }], profile },
  ]);
});
