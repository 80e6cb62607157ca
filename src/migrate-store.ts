import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { mediaBeside } from './config/build.ts';
import type { Environment } from './config/load.ts';
import { resolveReferences } from './config/references.ts';
import { isStorePlace, readStorePlace, storePlaceForms } from './config/store-place.ts';
import { copyFiles } from './media/copy-files.ts';
import type { MediaFiles } from './media/files.ts';
import { openFolderFiles } from './media/folder-files.ts';
import { createStoreFiles } from './media/store-files.ts';
import { BridgeError } from './ports/errors.ts';
import type { Store, StorePlace } from './ports/store.ts';
import { copyRows, firstFilled, proveKnown, proveSame } from './store/engines/copy.ts';
import { describePlace, openStore } from './store/engines/open.ts';
import { keptAfter } from './store/media.ts';

export interface MigrateOptions {
  /** Where the store is, and where it is to be, as the configuration says it; `${NAME}` stands for a secret. */
  readonly from: string;
  readonly to: string;
  /** The folders of media there; `undefined`: beside the file of sqlite, and in the database with postgres. */
  readonly fromMedia?: string | undefined;
  readonly toMedia?: string | undefined;
  readonly env: Environment;
  /** Paths are taken from here. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

/**
 * Copies a store with its media into another, empty one, and compares both whole; of a store into itself only the media
 * are copied, to another place. No bridge may run on either. The exit status: 0 the copy is good, 2 it cannot be begun
 * (the reason is printed), 1 it did not end well: no bridge starts on it then.
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
    const [fromMedia, toMedia] = [
      mediaPlace(options.fromMedia, from, options),
      mediaPlace(options.toMedia, to, options),
    ];
    if (from.kind === 'sqlite' && !existsSync(from.path)) {
      throw new Refusal(`${from.path}: expected a store, got nothing`);
    }
    const isSame = addressOf(from) === addressOf(to);
    if (isSame && fromMedia === toMedia)
      throw new Refusal('expected another store, or another place of media');
    const source = await open(from);
    const target = isSame ? source : await open(to);
    await Promise.all([proveKnown(source), proveKnown(target)]);
    await proveFolder(source, fromMedia);
    if (!isSame) await proveEmpty(target, to);
    status = 1;
    if (!isSame) await copyRows(source, target, ({ table, rows }) => print(`${table}: ${rows}`));
    const { copied, lost } = await copyFiles({
      store: source,
      from: await filesAt(fromMedia, source),
      to: await filesAt(toMedia, target),
    });
    print(`files of media: ${copied}${lost > 0 ? `, ${lost} were missing or damaged` : ''}`);
    if (!isSame) await proveSame(source, target);
    if (!isSame) print(`${describePlace(to)} has all that ${describePlace(from)} has.`);
    print(`Before the bridge starts, set it as store, and ${mediaAdvice(to, toMedia)}.`);
    return 0;
  } catch (error) {
    if (!(error instanceof BridgeError || error instanceof Refusal)) throw error;
    print(error.message);
    return status;
  } finally {
    await Promise.all(opened.map((store) => store.close()));
  }
}

function addressOf(place: StorePlace): string {
  return place.kind === 'sqlite' ? place.path : place.url;
}

/** The folder of media; `undefined`: they are in the database. */
function mediaPlace(
  given: string | undefined,
  place: StorePlace,
  { folder }: MigrateOptions,
): string | undefined {
  if (given !== undefined) return resolve(folder, given);
  return place.kind === 'sqlite' ? mediaBeside(place) : undefined;
}

/** Made where it is missing; what others write there at the same time stays. */
async function filesAt(folder: string | undefined, store: Store): Promise<MediaFiles> {
  return folder === undefined ? createStoreFiles(store) : openFolderFiles(folder, { isShared: true });
}

async function proveFolder(source: Store, folder: string | undefined): Promise<void> {
  if (folder === undefined || existsSync(folder)) return;
  const [kept] = await source.batch([keptAfter({ after: '', most: 1 })]);
  if (kept.length > 0)
    throw new Refusal(`${folder}: expected the folder of the media (--from-media), got nothing`);
}

async function proveEmpty(target: Store, place: StorePlace): Promise<void> {
  const filled = await firstFilled(target);
  if (filled === undefined) return;
  throw new Refusal(`${describePlace(place)}: expected an empty store, got one with rows in ${filled}`);
}

function mediaAdvice({ kind }: StorePlace, folder: string | undefined): string {
  if (folder === undefined) return 'no media.folder';
  return `media.folder to ${folder}${kind === 'postgres' ? ' with media.shared' : ''}`;
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
