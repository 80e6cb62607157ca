import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig, type CustomTypesConfig, Pool, types } from 'pg';

/** PostgreSQL's number for the type `bigint`. */
const BIGINT = 20;

/** Whole numbers as numbers: the tables hold none beyond what a number keeps exactly. */
const wholeNumbers: CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    oid === BIGINT ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser, // its overloads
};

/** For a connection, or one that gets free. */
const connectTimeoutMs = 5000;
/** The server gives up a statement, and a transaction whose owner says nothing more: its locks are free then. */
const statementTimeoutMs = 10_000;
const idleInTransactionTimeoutMs = 3000;
/** We give up a connection that does not answer, whatever the server does. */
const answerTimeoutMs = 15_000;
const hangUpMs = 500;

/**
 * What holds for every connection, said by statement: a pooler before the server need not pass start-up options on.
 * Each statement has an index for its question: a plan made while the tables were empty should not forget it, and none is
 * made anew for other values. A batch that resolves is durable, whatever the database is set to. Either side notices within
 * half a minute that the other is gone.
 */
const session = [
  "set default_transaction_isolation = 'read committed'",
  `set statement_timeout = ${statementTimeoutMs}`,
  `set idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs}`,
  'set enable_seqscan = off',
  'set plan_cache_mode = force_generic_plan',
  'set jit = off',
  "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
];
const aliveness = [
  'set tcp_keepalives_idle = 10',
  'set tcp_keepalives_interval = 5',
  'set tcp_keepalives_count = 3',
];

/** The connections of an engine. One that breaks while it is idle is dropped; the next batch gets a new one. */
export function createPool(url: string, connections: number): Pool {
  const pool = new Pool({
    ...common(url),
    max: connections,
    idleTimeoutMillis: 60_000,
    // With it go the plans that it made for tables which have grown since.
    maxLifetimeSeconds: 1800,
    query_timeout: answerTimeoutMs,
    // All statements of a batch are under way at once: it waits for one answer, not for one after the other.
    pipeline: true,
    onConnect: (client: ClientBase) => client.query([...session, ...aliveness].join('; ')),
  });
  pool.on('error', () => {}); // whoever asks next is told
  // While a batch has it, the pool does not listen; the batch is told by its queries.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** One connection of its own, outside the pool. `timeoutMs`: it is given up when an answer takes longer. */
export async function connectAlone(url: string, timeoutMs?: number): Promise<Client> {
  const client = new Client({
    ...common(url),
    ...(timeoutMs !== undefined && { query_timeout: timeoutMs }),
  });
  client.on('error', () => {}); // the query under way rejects, and `end` follows
  await client.connect();
  await client.query(aliveness.join('; '));
  return client;
}

/** Ends a connection, or gives it up where the server says nothing any more. */
export async function hangUp(connection: { end(): Promise<void> }): Promise<void> {
  await Promise.race([connection.end().catch(() => {}), pause(hangUpMs, undefined, { ref: false })]);
}

function common(url: string): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: 'kefu-bridge',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: wholeNumbers,
  };
}
