import type { TestProject } from 'vitest/node';
import { hasty, startServer, type TestServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a PostgreSQL that every test may use; each takes a place of its own there. */
    postgresUrl: string;
  }
}

/** Tables of a test are small, and soon empty: nobody need sweep or measure them, or send them elsewhere. */
const forTests = [...hasty, 'autovacuum=off', 'wal_level=minimal', 'max_wal_senders=0'];

// Several projects of one run ask for it.
const shared: typeof globalThis & { postgresOfTests?: Promise<TestServer> } = globalThis;

/** Called only where a test of this project runs. */
export async function setup(project: TestProject): Promise<void> {
  shared.postgresOfTests ??= startServer(forTests);
  project.provide('postgresUrl', (await shared.postgresOfTests).url);
}

export async function teardown(): Promise<void> {
  const server = shared.postgresOfTests;
  delete shared.postgresOfTests;
  await (await server)?.stop();
}
