import { randomBytes } from 'node:crypto';
import type { Component } from './agency/component.ts';
import { buildComponents, buildTenants, type Lent, type WholeConfig } from './build.ts';
import { createCached } from './cache/cached.ts';
import { type OpenCache, openCache } from './cache/open.ts';
import { createAddressGuard } from './http/address-guard.ts';
import { createFetch } from './http/fetch.ts';
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
import type { Bridge } from './relay/bridge.ts';
import type { LaneId } from './relay/lane-id.ts';
import { createLanes } from './relay/lanes.ts';
import { createLookups } from './relay/look-up.ts';
import { pauseBeforeNext } from './relay/pauses.ts';
import { runTurn, type TurnEnd } from './relay/run-turn.ts';
import { sharedSweeps } from './relay/shared-sweep.ts';
import { sweep } from './relay/sweep.ts';
import { type StoreShare, shareStore } from './share-store.ts';
import { type Locks, openLocks } from './store/engines/locks.ts';
import { createFact, readFact } from './store/facts.ts';
import type { ReleasedMessage } from './store/media.ts';
import { createPermits } from './store/permits.ts';
import { createLeaseDesk } from './store/postgres/leases.ts';

/** What other instances were told, or left when they died. */
const lookEveryMs = 5000;

/** The parts of a bridge, joined. */
export interface Works {
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

/** Builds all parts over an open store, and joins them. What one of them needs of another is decided here. */
export async function joinParts(
  config: WholeConfig,
  store: Store,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
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
