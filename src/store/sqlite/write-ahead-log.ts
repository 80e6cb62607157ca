import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many pages the log has since it began anew, and how many of them are in the file; -1 while they cannot be told. */
export interface LogState {
  readonly log: number;
  readonly checkpointed: number;
}

/** SQLite's write-ahead log as one connection sees it. */
export class WriteAheadLog {
  readonly #look: StatementSync;
  readonly #move: StatementSync;

  constructor(db: DatabaseSync) {
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Whether SQLite can be asked about the log without moving it: from 3.51 on. An older one would move it each time. */
  static canBeLookedAt(db: DatabaseSync): boolean {
    const { version } = db.prepare('SELECT sqlite_version() AS version').get() ?? {};
    const [major = 0, minor = 0] = String(version).split('.').map(Number);
    return major > 3 || (major === 3 && minor >= 51);
  }

  look(): LogState {
    return this.#look.get() as unknown as LogState; // the pragma's columns
  }

  /**
   * Moves into the file what readers let it, and waits for nobody. The log begins anew with the next commit if nothing
   * was committed meanwhile. Throws where the file cannot take it.
   */
  move(): void {
    this.#move.get();
  }
}
