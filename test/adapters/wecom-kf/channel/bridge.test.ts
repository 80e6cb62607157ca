import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PretendedQiyu, startQiyu } from '../../../../sandbox/vendors/qiyu.ts';
import { type PretendedWecom, startWecomKf } from '../../../../sandbox/vendors/wecom-kf.ts';
import { qiyuKeys } from '../../../bridge/account.ts';
import { type BridgeProcess, type Home, makeHome, startBridge } from '../../../bridge/process.ts';
import { CUSTOMER, SECRET } from '../desk.ts';
import { channelSettings } from './settings.ts';

/** For a machine that has other things to do. */
const patience = { timeout: 20_000 };

let wecom: PretendedWecom;
let qiyu: PretendedQiyu;
let home: Home;
let bridge: BridgeProcess;
let png: Buffer;

beforeAll(async () => {
  png = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#d03010' } })
    .png()
    .toBuffer();
  wecom = await startWecomKf({ secret: SECRET, callbackPauseMs: 0 });
  qiyu = await startQiyu({ ...qiyuKeys, greeting: '' });
  home = makeHome();
  home.writeConfig({
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    publicUrl: 'http://127.0.0.1',
    network: { allowPrivate: ['127.0.0.0/8'] },
    tenants: {
      kfshop: {
        wecomKf: { ...channelSettings, baseUrl: wecom.url, reserveForHuman: 0 },
        helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: qiyu.url } },
      },
    },
  });
  bridge = await startBridge(home.configFile);
  wecom.changeSettings({ callbackUrl: `${bridge.publicUrl}/channel/kfshop` });
  qiyu.changeSettings({ callbackUrl: `${bridge.publicUrl}/callback/kfshop/main` });
});
afterAll(async () => {
  await bridge.kill();
  await Promise.all([wecom.close(), qiyu.close()]);
  home.remove();
});

const texts = () => wecom.said.all.map(({ text }) => text);

describe('the bridge between a kf account and a helpdesk', () => {
  test('carries a customer’s words to the helpdesk, and the agent’s to the customer', async () => {
    expect(await wecom.people.customerSays(CUSTOMER, '还有货吗')).toMatchObject({ isTaken: true });
    expect(await qiyu.nextMessage()).toMatchObject({ uid: CUSTOMER, msgType: 'TEXT', text: '还有货吗' });
    const called = await qiyu.agentSays(CUSTOMER, '有货的');
    expect(called.verdict).toMatchObject({ kind: 'accepted' });
    await expect.poll(texts, patience).toEqual(['有货的']);
    expect(wecom.said.all[0]).toMatchObject({ external: CUSTOMER, msgtype: 'text', by: 'allowance' });
  });

  test('carries pictures both ways', async () => {
    const media_id = wecom.shelve({ type: 'image', name: 'a.png', contentType: 'image/png', bytes: png });
    await wecom.people.customerSays(CUSTOMER, { msgtype: 'image', content: { media_id } });
    const message = await qiyu.nextMessage(({ msgType }) => msgType === 'PICTURE');
    expect(qiyu.file(String(message.url))?.bytes.equals(png)).toBe(true);
    await qiyu.agentSendsPicture(CUSTOMER, png);
    await expect.poll(() => wecom.said.all.at(-1)?.msgtype, patience).toBe('image');
    expect(wecom.said.all.at(-1)?.bytes?.equals(png)).toBe(true);
  });

  test('brings a picture that WeCom no longer has as what it was', async () => {
    await wecom.people.customerSays(CUSTOMER, { msgtype: 'image', content: { media_id: 'goneForLong' } });
    expect(await qiyu.nextMessage(({ text = '' }) => text.includes('图片'))).toMatchObject({ uid: CUSTOMER });
  });

  test('holds what the customer’s message no longer allows, until he writes again', async () => {
    const before = texts().length;
    await wecom.people.customerSays(CUSTOMER, '数一数');
    await qiyu.nextMessage(({ text }) => text === '数一数');
    const lines = ['1', '2', '3', '4', '5', '6'];
    for (const [place, line] of lines.entries()) {
      await qiyu.agentSays(CUSTOMER, line);
      if (place < 5) await expect.poll(texts, patience).toHaveLength(before + place + 1);
    }
    await expect.poll(() => bridge.lines.map(({ msg }) => msg), patience).toContain('reply.held');
    expect(texts().slice(before)).toEqual(lines.slice(0, 5));
    await wecom.people.customerSays(CUSTOMER, '继续');
    await expect.poll(() => texts().at(-1), patience).toBe('6');
  });

  test('keeps secrets, words and customers out of its log', () => {
    const log = JSON.stringify(bridge.lines);
    const told = [SECRET, channelSettings.callback.token, CUSTOMER, '还有货吗', '有货的', 'access_token'];
    expect(told.filter((word) => log.includes(word))).toEqual([]);
  });
});
