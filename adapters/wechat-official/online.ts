import type { Json } from '../../src/model/message.ts';
import type { PullPage, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { OfficialApi } from './api.ts';

/** What is remembered of the helpdesk itself: who was online, and when that was known. */
interface Known {
  readonly online: readonly string[];
  readonly at: number;
}

/** Looks who is online, beside the pushes: none of them waits for it. */
export async function pullOnline(
  { api, pollMs }: { readonly api: OfficialApi; readonly pollMs: number },
  now: number,
): Promise<PullPage> {
  const answer = await api.listOnline();
  if (answer.kind === 'failed') return { outcome: 'later', code: answer.reason, afterMs: pollMs };
  const extra: Json = { online: answer.value };
  return {
    outcome: 'page',
    cursor: null,
    more: false,
    events: [{ kind: 'noted', keys: [], visitor: null, at: now, extra }],
    watch: [{ topic: 'online', afterMs: pollMs }],
  };
}

/** Only who is online changes what is remembered. Pure. */
export function foldOnline(memory: Json | undefined, event: VendorEvent): Json {
  const online = event.kind === 'noted' ? fieldOf(event.extra, 'online') : undefined;
  return Array.isArray(online) ? { online, at: event.at } : (memory ?? null);
}

/** Whether an agent is online, as far as that was known lately. Pure. */
export function isOnline(
  account: string,
  memory: Json | undefined,
  { now, pollMs }: { readonly now: number; readonly pollMs: number },
): boolean {
  const known = knownIn(memory);
  // Somebody who left keeps the visitor waiting: what is not known for certain is not so.
  return known !== undefined && now - known.at < 2 * pollMs && known.online.includes(account);
}

function knownIn(memory: Json | undefined): Known | undefined {
  const [online, at] = [fieldOf(memory, 'online'), fieldOf(memory, 'at')];
  return Array.isArray(online) && typeof at === 'number' ? { online: online as string[], at } : undefined; // only fold makes it
}

function fieldOf(json: Json | undefined, name: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return (json as { readonly [key: string]: Json | undefined })[name]; // no list, so an object
}
