import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { describeAllowance } from './store-allowance.ts';
import { describeArrivals } from './store-arrivals.ts';
import { describeBatches } from './store-batches.ts';
import { describeClaims } from './store-claims.ts';
import { describeConcurrency } from './store-concurrency.ts';
import { describeDueTimes } from './store-due-times.ts';
import { describeHistory } from './store-history.ts';
import { describeKnocks } from './store-knocks.ts';
import { describeLaneModel } from './store-lane-model.ts';
import { describePasses } from './store-passes.ts';
import { describePermits } from './store-permits.ts';
import { describePromotions } from './store-promotions.ts';
import { describeRaces } from './store-races.ts';
import { describeReceipts } from './store-receipts.ts';
import { describeReleases } from './store-releases.ts';
import { describeRetention } from './store-retention.ts';
import { describeSchedules } from './store-schedules.ts';

/** A place where an engine keeps one store. */
export interface StorePlace {
  /** Opens what is kept there; again once it was closed. */
  open(): Promise<Store>;
  /** Opens what is kept there once more, beside the first, where an engine lets several processes share it. */
  openAnother?(): Promise<Store>;
  /** Empties every table, while the store is open. */
  empty(): Promise<void>;
  /** Takes everything away. The store is closed by then. */
  remove(): Promise<void>;
}

/** What the suites use: each test finds the store empty. */
export interface Bench {
  readonly store: Store;
  /** The same store as another process has it, where the engine lets several share it. */
  readonly another: Store;
  /** Closes the store and opens it again: what was there is there. */
  reopen(): Promise<Store>;
}

/** What every engine must do, with the same statements. */
export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  let place: StorePlace;
  let store: Store;
  let another: Store | undefined;

  beforeAll(async () => {
    place = await makePlace();
    store = await place.open();
    another = await place.openAnother?.();
  });

  afterEach(() => place.empty());

  afterAll(async () => {
    await Promise.all([store.close(), another?.close()]);
    await place.remove();
  });

  const bench: Bench = {
    get store() {
      return store;
    },
    get another() {
      return another ?? store;
    },
    async reopen() {
      await store.close();
      store = await place.open();
      return store;
    },
  };

  describe(`the store (${name})`, () => {
    describeBatches(bench);
    describeAllowance(bench);
    describeArrivals(bench);
    describeClaims(bench);
    describePromotions(bench);
    describeReceipts(bench);
    describeReleases(bench);
    describeHistory(bench);
    describeKnocks(bench);
    describeDueTimes(bench);
    describeSchedules(bench);
    describePasses(bench);
    describePermits(bench);
    describeRetention(bench);
    describeConcurrency(bench);
    describeRaces(bench);
    describeLaneModel(bench);
  });
}
