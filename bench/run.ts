import { resolve } from 'node:path';
import { benchAllowance } from './allowance.ts';
import { benchEngines } from './engines.ts';
import { benchFuzz } from './fuzz.ts';
import { benchIntake } from './intake.ts';
import { benchPace } from './pace.ts';

/** `npm run bench -- NAME [options]`: each bench stops by itself and talks to the loopback only. Exit status 2: a wrong call. */

// As the bridge starts for the second time: what takes the types off TypeScript would else stay in memory (20 MB).
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, '../node_modules/.compile-cache');

const benches: ReadonlyMap<string, Bench> = new Map([
  ['allowance', benchAllowance],
  ['engines', benchEngines],
  ['fuzz', benchFuzz],
  ['intake', benchIntake],
  ['pace', benchPace],
]);

/** Resolves with the exit status: 1 if a goal is missed. Throws for options that it does not know. */
type Bench = (args: readonly string[]) => Promise<number>;

const [name = '', ...args] = process.argv.slice(2);
const bench = benches.get(name);
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${[...benches.keys()].join('|')} [options]\n`);
  process.exit(2);
}
process.exit(await bench(args));
