import type { Tools } from '../../src/ports/helpdesk.ts';
import type { Log } from '../../src/ports/log.ts';

/**
 * What the core lends an adapter: what is given, and nothing else can be had. `lines` is what the adapter logs, a line an
 * event.
 */
export function lendTools(given: Partial<Tools> = {}): {
  readonly tools: Tools;
  readonly lines: readonly string[];
} {
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const nothing = async () => undefined;
  return {
    lines,
    tools: {
      fetch: async () => ({ kind: 'notSent', code: 'nowhere' }),
      log,
      now: Date.now,
      media: nothing,
      mediaUrl: nothing,
      cached: async (_key, load) => (await load()).value,
      forget: nothing,
      history: async () => [],
      channelKind: 'miniprogram',
      channel: async () => null,
      ...given,
    },
  };
}
