import { globSync, readFileSync } from 'node:fs';

/** Adds up the results of test runs in a folder and prints them as one line; status 1 if there are none, or one failed. */
const files = globSync(`${process.argv[2]}/*.json`);
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const file of files) {
  // The test runner wrote it.
  const results = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number> & { success: boolean };
  // A file that cannot be loaded has no test that failed.
  const isBroken = !results.success && !results.numFailedTests;
  totals.passed += results.numPassedTests ?? 0;
  totals.failed += (results.numFailedTests ?? 0) + (isBroken ? 1 : 0);
  totals.skipped += (results.numPendingTests ?? 0) + (results.numTodoTests ?? 0);
}
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.passed > 0 && totals.failed === 0 ? 0 : 1;
