import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { aloneInProcess, type RunAlone } from '../../ports/alone.ts';
import { BridgeError, TooSoon } from '../../ports/errors.ts';
import { connectAlone, hangUp } from './connect.ts';
import { tryLockNamed, unlockNamed } from './locks.ts';
import { describeError } from './postgres-error.ts';

export interface InstanceLocksOptions {
  readonly url: string;
  /** PostgreSQL ends a connection that says nothing for so long: a process that hangs holds its locks no longer. */
  readonly silenceMs?: number;
  /** Nobody holds a lock longer, whatever it waits for. */
  readonly longestHoldMs?: number;
  /** So long somebody waits for a lock. */
  readonly patienceMs?: number;
}

/** The shortest and the longest time between two looks whether a lock is free. */
const lookAgainMs = { first: 20, longest: 250 } as const;
/** An answer of the database takes at most as long. */
const answerTimeoutMs = 5000;
/** A connection that nobody needs is kept so long. */
const lingerMs = 5000;

/**
 * "One instance at a time", by names: advisory locks of PostgreSQL, all on one connection of this process, which is there
 * while somebody needs it. They are free when the connection ends, however the process dies; one that hangs loses its
 * connection after a while. Where the connection breaks, what runs goes on and may no longer be alone: it has to be
 * harmless twice, and only wasteful.
 */
export class InstanceLocks {
  readonly #options: Required<InstanceLocksOptions>;
  readonly #inProcess = aloneInProcess();
  #connecting: Promise<Client> | undefined;
  #client: Client | undefined;
  #linger: NodeJS.Timeout | undefined;
  #users = 0;
  #isClosed = false;

  constructor(options: InstanceLocksOptions) {
    this.#options = { silenceMs: 15_000, longestHoldMs: 30_000, patienceMs: 20_000, ...options };
  }

  // The same connection would get its own lock twice.
  readonly alone: RunAlone = (name, run) => this.#inProcess(name, () => this.#runAlone(name, run));

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#disconnect();
  }

  async #runAlone<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    this.#users += 1;
    clearTimeout(this.#linger);
    try {
      const client = await this.#take(name);
      return await this.#hold(client, name, run);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#linger = setTimeout(() => void this.#disconnect(), lingerMs).unref();
    }
  }

  async #take(name: string): Promise<Client> {
    const { patienceMs } = this.#options;
    const until = performance.now() + patienceMs;
    let waitMs: number = lookAgainMs.first;
    for (;;) {
      const client = await this.#tryTake(name);
      if (client) return client;
      if (performance.now() + waitMs > until) throw new TooSoon(lookAgainMs.longest);
      await pause(waitMs);
      waitMs = Math.min(waitMs * 1.5, lookAgainMs.longest);
    }
  }

  async #tryTake(name: string): Promise<Client | undefined> {
    try {
      const client = await this.#connected();
      return (await tryLockNamed(client, name)) ? client : undefined;
    } catch (error) {
      if (error instanceof BridgeError) throw error;
      await this.#disconnect(); // it may have the lock, or be no good
      throw new BridgeError('storeUnavailable', describeError(error));
    }
  }

  async #hold<Result>(client: Client, name: string, run: () => Promise<Result>): Promise<Result> {
    let isHeld = true;
    const release = async () => {
      if (!isHeld) return;
      isHeld = false;
      // Ending the connection frees it, too.
      await unlockNamed(client, name).catch(() => hangUp(client));
    };
    const tooLong = setTimeout(() => void release(), this.#options.longestHoldMs).unref();
    try {
      return await run();
    } finally {
      clearTimeout(tooLong);
      await release();
    }
  }

  #connected(): Promise<Client> {
    if (this.#isClosed) throw new BridgeError('storeUnavailable', 'the store is closed');
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async #connect(): Promise<Client> {
    const { url, silenceMs } = this.#options;
    const client = await connectAlone(url, answerTimeoutMs);
    await client.query(endSilence, [String(silenceMs)]);
    const heartbeat = setInterval(() => {
      client.query('select 1').catch(() => this.#lose(client));
    }, silenceMs / 3).unref();
    client.once('end', () => {
      clearInterval(heartbeat);
      this.#lose(client);
    });
    this.#client = client;
    return client;
  }

  #lose(client: Client): void {
    if (this.#client === client) void this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#connecting = undefined;
    if (client) await hangUp(client);
  }
}

/** Versions before 14 know no such thing: there a process that hangs holds its locks until it is ended. */
const endSilence = `select set_config(name, $1, false) from pg_settings where name = 'idle_session_timeout'`;
