import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { bundleVariable } from './process.ts';

const root = resolve(import.meta.dirname, '../..');

/** Native, or with a WebAssembly file beside it: they stay where they are installed. */
const apart = ['sharp', 'heic-decode', 'pg-native'];

/** The threads of the program are files of their own, each beside the code that starts it. */
const input = {
  main: join(root, 'src/main.ts'),
  worker: join(root, 'src/store/sqlite/worker.ts'),
  checkpointer: join(root, 'src/store/sqlite/checkpointer.ts'),
  'heic-worker': join(root, 'src/media/heic-worker.ts'),
};

// Several projects of one run ask for it.
const shared: typeof globalThis & { kefuBridgeOfTests?: Promise<string> } = globalThis;

/**
 * Puts the program into a few files, for tests that start it again and again: half of the time of a start goes into
 * finding and linking about a thousand modules. Tests about the start itself start the sources.
 */
export async function setup(): Promise<void> {
  shared.kefuBridgeOfTests ??= bundle();
  process.env[bundleVariable] = await shared.kefuBridgeOfTests;
}

export async function teardown(): Promise<void> {
  const folder = await shared.kefuBridgeOfTests;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

async function bundle(): Promise<string> {
  // Within the project, so that what is built finds its libraries.
  const place = join(root, 'node_modules/.cache');
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, 'bridge-'));
  // A library has `eval` in a branch for old engines.
  const built = await rolldown({ input, platform: 'node', external: apart, checks: { eval: false } });
  await built.write({ dir: folder, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await built.close();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  // Says how it is called, and leaves what it has compiled for all who come later: who is killed leaves nothing.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
  spawnSync(process.execPath, [join(folder, 'main.js')], { env });
  return folder;
}
