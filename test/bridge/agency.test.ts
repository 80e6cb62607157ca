import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AgencyScene, component, type Merchant, openAgency } from './agency-scene.ts';

const visitor = 'oSim0000000000000000000user1';
/** For a machine that has other things to do. */
const patience = { timeout: 10_000 };
/** What a killed instance had in hand is free only when its lease is over. */
const takeoverMs = 15_000;
let scene: AgencyScene;

beforeAll(async () => {
  scene = await openAgency();
  await scene.platform.events.next(({ infoType }) => infoType === 'component_verify_ticket');
});
afterAll(() => scene.close());

/** The visitor asks, the agent answers, and the visitor reads it. */
async function chat({ wechat, qiyu, pushUrl }: Merchant, words: string, timeoutMs?: number): Promise<void> {
  const pushed = await wechat.pushText(pushUrl, visitor, `${words}？`);
  expect(pushed.verdict).toEqual({ kind: 'accepted', answer: 'success' });
  await qiyu.nextMessage(({ text }) => text === `${words}？`, timeoutMs);
  await qiyu.agentSays(visitor, `${words}。`);
  await wechat.nextSend(({ text }) => text?.includes(`${words}。`) === true, timeoutMs);
}

/** Resolves once the bridge holds so many authorisations. */
async function authorisedSoFar(count: number): Promise<void> {
  await expect
    .poll(() => scene.bridge.lines.filter(({ msg }) => msg === 'authorizer.authorised').length, patience)
    .toBe(count);
}

describe('the bridge as a third-party platform', () => {
  test('asks for a ticket at its first start, and takes it', () => {
    expect(scene.platform.events.all[0]).toMatchObject({ status: 200, body: 'success' });
  });

  test('gives the operator the links under which merchants authorise', async () => {
    const address = `${scene.bridge.adminUrl}/component/agency/authorize`;
    const links = (await (await fetch(address)).json()) as Record<string, string>;
    const desktop = new URL(links.desktop ?? '');
    expect(desktop.origin + desktop.pathname).toBe('https://mp.weixin.qq.com/cgi-bin/componentloginpage');
    expect(Object.fromEntries(desktop.searchParams)).toEqual({
      component_appid: component.appid,
      pre_auth_code: expect.stringMatching(/^preauthcode@@@/),
      redirect_uri: 'http://127.0.0.1/component/agency/authorize',
      auth_type: '3',
    });
    expect(links.mobile).toMatch(/^https:\/\/mp\.weixin\.qq\.com\/safe\/bindcomponent\?.*#wechat_redirect$/);
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('href="https://mp.weixin.qq.com/cgi-bin/componentloginpage?');
  });

  test('takes up the authorisations of two merchants', async () => {
    const { platform, shop, mall } = scene;
    expect(await platform.authorise(shop.appid)).toMatchObject({ isAccepted: true });
    expect(await platform.authorise(mall.appid)).toMatchObject({ isAccepted: true });
    await authorisedSoFar(2);
  });

  test('carries both merchants’ messages both ways', async () => {
    await Promise.all([chat(scene.shop, '店里有货吗'), chat(scene.mall, '商场开门吗')]);
    expect(scene.shop.qiyu.messages.all.map(({ text }) => text)).toEqual(['店里有货吗？']);
    expect(scene.mall.qiyu.messages.all.map(({ text }) => text)).toEqual(['商场开门吗？']);
  });

  test('goes on after a restart with the ticket and the refresh tokens that it has', async () => {
    const tickets = scene.platform.events.all.length;
    await scene.bridge.kill();
    await scene.restart();
    await Promise.all([chat(scene.shop, '重启之后', takeoverMs), chat(scene.mall, '重启以后', takeoverMs)]);
    expect(scene.platform.events.all).toHaveLength(tickets);
  }, 30_000);

  test('pays for each token with the newest refresh token', async () => {
    const { platform, shop } = scene;
    for (const words of ['第一次', '第二次']) {
      platform.authorisations.revoke(shop.appid);
      await chat(shop, words);
    }
    expect(scene.bridge.lines.filter(({ msg }) => msg === 'authorizer.tokenRefused')).toEqual([]);
  });

  test('stops the sends of a merchant who withdraws, with an alarm, and of no other', async () => {
    const { platform, shop, mall } = scene;
    expect(await platform.withdraw(shop.appid)).toMatchObject({ isAccepted: true });
    expect(await scene.bridge.lineOf('alarm.raised')).toMatchObject({
      tenant: 'shop',
      alarm: expect.stringContaining('withdrawn its authorisation'),
    });
    await shop.wechat.pushText(shop.pushUrl, visitor, '还在吗？');
    await shop.qiyu.nextMessage(({ text }) => text === '还在吗？');
    await shop.qiyu.agentSays(visitor, '送不到的。');
    await expect
      .poll(
        () =>
          scene.bridge.lines.findLast(({ msg, tenant }) => msg === 'reply.attempted' && tenant === 'shop'),
        patience,
      )
      .toMatchObject({ outcome: 'pause', code: 'withdrawn' });
    await chat(mall, '不受影响');
    expect(shop.wechat.sends.all.filter(({ text }) => text?.includes('送不到的'))).toEqual([]);
  });

  test('tells the operator how things stand', async () => {
    const response = await fetch(`${scene.bridge.adminUrl}/component/agency`);
    expect(await response.json()).toMatchObject({
      component: 'agency',
      appid: component.appid,
      ticket: 'good',
      accounts: [
        { appid: scene.shop.appid, tenant: 'shop', state: 'not authorised' },
        { appid: scene.mall.appid, tenant: 'mall', state: 'authorised' },
      ],
    });
  });

  test('keeps its secrets out of its log', () => {
    const log = JSON.stringify(scene.bridge.lines);
    const told = [component.secret, component.token, component.encodingAESKey, '@@@'];
    expect(told.filter((secret) => log.includes(secret))).toEqual([]);
  });
});
