import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { listOf, textOf } from '../../src/formats/fields.ts';
import type { PullFrom, PullPage, Tools, VendorEvent } from '../../src/ports/helpdesk.ts';
import type { Answer } from './answer.ts';
import type { EasemobApi } from './api.ts';
import { eventsOfImMessage } from './im-events.ts';
import { outcomeOfHarmless } from './outcome.ts';
import type { EasemobSettings } from './settings.ts';
import { readImMessage } from './wire.ts';

/** The topic of the histories of an hour each; its cursor is the next hour, counted since 1970. */
export const historyTopic = 'history';

/** What a repair needs. */
export interface HistoryDesk extends Pick<Tools, 'now' | 'fetch'> {
  readonly settings: EasemobSettings;
  readonly im: EasemobApi;
}

const hourMs = 3_600_000;
/** A history is there some time after its hour. */
const readyAfterMs = 20 * 60_000;
const againAfterMs = 10 * 60_000;
/** One that is not there by then will never be. */
const hopelessAfterMs = 6 * hourMs;
/** What is older is of no use to a visitor. */
const mostHours = 72;
const maxBytes = 33_554_432;
const maxUnzippedBytes = 268_435_456;

/**
 * Reads all that was written in an hour (Easemob IM, chat history), for what no callback brought. What one did bring is known
 * by its keys. The first time there is nothing to make up for: it begins with the hour that is.
 */
export async function readHistory(
  desk: HistoryDesk,
  { cursor }: Pick<PullFrom, 'cursor'>,
  signal: AbortSignal,
): Promise<PullPage> {
  const now = desk.now();
  const present = Math.floor(now / hourMs);
  const hour = Math.max(cursor === null ? present : Number(cursor), present - mostHours);
  const dueInMs = (hour + 1) * hourMs + readyAfterMs - now;
  if (dueInMs > 0) return wait(hour, dueInMs);
  const answer = await desk.im.history(nameHour(hour), signal);
  const url = answer.kind === 'ok' ? textOf(listOf(answer.fields, 'data')[0] ?? {}, 'url') : undefined;
  if (url !== undefined) return readFile(desk, { hour, url }, signal);
  const isHopeless = now - (hour + 1) * hourMs > hopelessAfterMs;
  return isHopeless && isNone(answer) ? next(hour, []) : failed(answer);
}

/** `yyyyMMddHH`, by UTC. */
function nameHour(hour: number): string {
  return new Date(hour * hourMs).toISOString().replaceAll(/[-T]/g, '').slice(0, 10);
}

/** There is none of this hour, yet or for ever. */
function isNone(answer: Answer): boolean {
  return answer.kind === 'ok' || (answer.kind === 'said' && answer.error === 'service_resource_not_found');
}

async function readFile(
  { fetch, settings }: HistoryDesk,
  { hour, url }: { readonly hour: number; readonly url: string },
  signal: AbortSignal,
): Promise<PullPage> {
  const timeoutMs = settings.timeoutMs * 6;
  const call = {
    method: 'GET',
    url,
    name: 'history file',
    maxBytes,
    timeoutMs,
    signal,
    untrusted: true,
  } as const;
  const result = await fetch(call);
  if (result.kind !== 'answer') return { outcome: 'later', code: result.code };
  if (result.status !== 200) return { outcome: 'later', code: `http ${result.status}` };
  const text = await unzip(result.body);
  if (text === undefined) return { outcome: 'later', code: 'unreadable' };
  const events = text.split('\n').flatMap((line): readonly VendorEvent[] => {
    const message = readImMessage(line);
    return (message && eventsOfImMessage(message, settings)) ?? [];
  });
  return next(hour, events);
}

/** `undefined`: it is no gzip, or too much. */
async function unzip(bytes: Buffer): Promise<string | undefined> {
  try {
    const unzipped = await promisify(gunzip)(bytes, { maxOutputLength: maxUnzippedBytes });
    return unzipped.toString('utf8');
  } catch {
    return undefined;
  }
}

function wait(hour: number, afterMs: number): PullPage {
  return { outcome: 'page', cursor: String(hour), more: false, watch: [{ topic: historyTopic, afterMs }] };
}

/** Whether the following hour can be read is seen when it is asked for. */
function next(hour: number, events: readonly VendorEvent[]): PullPage {
  return { outcome: 'page', cursor: String(hour + 1), more: true, events };
}

function failed(answer: Answer): PullPage {
  if (answer.kind === 'ok') return { outcome: 'later', code: 'no history', afterMs: againAfterMs };
  const { code, alarm } = outcomeOfHarmless(answer, 1);
  return { outcome: 'later', code, afterMs: againAfterMs, ...(alarm !== undefined && { alarm }) };
}
