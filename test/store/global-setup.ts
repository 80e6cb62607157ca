import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sparesVariable } from './spare-sqlite.ts';

/** A folder for the stores that tests hand on: they are there until the processes of the tests end. */
export function setup(): void {
  process.env[sparesVariable] = mkdtempSync(join(tmpdir(), 'kefu-spare-'));
}

export function teardown(): void {
  const folder = process.env[sparesVariable];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
