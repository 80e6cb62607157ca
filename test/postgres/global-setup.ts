import type { TestProject } from 'vitest/node';
import { startServer, type TestServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a PostgreSQL that every test may use; each takes a place of its own there. */
    postgresUrl: string;
  }
}

let server: TestServer | undefined;

/** Called only where a test of this project runs. */
export async function setup(project: TestProject): Promise<void> {
  server = await startServer();
  project.provide('postgresUrl', server.url);
}

export async function teardown(): Promise<void> {
  await server?.stop();
}
