import { defineConfig } from 'vitest/config';

const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    testTimeout: 15_000,
    hookTimeout: 15_000,
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
});
