import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runToEnd } from '../bridge/process.ts';
import { HEIC } from '../media/pictures.ts';

/** Within the project, so that what is built finds its libraries. */
const folder = 'node_modules/.cache/published';

beforeAll(async () => {
  const { status, stdout } = await runToEnd([
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.build.json',
    '--outDir',
    folder,
  ]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the published command', () => {
  test('prints the JSON schema of the configuration', async () => {
    const { status, stdout } = await runToEnd([`${folder}/src/cli.js`, 'schema']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'kefu-bridge configuration' });
  });

  test('says what it can do', async () => {
    const { status, stdout } = await runToEnd([`${folder}/src/cli.js`, '--help']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('check --config FILE') });
  });

  test('refuses what it does not know', async () => {
    const { status, stderr } = await runToEnd([`${folder}/src/cli.js`, 'fly']);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('unknown command fly') });
  });

  test('decodes HEIC: the thread for it was built too', async () => {
    writeFileSync(
      `${folder}/decode.mjs`,
      `import { decodeHeic } from './src/media/decode-heic.js';
      const heic = Buffer.from('${HEIC.toString('base64')}', 'base64');
      const picture = await decodeHeic(heic, { maxPixels: 100, timeoutMs: 10_000 });
      console.log(picture.width, picture.height);`,
    );
    const { status, stdout } = await runToEnd([`${folder}/decode.mjs`]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '4 3\n' });
  });

  test('opens a store: the thread beside it was built too', async () => {
    writeFileSync(
      `${folder}/open.mjs`,
      `import { openSqlite } from './src/store/sqlite/engine.js';
      const store = await openSqlite('${folder}/store.db', () => {});
      await store.close();
      console.log('closed');`,
    );
    const { status, stdout } = await runToEnd([`${folder}/open.mjs`]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'closed\n' });
  });
});
