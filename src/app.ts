import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Component } from './agency/component.ts';
import { buildComponents, buildTenants, type Lent } from './build.ts';
import { createCached } from './cache/cached.ts';
import { type OpenCache, openCache } from './cache/open.ts';
import type { Config } from './config/config.ts';
import { createAddressGuard } from './http/address-guard.ts';
import { createFetch } from './http/fetch.ts';
import { createAdminApp, type Readiness } from './intake/admin.ts';
import { listen } from './intake/listener.ts';
import { createPublicApp } from './intake/public.ts';
import { keepUp } from './keep-up.ts';
import { convertPicture } from './media/convert-picture.ts';
import { createUrlFetch } from './media/fetch-url.ts';
import { createTextKeeper } from './media/keep-text.ts';
import { createMediaKeeper, type MediaKeeper, type ServedMedium } from './media/keeper.ts';
import { createMediaIds } from './media/media-ids.ts';
import { readMediaUrl, signMediaUrl } from './media/signed-url.ts';
import { mediaSources } from './media-sources.ts';
import { openMedia } from './open-media.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { ClaimPermit } from './ports/permit.ts';
import type { Store } from './ports/store.ts';
import { askByHand } from './relay/ask-by-hand.ts';
import type { Bridge } from './relay/bridge.ts';
import { joinStore } from './relay/join-store.ts';
import type { LaneId } from './relay/lane-id.ts';
import { createLanes } from './relay/lanes.ts';
import { createLookups } from './relay/look-up.ts';
import { pauseBeforeNext } from './relay/pauses.ts';
import { readQuota } from './relay/read-quota.ts';
import { recover } from './relay/restart.ts';
import { runTurn, type TurnEnd } from './relay/run-turn.ts';
import { sharedSweeps } from './relay/shared-sweep.ts';
import { sweep } from './relay/sweep.ts';
import { takeUpWaiting } from './relay/take-up-waiting.ts';
import { forgetOld } from './relay/upkeep.ts';
import { type StoreShare, shareStore } from './share-store.ts';
import { type Locks, openLocks } from './store/engines/locks.ts';
import { openStore } from './store/engines/open.ts';
import { createFact, readFact } from './store/facts.ts';
import type { ReleasedMessage } from './store/media.ts';
import { createPermits } from './store/permits.ts';
import { createLeaseDesk } from './store/postgres/leases.ts';
import type { ComponentSettings } from './wechat/component-settings.ts';
import type { WeChatSettings } from './wechat/settings.ts';

type WholeConfig = Config<WeChatSettings, ComponentSettings>;

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
/** What other instances were told, or left when they died. */
const lookEveryMs = 5000;

/**
 * Builds and joins all parts, takes up what the last end left, and listens. Rejects with `storeLocked` where another
 * process runs on the store.
 */
export async function startApp(config: WholeConfig, options: AppOptions): Promise<App> {
  let isStopping = false;
  const store = await openStore(config.store, () => {
    if (!isStopping) options.onStoreFailure();
  });
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

interface Works {
  readonly bridge: Bridge;
  readonly media: MediaKeeper;
  readonly components: ReadonlyMap<string, Component>;
  readonly cache: OpenCache;
  readonly locks: Locks;
  /** Aborted where patience is over. */
  readonly stopping: AbortController;
  readonly share: StoreShare;
  readonly claimPermit: ClaimPermit;
  readonly findMedium: (path: string) => Promise<ServedMedium | undefined>;
  closeRoad(): void;
}

async function joinParts(
  config: WholeConfig,
  store: Store,
  { log, clock }: Pick<AppOptions, 'log' | 'clock'>,
): Promise<Works> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const share = await shareStore(config, { clock, log, stopping: signal });
  const { lease } = share;
  const road = createFetch(createAddressGuard(config.network.allowPrivate), share);
  const key = await mediaKey(store);
  const cache = await openCache(config.cache, { store, now: clock.now });
  const locks = await openLocks(config.store);
  const { maxBytes, keepMs } = config.media;
  const urlOf = async (id: string) => signUrl(await media.find(id), { publicUrl: config.publicUrl, key });
  const leases = config.store.kind === 'postgres' ? createLeaseDesk(store) : undefined;
  const lent: Lent = {
    ...createCached({ keyv: cache.keyv, clock, log, alone: locks.alone }),
    log,
    clock,
    store,
    now: clock.now,
    fetch: road.fetch,
    claimPermit: createPermits(store, leases?.now ?? clock.now),
    ...(leases && { leases }),
    convertPicture,
    media: ({ id }) => media.read(id),
    mediaUrl: ({ id }) => urlOf(id),
    mediaIdsOf: (appid) => createMediaIds(store, appid, clock.now),
  };
  const others = config.store.kind === 'postgres' ? { lookEveryMs } : {};
  const components = buildComponents(config, { ...lent, ...others, store, alone: locks.alone });
  const tenants = buildTenants(config, { ...lent, components });
  const lanes = createLanes({
    clock,
    log,
    runTurn: (lane, given): Promise<TurnEnd> => runTurn(bridge, lane, given),
    ...(lease
      ? sharedSweeps({ store, clock, log, random: Math.random, stopping: signal, tenants }, lease)
      : { sweep: (now: number) => sweep(store, now) }),
  });
  const { files, claims } = await openMedia(config, { store, clock, log });
  const media = createMediaKeeper({
    store,
    clock,
    log,
    files,
    claims,
    maxBytes,
    keepMs,
    pauseBeforeNext: (tries) => pauseBeforeNext(tries, Math.random()),
    fetchFor: mediaSources(tenants, createUrlFetch({ fetch: road.fetch })),
    onReleased: (message) => lanes.wake(laneOf(message)),
  });
  const keepText = createTextKeeper({ store, files, clock });
  const access: Bridge['media'] = {
    ...media,
    urlOf,
    keepText: async (text, owner) => urlOf(await keepText(text, owner)),
  };
  const bridge: Bridge = {
    store,
    clock,
    log,
    random: Math.random,
    lanes,
    tenants,
    stopping: signal,
    ...(lease && { lease }),
    media: access,
    lookups: createLookups(),
  };
  const findMedium: Works['findMedium'] = async (path) => {
    const reading = readMediaUrl(path, key, clock.now());
    return reading.kind === 'medium' ? media.open(reading.id) : undefined;
  };
  const { claimPermit } = lent;
  return {
    bridge,
    media,
    components,
    cache,
    locks,
    stopping,
    share,
    claimPermit,
    findMedium,
    closeRoad: road.close,
  };
}

function signUrl(
  medium: Awaited<ReturnType<MediaKeeper['find']>>,
  by: { readonly publicUrl: string; readonly key: Buffer },
): string | undefined {
  return medium && signMediaUrl({ ...by, ...medium });
}

function laneOf({ tenant, conversation, helpdesk, lane }: ReleasedMessage): LaneId {
  return lane === 'reply' || helpdesk === null
    ? { kind: 'reply', tenant, conversation }
    : { kind: 'helpdesk', tenant, helpdesk, conversation };
}

/** Made at the first start, and kept: URLs that were given out stay good. */
async function mediaKey(store: Store): Promise<Buffer> {
  const name = 'media-key';
  const fresh = randomBytes(32).toString('base64url');
  const [, rows] = await store.batch([createFact({ name, value: fresh }), readFact({ name })]);
  return Buffer.from(rows[0]?.value ?? fresh, 'base64url');
}

async function isAnswering(store: Store): Promise<boolean> {
  try {
    await store.batch([readFact({ name: 'media-key' })]);
    return true;
  } catch {
    return false; // whatever it is, nothing can be taken
  }
}
