import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { account, qiyuKeys } from './account.ts';
import { type BridgeProcess, type Home, mainSource, makeHome, runToEnd, startBridge } from './process.ts';

const cli = resolve(import.meta.dirname, '../../src/cli.ts');
const running: BridgeProcess[] = [];
let home: Home;

beforeEach(() => {
  home = makeHome();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((bridge) => bridge.kill()));
  home.remove();
});

/** Both ways in which people start it. */
const commands = [
  ['npm start', [mainSource]],
  ['kefu-bridge start', [cli, 'start']],
] as const;

/** Stops the process the moment it begins to load what it runs. */
const stopWhileLoading = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name === './start.ts') process.kill(process.pid, 'SIGTERM');
    return next(name, context);
  },
});`;

const nowhere = 'http://127.0.0.1:1';
const config = {
  listen: { host: '127.0.0.1', port: 0 },
  admin: { host: '127.0.0.1', port: 0 },
  publicUrl: 'http://127.0.0.1',
  tenants: {
    shop: {
      wechat: { ...account, baseUrl: nowhere },
      helpdesks: { main: { adapter: 'qiyu', ...qiyuKeys, baseUrl: nowhere } },
    },
  },
};

async function start(settings: object = config, how = {}): Promise<BridgeProcess> {
  home.writeConfig(settings);
  const bridge = await startBridge(home.configFile, how);
  running.push(bridge);
  return bridge;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
}

describe('a start', () => {
  test('tells every fault at once, with its line, and opens nothing', async () => {
    writeFileSync(
      home.configFile,
      'publicUrl: nonsense\nstore: redis://x\ntenants: {}\nlisten: { prot: 1 }\n',
    );
    const { status, stdout, stderr } = await runToEnd([mainSource, '--config', home.configFile]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining(`${home.configFile}:1: publicUrl: `),
      expect.stringContaining(`${home.configFile}:2: store: `),
      expect.stringContaining(`${home.configFile}:4: listen.prot: `),
    ]);
  });

  test('leaves its compiled code to the next one, also where it is killed', async () => {
    const cache = join(home.folder, 'compiled');
    const how = { env: { NODE_COMPILE_CACHE: cache } };
    const first = await start(config, how);
    await fetch(`${first.adminUrl}/healthz`); // answered behind the start
    await first.kill();
    const left = filesIn(cache);
    expect(left.length).toBeGreaterThan(1);
    const next = await start(config, how);
    await next.stop();
    expect(filesIn(cache)).toEqual(left); // what it would have written at its end is there
  });

  test('without a file to read says how it is called', async () => {
    expect(await runToEnd([mainSource])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'usage: npm start -- --config FILE\n',
    });
  });

  test('says where it listens, whatever the level of the log', async () => {
    const bridge = await start({ ...config, log: { level: 'error' } }, { command: [mainSource] });
    expect(bridge.lines).toEqual([
      expect.objectContaining({
        msg: 'listening',
        public: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        admin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      }),
    ]);
  });

  test('on a store that another process has open ends with a reason', async () => {
    await start();
    const { status, stderr } = await runToEnd([mainSource, '--config', home.configFile]);
    expect(status).toBe(2);
    expect(stderr).toContain('another process has this store open');
  });

  test('on a database that is away fails, so that whoever keeps it running tries again', async () => {
    home.writeConfig({ ...config, store: 'postgres://bridge:sesame@127.0.0.1:1/kefu' });
    const { status, stderr } = await runToEnd([mainSource, '--config', home.configFile]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^postgres:\/\/127\.0\.0\.1:1\/kefu: expected a store that can be opened/);
    expect(stderr).not.toContain('sesame');
  });

  test.each(commands)('on a port that is taken ends with a reason (%s)', async (_, command) => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    home.writeConfig({ ...config, listen: { host: '127.0.0.1', port } });
    const { status, stderr } = await runToEnd([...command, '--config', home.configFile]);
    server.close();
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `expected to listen on port ${port}, got EADDRINUSE\n`,
    });
  });
});

describe('a stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s ends with status 0', async (signal) => {
    const bridge = await start();
    const ended = new Promise((done) => bridge.process.once('exit', done));
    bridge.process.kill(signal);
    expect(await ended).toBe(0);
  });

  test.each(commands)(
    'while the program is still being loaded ends with status 0 (%s)',
    async (_, command) => {
      home.writeConfig(config);
      const stopping = ['--import', `data:text/javascript,${encodeURIComponent(stopWhileLoading)}`];
      const args = [...stopping, ...command, '--config', home.configFile];
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      const [status, signal] = await once(child, 'exit');
      expect({ status, signal }).toEqual({ status: 0, signal: null });
    },
  );

  test('lets the next start have the store', async () => {
    const first = await start();
    await first.stop();
    await expect(start()).resolves.toBeDefined();
  });
});

describe('the listeners', () => {
  let bridge: BridgeProcess;
  const house = makeHome();
  beforeAll(async () => {
    house.writeConfig(config);
    bridge = await startBridge(house.configFile);
  });
  afterAll(async () => {
    await bridge.kill();
    house.remove();
  });

  test('tell on the admin side alone whether the bridge lives and takes work', async () => {
    const { adminUrl, publicUrl } = bridge;
    expect(await (await fetch(`${adminUrl}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${adminUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, store: 'ok' }]);
    expect((await fetch(`${publicUrl}/healthz`)).status).toBe(404);
    expect((await fetch(`${publicUrl}/readyz`)).status).toBe(404);
  });

  test.each([
    ['GET', '/'],
    ['GET', '/wechat/other'],
    ['PUT', '/wechat/shop'],
    ['POST', '/callback/shop/other'],
    ['POST', '/callback/other/main'],
    ['GET', '/media/x/y.png'],
    ['GET', '/handoff/x'],
  ])('answer %s %s with 404 and an empty body', async (method, path) => {
    const { publicUrl } = bridge;
    const response = await fetch(`${publicUrl}${path}`, { method });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  test('refuse what nobody has signed, and keep nothing of it', async () => {
    const { publicUrl } = bridge;
    const push = await fetch(`${publicUrl}/wechat/shop?signature=x&timestamp=1&nonce=2`, {
      method: 'POST',
      body: '<xml><Encrypt>eA==</Encrypt></xml>',
    });
    expect([push.status, await push.text()]).toEqual([403, '']);
    const callback = await fetch(`${publicUrl}/callback/shop/main?eventType=MSG`, {
      method: 'POST',
      body: '{}',
    });
    expect([callback.status, await callback.text()]).toEqual([401, '']);
    expect(await bridge.lineOf('callback.refused')).toMatchObject({ helpdesk: 'shop/main' });
    expect(bridge.lines).toContainEqual(
      expect.objectContaining({ msg: 'push.refused', tenant: 'shop', step: expect.any(String) }),
    );
  });
});
