import { parseArgs } from 'node:util';
import { desks } from './desks.ts';
import { startSandbox } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3080' },
    vendor: { type: 'string' },
    second: { type: 'string' },
  },
});
const { vendor = Object.keys(desks)[0] ?? '', second } = values;
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65_000) {
  console.error(`expected --port to be a whole number from 1 to 65000, got ${values.port}`);
  process.exit(2);
}
for (const [name, given] of Object.entries({ vendor, second })) {
  if (given === undefined || Object.hasOwn(desks, given)) continue;
  console.error(`expected --${name} to be one of ${Object.keys(desks).join(', ')}, got ${given}`);
  process.exit(2);
}
if (second === vendor) {
  console.error(`expected --second to be another one than --vendor, got ${second}`);
  process.exit(2);
}

const sandbox = await startSandbox({ port, vendor, ...(second !== undefined && { second }) });
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
