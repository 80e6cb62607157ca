import { setTimeout as pause } from 'node:timers/promises';
import type { WholeConfig } from './build.ts';
import { createAdminApp, type Readiness } from './intake/admin.ts';
import { listen } from './intake/listener.ts';
import { createPublicApp } from './intake/public.ts';
import { joinParts } from './join-parts.ts';
import { keepUp } from './keep-up.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { askByHand } from './relay/ask-by-hand.ts';
import { joinStore } from './relay/join-store.ts';
import { readQuota } from './relay/read-quota.ts';
import { recover } from './relay/restart.ts';
import { takeUpWaiting } from './relay/take-up-waiting.ts';
import { forgetOld } from './relay/upkeep.ts';
import { openStore } from './store/engines/open.ts';
import { readFact } from './store/facts.ts';

/** A bridge at work. */
export interface App {
  /** Where the listeners are, `http://host:port`. */
  readonly publicAddress: string;
  readonly adminAddress: string;
  /** Takes nothing new, finishes or puts back what is in hand, and closes the store. Within 9 s. */
  stop(): Promise<void>;
}

export interface AppOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** The store can write nothing any more: the process has to start anew. */
  readonly onStoreFailure: () => void;
}

/** A second less than a stop may take. */
const stopWithinMs = 9000;
/** Longest wait for turns in hand, of that time. */
const stopPatienceMs = 6000;

/**
 * Builds and joins all parts, takes up what the last end left, and listens. Rejects with `storeLocked` where another
 * process runs on the store.
 */
export async function startApp(config: WholeConfig, options: AppOptions): Promise<App> {
  let isStopping = false;
  const onFailure = () => {
    if (!isStopping) options.onStoreFailure();
  };
  const store = await openStore(config.store, onFailure, { log: options.log });
  const works = await joinParts(config, store, options);
  const { bridge, media, components, stopping, share } = works;
  await bridge.lease?.begin();
  const left = await (bridge.lease ? joinStore(bridge) : recover(bridge));
  await media.recover();
  const readiness = async (): Promise<Readiness> => {
    const isTaking = await isAnswering(store);
    return { ready: isTaking && !isStopping, store: isTaking ? 'ok' : 'unavailable' };
  };
  const { publicUrl } = config;
  const admin = await listen(
    createAdminApp(readiness, {
      log: bridge.log,
      hosts: [new URL(publicUrl).hostname, ...config.admin.hosts],
      agency: { components, publicUrl },
      askForAgent: (asked) => askByHand(bridge, asked),
      async quota(name) {
        const tenant = bridge.tenants.get(name);
        return tenant && { tenant: name, apis: await readQuota(bridge, tenant) };
      },
    }),
    config.admin,
  );
  const intake = await listen(createPublicApp(works), config.listen);
  void takeUpWaiting(bridge, left);
  media.wake();
  // After the listener: the ticket that is asked for comes there.
  for (const component of components.values()) await component.begin();
  const stopUpkeep = keepUp({
    clock: bridge.clock,
    log: bridge.log,
    claimPermit: works.claimPermit,
    run: () => Promise.all([forgetOld(bridge, config), media.clean()]),
  });

  return {
    publicAddress: intake.url,
    adminAddress: admin.url,
    async stop() {
      isStopping = true;
      const outOfTime = pause(stopWithinMs, undefined, { ref: false });
      stopUpkeep();
      await intake.close(1000);
      const impatient = setTimeout(() => stopping.abort(), stopPatienceMs);
      const errands = [...components.values()].map((component) => component.stop());
      // Who waits for his turn is put back at once.
      const closing = [...bridge.tenants.values()].map(({ pace }) => pace.close());
      const lookups = bridge.lookups?.stop();
      const ended = Promise.all([bridge.lanes.stop(), media.stop(), lookups, ...errands, ...closing]);
      // Not every call heeds the signal; what has not ended by then is taken up at the next start.
      await Promise.race([ended, pause(stopPatienceMs + 1500, undefined, { ref: false })]);
      clearTimeout(impatient);
      stopping.abort();
      // A database that says nothing is not waited for: what it does not hear, it finds out by itself.
      await Promise.race([closeParts(), outOfTime]);
    },
  };

  async function closeParts(): Promise<void> {
    await share.end();
    await admin.close(200);
    await Promise.all([works.cache.close(), works.locks.close()]);
    await store.close();
    works.closeRoad();
  }
}

async function isAnswering(store: Store): Promise<boolean> {
  try {
    await store.batch([readFact({ name: 'any' })]);
    return true;
  } catch {
    return false; // whatever it is, nothing can be taken
  }
}
