import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baseImage, configOf, listOf, ofImage, published, readStages } from './files.ts';

const stages = readStages();
const copied = stages.flat().filter(({ name, flags }) => name === 'COPY' && flags.from === undefined);
/** What instructions of this kind take, without where they put it. */
const sources = copied.flatMap(({ args }) => args.split(' ').slice(0, -1));

describe('the image', () => {
  test('is built on the Node that the package asks for, in its slim form', () => {
    const [, major] = /^>=(\d+)$/.exec(published.engines.node) ?? [];
    expect(baseImage()).toBe(`node:${major}-slim`);
    for (const [from] of stages) expect(from?.args).toMatch(/^\$\{NODE_IMAGE\}/);
  });

  test('is made of files that there are', () => {
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(sources).toContain('package-lock.json');
  });

  test('takes into its build what it copies, and nothing else', () => {
    const [first, ...taken] = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    expect(taken.toSorted()).toEqual([...new Set(sources)].map((source) => `!${source}`).toSorted());
  });

  test('has all that is published, and the packages that it needs', () => {
    const kept = stages.at(-1)?.filter(({ name }) => name === 'COPY') ?? [];
    const places = kept.flatMap(({ flags, args }) => {
      const paths = args.split(' ');
      return flags.from === undefined ? paths.slice(0, -1) : paths.slice(-1);
    });
    expect(places).toEqual(expect.arrayContaining([...published.files, 'package.json', 'node_modules']));
    expect(stages.flat().map(({ args }) => args)).toContain('npm ci --omit=dev');
  });

  test('is built by the script of the package', () => {
    const runs = stages.flat().flatMap(({ name, args }) => (name === 'RUN' ? [args] : []));
    expect(runs.filter((run) => run.startsWith('npm run build'))).toHaveLength(1);
    expect(published.scripts.build).toContain('tsconfig.build.json');
  });

  test('runs as a user without rights, whom /data belongs to', () => {
    const [, uid = '', gid = ''] = /^(\d+):(\d+)$/.exec(ofImage('USER').args) ?? [];
    expect([Number(uid), Number(gid)].every((id) => id >= 10_000)).toBe(true);
    expect(ofImage('RUN').args).toBe(`install -d -m 700 -o ${uid} -g ${gid} /data`);
  });

  test('starts the published command', () => {
    const [program, file] = listOf(ofImage('ENTRYPOINT'));
    expect(program).toBe('node');
    expect(file).toBe(join(ofImage('WORKDIR').args, published.bin['kefu-bridge'] ?? ''));
    expect(listOf(ofImage('CMD'))).toEqual(['start', '--config', '/etc/kefu-bridge/config.yaml']);
  });

  test('shows the public listener, and asks the admin listener for its health', async () => {
    const { listen, admin } = await configOf('deploy/config/sqlite.yaml');
    expect(ofImage('EXPOSE').args).toBe(String(listen.port));
    expect(ofImage('HEALTHCHECK').args).toContain(`http://${admin.host}:${admin.port}/healthz`);
  });
});

/** The status of the image's health check where the admin listener answers so; `undefined`: there is none. */
async function checkHealth(answer: number | undefined): Promise<number> {
  const server = createServer((_, response) => response.writeHead(answer ?? 0).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a text
  if (answer === undefined) await new Promise((done) => server.close(done));
  const [, ...args] = listOf(ofImage('HEALTHCHECK')).map((arg) => arg.replace(':3001/', `:${port}/`));
  const [status] = await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  server.close();
  return status;
}

describe('its health check', () => {
  test.each([
    ['passes where the process answers', 200, 0],
    ['fails where it cannot', 503, 1],
    ['fails where nobody listens', undefined, 1],
  ])('%s', async (_, answer, expected) => {
    expect(await checkHealth(answer)).toBe(expected);
  });
});
