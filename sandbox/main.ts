import { parseArgs } from 'node:util';
import { desks } from './desks.ts';
import { startSandbox } from './start.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '3080' }, vendor: { type: 'string' } },
});
const { vendor } = values;
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65_000) {
  console.error(`expected --port to be a whole number from 1 to 65000, got ${values.port}`);
  process.exit(2);
}
if (vendor !== undefined && !Object.hasOwn(desks, vendor)) {
  console.error(`expected --vendor to be one of ${Object.keys(desks).join(', ')}, got ${vendor}`);
  process.exit(2);
}

const sandbox = await startSandbox({ port, ...(vendor !== undefined && { vendor }) });
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isEnding) process.exit(1); // asked twice
    isEnding = true;
    void sandbox.close().then(() => process.exit(0));
  });
}

const { status, end } = sandbox.state().bridge;
if (status !== 'running') console.error(['The bridge did not start:', ...(end?.words ?? [])].join('\n'));
console.log(`The sandbox is at ${sandbox.url} (Ctrl-C ends it)`);
