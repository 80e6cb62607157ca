import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { onEitherEngine } from './test/postgres/either-engine.ts';

const results = process.env.TEST_RESULTS;

// Each test of the store starts a thread, and many start a bridge: their code is compiled once for all.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, 'node_modules/.compile-cache');

// What tests keep is thrown away: in memory, where there is room, no commit waits for a disk.
process.env.TMPDIR ??= memoryFolder('/dev/shm', 2 * 1024 ** 3) ?? tmpdir();

function memoryFolder(folder: string, roomBytes: number): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > roomBytes ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** They put modules of their own in the place of others, so nobody else may have loaded those. */
const mocking = [
  'test/http/address-guard.test.ts',
  'test/http/untrusted.test.ts',
  'test/store/sqlite-thread.test.ts',
];

/** They need a PostgreSQL, which starts only where one of them is run. */
const onPostgres = ['test/postgres/**/*.test.ts', 'test/**/*postgres*.test.ts'];
const bridgeSetup = ['test/bridge/global-setup.ts'];
const postgresSetup = ['test/postgres/global-setup.ts', ...bridgeSetup];

export default defineConfig({
  test: {
    pool: 'forks',
    // One more than small machines have cores: many tests wait for a process or a time-out.
    maxWorkers: 3,
    retry: 0,
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 15_000,
    hookTimeout: 15_000,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', ...mocking, ...onPostgres],
          // Tests leave nothing behind, so a file needs no process of its own.
          isolate: false,
          globalSetup: [...bridgeSetup, 'test/store/global-setup.ts'],
          env: { TEST_STORE: 'sqlite' },
        },
      },
      {
        extends: true,
        test: { name: 'postgres', include: onPostgres, isolate: false, globalSetup: postgresSetup },
      },
      {
        extends: true,
        test: {
          name: 'again on postgres',
          include: [...onEitherEngine()],
          exclude: [...mocking, ...onPostgres],
          isolate: false,
          globalSetup: postgresSetup,
          env: { TEST_STORE: 'postgres' },
        },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
    ],
  },
});
