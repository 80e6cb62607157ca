import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { BridgeError } from '../../ports/errors.ts';
import { connectAlone, hangUp } from './connect.ts';
import { ONE_BRIDGE, tryLock } from './locks.ts';

/** The connection that holds the lock is asked so often whether it lives; an answer takes at most as long. */
const heartbeatMs = 5000;
const againMs = 250;
/** The server may need a moment to see that a process which had the lock has died. */
const patienceMs = 1000;

export interface BridgeLockOptions {
  readonly url: string;
  /** Whether nobody else has had the store since we lost the lock. */
  readonly isStillOurs: (client: Client) => Promise<boolean>;
  /** Somebody else had it: what this process knows of the store is no longer so. */
  readonly onTaken: (cause: BridgeError) => void;
}

/**
 * "One bridge process a store": a lock that PostgreSQL frees when the connection ends, however the process dies. Where
 * the connection breaks while the process lives, the lock is taken again; until then the store takes nothing.
 */
export class BridgeLock {
  readonly #options: BridgeLockOptions;
  #client: Client | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(options: BridgeLockOptions) {
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#client !== undefined;
  }

  /** Rejects with `storeLocked` where another process has it. */
  async take(): Promise<void> {
    const client = await connectAlone(this.#options.url, heartbeatMs);
    for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += againMs) {
      if (await tryLock(client, ONE_BRIDGE)) return this.#hold(client);
      await pause(againMs);
    }
    await hangUp(client);
    throw new BridgeError('storeLocked', 'another bridge process has this store open');
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    clearInterval(this.#heartbeat);
    const client = this.#client;
    this.#client = undefined;
    if (client) await hangUp(client);
  }

  #hold(client: Client): void {
    this.#client = client;
    client.once('end', () => this.#lose(client));
    this.#heartbeat = setInterval(() => {
      client.query('select 1').catch(() => this.#lose(client));
    }, heartbeatMs).unref();
  }

  #lose(client: Client): void {
    if (this.#client !== client || this.#isReleased) return;
    clearInterval(this.#heartbeat);
    this.#client = undefined;
    void hangUp(client);
    void this.#retake();
  }

  async #retake(): Promise<void> {
    while (!this.#isReleased && !this.isHeld) {
      await pause(againMs, undefined, { ref: false });
      await this.#tryAgain();
    }
  }

  async #tryAgain(): Promise<void> {
    let client: Client | undefined;
    try {
      client = await connectAlone(this.#options.url, heartbeatMs);
      const isFree = !this.#isReleased && (await tryLock(client, ONE_BRIDGE));
      const isOurs = isFree && (await this.#options.isStillOurs(client));
      if (isOurs && !this.#isReleased) return this.#hold(client);
      await hangUp(client);
      if (!isFree || this.#isReleased) return; // the server may not know yet that our old connection is gone
      this.#isReleased = true;
      this.#options.onTaken(
        new BridgeError('storeLocked', 'another bridge process had this store meanwhile'),
      );
    } catch {
      if (client) await hangUp(client); // the database is still away
    }
  }
}
