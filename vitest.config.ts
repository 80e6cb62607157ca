import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const results = process.env.TEST_RESULTS;

// Each test of the store starts a thread, and many start a bridge: their code is compiled once for all.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, 'node_modules/.compile-cache');

/** They put modules of their own in the place of others, so nobody else may have loaded those. */
const mocking = [
  'test/http/address-guard.test.ts',
  'test/http/untrusted.test.ts',
  'test/store/sqlite-thread.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
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
          exclude: ['test/browser/**', ...mocking],
          // Tests leave nothing behind, so a file needs no process of its own.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
    ],
  },
});
