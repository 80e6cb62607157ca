import { setTimeout as pause } from 'node:timers/promises';
import KeyvRedis, { createClient } from '@keyv/redis';
import { Keyv } from 'keyv';
import type { OpenCache } from './open.ts';

/** All keys begin so, and a colon: a server may be others', too. */
const namespace = 'kefu-bridge';
const connectTimeoutMs = 3000;
/** A server that says nothing any more is given up after this; while there is nothing to ask it is pinged. */
const silenceMs = 4000;
const pingEveryMs = 1500;
const longestPauseMs = 5000;

/**
 * A cache in Redis or Valkey, by Keyv's own adapter: its release candidate, as only that is made for the Keyv in use. A
 * server that is away holds nobody up: what is asked meanwhile fails at once, and the connection is tried again until the
 * cache is closed. Waits for the first connection, but not long. `onError` is told what goes wrong, besides whoever listens to
 * Keyv.
 */
export async function openRedis(
  url: string,
  onError: (error: unknown) => void = () => {},
): Promise<OpenCache> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: pingEveryMs,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: connectTimeoutMs,
      socketTimeout: silenceMs,
      reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, longestPauseMs) + Math.random() * 100,
    },
  });
  const keyv = new Keyv({ store: new KeyvRedis(client, { keyPrefixSeparator: ':' }), namespace });
  // Nobody else listens yet, and Keyv throws what nobody hears.
  keyv.on('error', onError);
  const connected = client.connect().catch(() => {}); // whoever asks is told
  await Promise.race([connected, pause(connectTimeoutMs, undefined, { ref: false })]);
  return {
    keyv,
    async close() {
      if (client.isOpen) client.destroy();
    },
  };
}
