import { wechatOfficial as definition } from '../../../adapters/wechat-official/index.ts';
import type { Conversation } from '../../../src/model/conversation.ts';
import type { Json } from '../../../src/model/message.ts';
import { CallFailed } from '../../../src/ports/errors.ts';
import type { PullPage, VendorEvent } from '../../../src/ports/helpdesk.ts';
import type { Log } from '../../../src/ports/log.ts';

export const NOW = 1_700_000_000_000;

export const conversation: Conversation = {
  id: 'c_1',
  tenant: 'shop',
  visitor: 'oSim0000000000000000000user1',
  appid: 'wx1a2b3c4d5e6f7a8b',
};

/** What the API says: an answer, or the reason why there is none. */
export type Said = Json | { readonly failed: string };

/** The adapter, and an API that answers as `say` does. Time is moved by hand. */
export function openDesk(
  say: (path: string, body: Json | undefined) => Said | Promise<Said> = () => ({}),
  { settings = {}, kind = 'service' }: { readonly settings?: object; readonly kind?: string } = {},
) {
  const clock = { now: NOW };
  const calls: { readonly path: string; readonly body: Json | undefined }[] = [];
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const never = () => Promise.reject(new Error('never asked'));
  const adapter = definition.create(definition.settings.parse(settings), {
    fetch: never,
    now: () => clock.now,
    log,
    media: never,
    mediaUrl: never,
    cached: never,
    forget: never,
    history: async () => [],
    channelKind: kind,
    async channel(path, body) {
      calls.push({ path, body });
      const said = await say(path, body);
      const failed = (said as { readonly failed?: string } | null)?.failed;
      if (failed !== undefined) throw new CallFailed(path, failed);
      return said as Json;
    },
  });
  const context = { memory: { conversation: undefined, helpdesk: undefined } };
  const pull = (topic: string, cursor: string | null = null): Promise<PullPage> =>
    adapter.pull!({ topic, cursor, ...context }, new AbortController().signal);
  const wake = () =>
    adapter.wake!('start', {
      key: 'w',
      number: 1,
      signal: new AbortController().signal,
      conversation: undefined,
      progress: null,
      ...context,
    });
  const foldAll = (events: readonly VendorEvent[] = [], memory?: Json) =>
    events.reduce<Json | undefined>((folded, event) => adapter.fold(folded, event, clock.now), memory);
  return { adapter, clock, calls, lines, pull, wake, foldAll };
}
