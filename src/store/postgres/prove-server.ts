import type { Client } from 'pg';

/** What speaks PostgreSQL's protocol and cannot keep what the bridge keeps, by what it says of its version. */
const others = [
  {
    says: /CockroachDB/i,
    name: 'CockroachDB',
    why: 'its advisory locks hold nothing, so that two instances would forward the same message',
  },
  {
    says: /openGauss|GaussDB/i,
    name: 'openGauss',
    why: 'it comes from version 9.2, which lacks what the statements need',
  },
];

/**
 * Fails where the database is none in which the store is safe (`docs/other-databases.md`), or cannot keep every text as
 * it is.
 */
export async function proveServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `select version() as version, current_setting('server_encoding') as encoding`,
  );
  const { version = '', encoding = '' } = rows[0] ?? {};
  const other = others.find(({ says }) => says.test(version));
  if (other) throw new Error(`expected PostgreSQL, got ${other.name}: ${other.why}`);
  if (encoding !== 'UTF8') throw new Error(`expected a database whose encoding is UTF8, got ${encoding}`);
}
