import { nameInDisposition } from '../formats/disposition.ts';
import type { Media } from '../model/message.ts';
import type { MediaFetch, MediaSink } from '../ports/channel.ts';
import type { HttpResult } from '../ports/http.ts';
import { type ApiAnswer, type ApiFailure, errorIn, readFailure, readObject } from './api-answer.ts';
import type { WeChatClient } from './client.ts';
import { consequenceOf } from './errors.ts';
import { outcomeOf } from './outcome.ts';
import type { WeChatSettings } from './settings.ts';
import type { ChannelTools } from './tools.ts';

/** A video on a slow road may take its time, but not in silence. */
export const downloadTimes = { timeoutMs: 60_000, idleTimeoutMs: 15_000 } as const;

/** What a sink was given by `media/get`, or where it lies (WeChat answers so for a video). */
export type Downloaded =
  | { readonly kind: 'taken'; readonly type: string; readonly name?: string }
  | { readonly kind: 'address'; readonly url: string };

/**
 * Reads the answer to `media/get`, whose body begins with `head`: JSON is an error or a video's address, whatever its
 * content type.
 */
export function readDownload(result: HttpResult, head: Buffer): ApiAnswer<Downloaded> {
  const failure = readFailure(result);
  if (failure !== undefined) return failure;
  if (result.kind !== 'answer') return { kind: 'lost', code: 'unreadable' };
  const type = typeIn(result.headers['content-type']);
  const isText = type === 'application/json' || type === 'text/plain';
  const json = isText || head.subarray(0, 1).toString() === '{' ? readObject(head) : undefined;
  const said = errorIn(json);
  if (said !== undefined) return said;
  if (json !== undefined && 'video_url' in json && typeof json.video_url === 'string') {
    return { kind: 'ok', value: { kind: 'address', url: json.video_url } };
  }
  if (isText) return { kind: 'lost', code: 'unreadable' };
  return { kind: 'ok', value: readFile(result) };
}

export interface MediaSource {
  readonly settings: WeChatSettings;
  readonly client: WeChatClient;
  readonly tools: ChannelTools;
  readonly into: MediaSink;
}

/**
 * Fetches a medium that a push named: by its id, and where that does not give it, from the link beside the id if its
 * host is one of `mediaHosts`.
 */
export async function fetchMedia(
  source: MediaSource,
  from: Media['from'],
  signal: AbortSignal,
): Promise<MediaFetch> {
  const byId = from.channelId === undefined ? undefined : await fetchById(source, from.channelId, signal);
  if (byId?.kind === 'taken' || from.url === undefined || !isAllowed(from.url, source.settings.mediaHosts)) {
    return byId ?? { kind: 'gone', code: from.url === undefined ? 'no address' : 'host not allowed' };
  }
  const byUrl = await fetchByUrl(source, from.url, signal);
  // If the link is dead, the id may still work later.
  return byUrl.kind === 'gone' && byId?.kind === 'later' ? byId : byUrl;
}

async function fetchById(source: MediaSource, id: string, signal: AbortSignal): Promise<MediaFetch> {
  const { client, tools, into } = source;
  const answer = await client.downloadMedia(id, into, signal);
  if (answer.kind !== 'ok') return fetchFailure(answer, tools.now());
  if (answer.value.kind === 'taken') return answer.value;
  return fetchByUrl(source, answer.value.url, signal);
}

async function fetchByUrl(
  { tools, into }: MediaSource,
  url: string,
  signal: AbortSignal,
): Promise<MediaFetch> {
  const fetched = await tools.fetchUrl({ url }, into, signal);
  // A page that says that the picture is gone.
  const isPage =
    fetched.kind === 'taken' && (fetched.type === 'text/html' || fetched.type === 'application/json');
  return isPage ? { kind: 'gone', code: 'no medium' } : fetched;
}

/** A repeated download harms nothing, so whatever is not a definite no may be tried again. */
function fetchFailure(failure: ApiFailure, now: number): MediaFetch {
  if (failure.kind === 'said' && consequenceOf(failure.errcode).kind === 'uploadAgain') {
    return { kind: 'gone', code: String(failure.errcode) };
  }
  if (failure.kind === 'lost' && failure.code === 'tooLarge') return { kind: 'gone', code: failure.code };
  const outcome = outcomeOf(failure, now);
  switch (outcome.outcome) {
    case 'refused':
      return { kind: 'gone', code: outcome.code };
    case 'pause':
      return { kind: 'later', code: outcome.code, afterMs: outcome.untilMs - now, because: 'account' };
    case 'later':
    case 'unknown':
    case 'held':
      return { kind: 'later', code: outcome.code };
    default:
      return outcome satisfies never;
  }
}

function isAllowed(url: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  return hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host));
}

function readFile(answer: Extract<HttpResult, { kind: 'answer' }>): Extract<Downloaded, { kind: 'taken' }> {
  const name = nameInDisposition(answer.headers['content-disposition']);
  const type = typeIn(answer.headers['content-type']) || 'application/octet-stream';
  return { kind: 'taken', type, ...(name === undefined ? {} : { name }) };
}

function typeIn(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
