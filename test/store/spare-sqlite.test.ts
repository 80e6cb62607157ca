import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { spareStoresContract } from '../contract/spare-stores.ts';
import { makeSpareSqlite } from './spare-sqlite.ts';

const place = mkdtempSync(join(tmpdir(), 'kefu-spare-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

spareStoresContract('SQLite', (onFailure) => makeSpareSqlite(place, onFailure));
