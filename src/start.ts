import { flushCompileCache } from 'node:module';
import { startApp } from './app.ts';
import { formatFaults } from './config/faults.ts';
import { type Environment, loadConfig } from './config/load.ts';
import { endEarlyStop } from './early-stop.ts';
import { dropGarbage } from './lean-heap.ts';
import { createLog } from './observe/log.ts';
import { type Clock, systemClock } from './ports/clock.ts';
import { BridgeError } from './ports/errors.ts';
import type { StorePlace } from './ports/store.ts';
import { settings } from './settings.ts';
import { describePlace } from './store/engines/open.ts';

/** Status of a start that cannot be: a wrong call, a wrong configuration, a store that is in use. */
export const cannotStart = 2;
/** Status where the store fails; the next start may find it well again. */
const storeFailed = 1;

/**
 * Runs the bridge until SIGTERM or SIGINT. Resolves with the exit status: 0 after a stop, 2 where the start cannot be
 * (the reasons are on stderr), 1 where the store fails. `clock` is what all its times come from.
 */
export async function runBridge(
  file: string,
  env: Environment,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const onSignal = () => ended.resolve(0);
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  endEarlyStop();
  try {
    return await runUntil(ended, { file, env, clock });
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  }
}

interface Run {
  readonly file: string;
  readonly env: Environment;
  readonly clock: Clock;
}

async function runUntil(ended: PromiseWithResolvers<number>, { file, env, clock }: Run): Promise<number> {
  const loaded = await loadConfig(file, env, settings);
  if (loaded.kind === 'faults') return complain(formatFaults(loaded.faults));
  const { config, warnings } = loaded;
  const log = createLog(config.log.level, undefined, clock.now);
  for (const { path, line, text } of warnings) log.warn('config.doubted', { path, line, what: text });
  try {
    const app = await startApp(config, { log, clock, onStoreFailure: () => ended.resolve(1) });
    dropGarbage();
    // Told whatever the level: whoever started the bridge waits for this line.
    log.announce('listening', { public: app.publicAddress, admin: app.adminAddress });
    flushCompileCache(); // Node would write it at the end, which a bridge that is killed does not come to
    const status = await ended.promise;
    log.info('stopping');
    if (status === 0) await app.stop();
    return status;
  } catch (error) {
    return explain(error, config.store);
  }
}

function explain(error: unknown, place: StorePlace): number {
  const store = describePlace(place);
  if (error instanceof BridgeError && error.code === 'storeLocked') {
    return complain(`${store}: another process has this store open; stop it first`);
  }
  if (error instanceof BridgeError && error.code === 'storeUnavailable') {
    complain(`${store}: expected a store that can be opened (${error.message})`);
    // A database that is away comes back without anybody's doing; a file does not.
    return place.kind === 'postgres' ? storeFailed : cannotStart;
  }
  if (error instanceof BridgeError && error.code === 'configInvalid') return complain(error.message);
  const isAddress = error instanceof Error && 'code' in error && 'port' in error;
  if (isAddress) return complain(`expected to listen on port ${error.port}, got ${error.code}`);
  throw error;
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return cannotStart;
}
