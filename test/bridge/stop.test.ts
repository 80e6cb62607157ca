import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { queries, statement } from '../../src/store/statement.ts';
import { readBeside } from '../store/test-store.ts';
import { type BridgeScene, openScene, type SceneOptions } from './scene.ts';

const visitor = 'oSim0000000000000000000user1';
const cli = resolve(import.meta.dirname, '../../src/cli.ts');

const putOff = statement<Record<string, never>, { id: string }>('test.putOff', () =>
  queries.selectFrom('message').select('id').where('code', '=', 'paced'),
);

type Finishing = Pick<TestContext, 'onTestFinished'>;

async function open({ onTestFinished }: Finishing, options: SceneOptions): Promise<BridgeScene> {
  const scene = await openScene(options);
  onTestFinished(() => scene.close());
  return scene;
}

/** A visitor writes, and an agent answers so often. */
async function talk(scene: BridgeScene, ...answers: readonly string[]): Promise<void> {
  await scene.wechat.pushText(scene.pushUrl, visitor, 'hello');
  await scene.qiyu.nextMessage();
  for (const answer of answers) await scene.qiyu.agentSays(visitor, answer);
}

/** Replies wait until their time comes. */
async function untilPutOff({ store }: BridgeScene): Promise<void> {
  const read = async () => expect(await readBeside(store, putOff({}))).not.toEqual([]);
  await vi.waitFor(read, { timeout: 5000 });
}

async function stopInTime(stop: () => Promise<number | null>) {
  const startedAt = performance.now();
  const status = await stop();
  return { status, isInTime: performance.now() - startedAt < 10_000 };
}

/** WeChat takes 4 s to say that the token is too old, and never gives another. */
async function openHangingWeChat({ onTestFinished }: Finishing) {
  let tokens = 0;
  const server: Server = createServer((request, response) => {
    request.resume();
    if (request.url?.startsWith('/cgi-bin/stable_token')) {
      tokens += 1;
      if (tokens === 1) response.end(JSON.stringify({ access_token: 'one', expires_in: 7200 }));
      return;
    }
    server.emit('send');
    setTimeout(() => response.end(JSON.stringify({ errcode: 42001, errmsg: 'expired' })), 4000).unref();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, sends: once(server, 'send') };
}

// Side by side, as each of them mostly waits.
describe.concurrent('a stop within ten seconds ends with status 0', () => {
  test('of a bridge that was started by its command and has sent something', async (context) => {
    const scene = await open(context, { command: [cli, 'start'] });
    await talk(scene, 'answer');
    await scene.wechat.nextSend(({ text }) => text === 'answer');
    expect(await stopInTime(() => scene.bridge.stop())).toEqual({ status: 0, isInTime: true });
  }, 25_000);

  test('while sends wait for their minute', async (context) => {
    const scene = await open(context, { wechatSettings: { sendPerMinute: 1 } });
    await talk(scene, '1', '2');
    await scene.wechat.nextSend();
    await untilPutOff(scene);
    expect(await stopInTime(() => scene.bridge.stop())).toEqual({ status: 0, isInTime: true });
  }, 25_000);

  test('while WeChat hangs', async (context) => {
    const { url, sends } = await openHangingWeChat(context);
    const scene = await open(context, { wechatSettings: { baseUrl: url } });
    await talk(scene, '1');
    await sends;
    expect(await stopInTime(() => scene.bridge.stop())).toEqual({ status: 0, isInTime: true });
  }, 25_000);
});
