import type { Client } from 'pg';

/** Fails where the database cannot keep every text as it is. */
export async function proveServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    `select current_setting('server_encoding') as encoding`,
  );
  const { encoding = '' } = rows[0] ?? {};
  if (encoding !== 'UTF8') throw new Error(`expected a database whose encoding is UTF8, got ${encoding}`);
}
