import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../sandbox/free-port.ts';
import { type PretendedChatwoot, startChatwoot } from '../../sandbox/vendors/chatwoot.ts';
import { type BridgeScene, linesOf, linesRead, openScene, unjoined } from '../bridge/scene.ts';

const file = resolve(import.meta.dirname, '../../examples/chatwoot-connector/server.js');
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const hookKey = 'a-key-that-nobody-guesses';
const inboxSecret = 'inbox-secret';
/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let url: string;
let chatwoot: PretendedChatwoot;
let scene: BridgeScene;
let connector: ChildProcess;

beforeAll(async () => {
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  const chatwootSettings = { inbox: 'inbox1', account: 3, token: 'agent-token', webhookSecret: inboxSecret };
  chatwoot = await startChatwoot({ ...chatwootSettings, webhookUrl: `${url}/chatwoot/${hookKey}` });
  const listen = { host: '127.0.0.1', port: await findFreePort() };
  scene = await openScene({
    // Media lie at the address that is told.
    config: { listen, publicUrl: `http://127.0.0.1:${listen.port}` },
    wechatSettings: unjoined,
    helpdesks: () => ({
      main: { adapter: 'webhook', url: `${url}/bridge`, secret, handoverWords: ['人工'] },
    }),
  });
  connector = await start(port);
});
afterAll(async () => {
  connector?.kill('SIGKILL');
  if (connector?.exitCode === null) await once(connector, 'exit');
  await scene?.close();
  await chatwoot?.close();
});

async function start(port: number): Promise<ChildProcess> {
  const BRIDGE = `${scene.bridge.publicUrl}/callback/shop/main`;
  const env = {
    ...process.env,
    SECRET: secret,
    BRIDGE,
    CHATWOOT: chatwoot.url,
    INBOX: 'inbox1',
    HOOK_KEY: hookKey,
    INBOX_SECRET: inboxSecret,
    ACCOUNT: '3',
    TOKEN: 'agent-token',
    PORT: String(port),
  };
  const started = spawn(process.execPath, [file], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe(`listening on ${url}`);
  return started;
}

const visitorOf = (number: number) => `oSim0000000000000000000user${number}`;
const visitor = visitorOf(1);
const push = (from: string, text: string) => scene.wechat.pushText(scene.pushUrl, from, text);
const textsOf = (from: string) => chatwoot.messagesOf(from).map(({ content }) => content);
const sendTo = (openid: string, text: string) =>
  scene.wechat.nextSend((send) => send.openid === openid && linesOf(send).includes(text), 15_000);

/** The visitor's text is in Chatwoot. */
async function arrives(from: string, text: string): Promise<void> {
  await expect.poll(() => textsOf(from), { timeout: 10_000 }).toContain(text);
}

describe('the connector to Chatwoot', () => {
  test('has less than two hundred lines', () => {
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThanOrEqual(200);
  });

  test('writes what a visitor writes into one conversation of his contact, and nothing back to him', async () => {
    for (const text of ['还有货吗？', '在吗']) {
      await push(visitor, text);
      await arrives(visitor, text);
    }
    expect(chatwoot.conversations).toMatchObject([{ visitor, status: 'open' }]);
    expect(textsOf(visitor)).toEqual(['还有货吗？', '在吗']);
  });

  test('sends what an agent answers, a greeting too, and no note', async () => {
    await chatwoot.agentSays(visitor, '给同事看', { private: true });
    await chatwoot.agentSays(visitor, '您好，请稍候', { type: 'template' });
    const answer = await chatwoot.agentSays(visitor, '有的');
    await sendTo(visitor, '有的');
    expect(answer.status).toBe('sent');
    expect(linesRead(scene.wechat)).toEqual(['您好，请稍候', '有的']);
  });

  test('sends an answer once, though its webhook is repeated', async () => {
    const answer = await chatwoot.agentSays(visitor, '红色的');
    await chatwoot.repeat(answer);
    await chatwoot.agentSays(visitor, '还有吗');
    await sendTo(visitor, '还有吗');
    expect(linesRead(scene.wechat).filter((line) => line === '红色的')).toHaveLength(1);
  });

  test('leaves alone the survey, which a visitor of WeChat could not fill in', async () => {
    const survey = await chatwoot.agentSays(visitor, '请评分', {
      type: 'template',
      contentType: 'input_csat',
    });
    expect(survey.status).toBe('sent');
    expect(linesRead(scene.wechat)).not.toContain('请评分');
  });

  test('carries pictures both ways', async () => {
    const second = visitorOf(2);
    await scene.wechat.pushImage(scene.pushUrl, second, png);
    await expect.poll(() => chatwoot.messagesOf(second).length, { timeout: 10_000 }).toBe(1);
    const [message] = chatwoot.messagesOf(second);
    expect(message?.files).toMatchObject([{ type: 'image/png', name: expect.stringMatching(/\.png$/) }]);
    expect(message?.files[0]?.bytes.equals(png)).toBe(true);
    await chatwoot.agentSays(second, '', { file: { name: '红.png', type: 'image/png', bytes: png } });
    await scene.wechat.nextSend(({ openid, msgtype }) => openid === second && msgtype === 'image', 15_000);
  });

  test('says that a visitor wants a person', async () => {
    const third = visitorOf(3);
    await push(third, '人工');
    await arrives(third, '[转人工]');
  });

  test('ends the session with the conversation, and opens another for who writes again', async () => {
    await chatwoot.resolve(visitor);
    await sendTo(visitor, '本次服务已结束，感谢您的咨询。');
    await push(visitor, '又来了');
    await arrives(visitor, '又来了');
    expect(chatwoot.conversations.filter((one) => one.visitor === visitor)).toHaveLength(2);
  });

  test('shows an agent who is typing', async () => {
    await chatwoot.agentTypes(visitor);
    await expect.poll(() => scene.wechat.typings.count, { timeout: 10_000 }).toBeGreaterThan(0);
  });

  test('tells agents by a note that what they take back has been read', async () => {
    const answer = await chatwoot.agentSays(visitor, '说错了');
    await sendTo(visitor, '说错了');
    await chatwoot.deleteMessage(answer);
    await arrives(visitor, '您撤回的消息在撤回前已送达访客。');
    expect(chatwoot.messagesOf(visitor).at(-1)).toMatchObject({ private: true });
  });

  test('has Chatwoot show as failed what the bridge cannot take', async () => {
    const forged = await fetch(`${url}/chatwoot/${hookKey}`, { method: 'POST', body: '{}' });
    expect(forged.status).toBe(401);
    expect((await fetch(`${url}/chatwoot/guessed`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(`${url}/bridge`, { method: 'POST', body: '{}' })).status).toBe(401);
    await scene.bridge.kill();
    expect((await chatwoot.agentSays(visitor, '听得到吗')).status).toBe('failed');
    await scene.restart();
    expect((await chatwoot.agentSays(visitor, '现在呢')).status).toBe('sent');
    await sendTo(visitor, '现在呢');
  });

  test('loses nothing while Chatwoot is away', async () => {
    await chatwoot.switchOff();
    await push(visitor, '一');
    await chatwoot.switchOn();
    await arrives(visitor, '一');
    await push(visitor, '二');
    await arrives(visitor, '二');
    expect(textsOf(visitor).slice(-2)).toEqual(['一', '二']);
  });
});
