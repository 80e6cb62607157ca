import { defineConfig } from 'vitest/config';

const results = process.env.TEST_RESULTS;

/** `npm run test:browser`: the sandbox in a real Chromium, with a real bridge behind it. */
export default defineConfig({
  test: {
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
    include: ['test/browser/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    retry: 0,
    // WeChat repeats a push after 5 seconds, and a start takes its time on a busy machine.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
  },
});
