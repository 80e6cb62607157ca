import { existsSync } from 'node:fs';
import type { Environment } from './config/load.ts';
import { resolveReferences } from './config/references.ts';
import { isStorePlace, readStorePlace, storePlaceForms } from './config/store-place.ts';
import { BridgeError } from './ports/errors.ts';
import type { Store, StorePlace } from './ports/store.ts';
import { copyRows, firstFilled, proveKnown, proveSame } from './store/engines/copy.ts';
import { describePlace, openStore } from './store/engines/open.ts';

export interface MigrateOptions {
  /** Where the store is, and where it is to be, as the configuration says it; `${NAME}` stands for a secret. */
  readonly from: string;
  readonly to: string;
  readonly env: Environment;
  /** Paths are taken from here. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

/**
 * Copies a store into another, empty one, and compares both whole; no bridge may run on either. The exit status: 0 the
 * copy is good, 2 it cannot be begun (the reason is printed), 1 it did not end well: no bridge starts on it then.
 */
export async function migrateStore(options: MigrateOptions): Promise<number> {
  const { print } = options;
  const opened: Store[] = [];
  const open = async (place: StorePlace) => {
    const store = await openStore(place, () => {}, { alone: true }); // whoever uses it is told
    opened.push(store);
    return store;
  };
  let status = 2;
  try {
    const [from, to] = [readPlace(options.from, options), readPlace(options.to, options)];
    if (from.kind === 'sqlite' && !existsSync(from.path)) {
      throw new Refusal(`${from.path}: expected a store, got nothing`);
    }
    const [source, target] = [await open(from), await open(to)];
    await Promise.all([proveKnown(source), proveKnown(target)]);
    const filled = await firstFilled(target);
    if (filled)
      throw new Refusal(`${describePlace(to)}: expected an empty store, got one with rows in ${filled}`);
    status = 1;
    await copyRows(source, target, ({ table, rows }) => print(`${table}: ${rows}`));
    await proveSame(source, target);
    print(`${describePlace(to)} has all that ${describePlace(from)} has.`);
    print('Set it as store, and media.folder to the folder where the media are, before the bridge starts.');
    return 0;
  } catch (error) {
    if (!(error instanceof BridgeError || error instanceof Refusal)) throw error;
    print(error.message);
    return status;
  } finally {
    await Promise.all(opened.map((store) => store.close()));
  }
}

class Refusal extends Error {}

function readPlace(text: string, { env, folder }: MigrateOptions): StorePlace {
  const noFile = { kind: 'unreadable', code: 'only variables are known here' } as const;
  const resolved = resolveReferences(text, { variable: (name) => env[name], file: () => noFile });
  const [problem] = resolved.problems;
  if (problem !== undefined) throw new Refusal(problem);
  if (!isStorePlace(resolved.text)) throw new Refusal(storePlaceForms);
  return readStorePlace(resolved.text, { folder, connections: 4 });
}
