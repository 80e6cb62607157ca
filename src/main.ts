import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { heedEarlyStop } from './early-stop.ts';
import { keepHeapLean } from './lean-heap.ts';

// Before anything else is loaded: the second start is quicker and leaner.
enableCompileCache();
keepHeapLean();
heedEarlyStop();
const { cannotStart, runBridge } = await import('./start.ts');

function configFile(): string | undefined {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' } } });
    return values.config;
  } catch {
    return undefined; // an unknown option: the usage says what is known
  }
}

const file = configFile();
if (file === undefined) {
  process.stderr.write('usage: npm start -- --config FILE\n');
  process.exitCode = cannotStart;
} else {
  // Timers and sockets of libraries must not hold up an exit that everything has been finished for.
  process.exit(await runBridge(file, process.env));
}
