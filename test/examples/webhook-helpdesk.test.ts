import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../sandbox/free-port.ts';
import { type BridgeScene, linesRead, openScene, unjoined } from '../bridge/scene.ts';

const file = resolve(import.meta.dirname, '../../examples/webhook-helpdesk/server.js');
const visitor = 'oSim0000000000000000000user1';
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let url: string;
let scene: BridgeScene;
let example: ChildProcess;
let shown: AsyncIterator<string>;

beforeAll(async () => {
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  scene = await openScene({
    wechatSettings: unjoined,
    helpdesks: () => ({ main: { adapter: 'webhook', url, secret } }),
  });
  const BRIDGE = `${scene.bridge.publicUrl}/callback/shop/main`;
  const env = { ...process.env, SECRET: secret, BRIDGE, PORT: String(port) };
  example = spawn(process.execPath, [file], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  if (example.stdout === null) throw new Error('expected the example to have an output');
  shown = createInterface(example.stdout)[Symbol.asyncIterator]();
  expect(await nextLine()).toBe(`listening on ${url}`);
});
afterAll(async () => {
  example?.kill('SIGKILL');
  if (example?.exitCode === null) await once(example, 'exit');
  await scene?.close();
});

async function nextLine(): Promise<string> {
  const { value } = await shown.next();
  return value;
}

function write(line: string): void {
  example.stdin?.write(`${line}\n`);
}

/** Posts what is signed with this secret. */
async function post(event: object, by = secret): Promise<number> {
  const body = JSON.stringify(event);
  const now = new Date();
  const headers = {
    'webhook-id': 'm_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(by).sign('m_1', now, body),
  };
  const { status } = await fetch(url, { method: 'POST', headers, body });
  return status;
}

describe('the example of a helpdesk', () => {
  test('has less than a hundred lines', () => {
    expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(100);
  });

  test('shows what a visitor writes', async () => {
    await scene.wechat.pushText(scene.pushUrl, visitor, '还有货吗？');
    expect(await nextLine()).toBe(`${visitor}: 还有货吗？`);
  });

  test('sends what is typed, in order', async () => {
    for (const line of ['有的', '红色的']) write(line);
    await scene.wechat.nextSend(({ text = '' }) => text.endsWith('红色的'));
    expect(linesRead(scene.wechat)).toEqual(['有的', '红色的']);
  });

  test('ends the session, and the visitor is told', async () => {
    write('/end');
    await scene.wechat.nextSend(({ text }) => text === '本次服务已结束，感谢您的咨询。');
  });

  test('shows an event once, however often it comes', async () => {
    const say = (id: string, text: string) =>
      post({ version: 1, id, type: 'visitor.message', data: { visitor, parts: [{ kind: 'text', text }] } });
    expect([await say('m_1', '一'), await say('m_1', '一'), await say('m_2', '二')]).toEqual([204, 204, 204]);
    expect([await nextLine(), await nextLine()]).toEqual([`${visitor}: 一`, `${visitor}: 二`]);
  });

  test('leaves alone what it does not know, and takes nothing that is forged', async () => {
    expect(await post({ version: 1, id: 'm_3', type: 'visitor.yawned', data: { visitor } })).toBe(204);
    expect(
      await post(
        { version: 1, id: 'm_4', type: 'visitor.message', data: {} },
        `whsec_${Buffer.alloc(32, 8).toString('base64')}`,
      ),
    ).toBe(401);
  });
});
