import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { type Commit, openSqlite } from '../../src/store/sqlite/engine.ts';

/** A folder for each test of a file; stores that are opened in it are closed before it goes. */
export interface StoreFolder {
  readonly path: string;
  /** What failed, what was committed, and why the log could not be moved, since the test began. */
  readonly failures: unknown[];
  readonly commits: Commit[];
  readonly keptLogs: string[];
  open(path?: string): Promise<Store>;
}

export function useStoreFolder(): StoreFolder {
  const root = mkdtempSync(join(tmpdir(), 'store-'));
  const opened: Store[] = [];
  let number = 0;
  const folder: StoreFolder & { path: string } = {
    path: '',
    failures: [],
    commits: [],
    keptLogs: [],
    async open(path = folder.path) {
      const store = await openSqlite(path, (cause) => folder.failures.push(cause), {
        onCommit: (commit) => folder.commits.push(commit),
        onLogKept: (message) => folder.keptLogs.push(message),
      });
      opened.push(store);
      return store;
    },
  };

  beforeEach(() => {
    number += 1;
    folder.path = join(root, String(number), 'bridge.db');
    folder.failures.length = 0;
    folder.commits.length = 0;
    folder.keptLogs.length = 0;
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  afterAll(() => rmSync(root, { recursive: true }));

  return folder;
}
