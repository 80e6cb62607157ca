import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { statement } from '../../src/store/statement.ts';
import { readBeside } from '../store/test-store.ts';
import type { BridgeScene } from './scene.ts';

const halfFiles = statement<Record<string, never>, { file: string }>(
  'test.halfFiles',
  () => sql<{ file: string }>`
    select distinct file from media_piece where file not in (select name from media_file)`,
);

/** What is kept of downloads that are under way, or did not come to their end. */
export async function halfMedia({ store, home }: BridgeScene): Promise<readonly string[]> {
  if (store.kind === 'sqlite') return readdirSync(join(home.folder, 'data/media/incoming'));
  return (await readBeside(store, halfFiles({}))).map(({ file }) => file);
}
