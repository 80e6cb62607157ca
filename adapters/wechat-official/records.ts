import type { PullFrom, PullPage } from '../../src/ports/helpdesk.ts';
import { mostRecords, type OfficialApi, type RecordRange } from './api.ts';
import { eventsOfRecords } from './translate.ts';

/** WeChat takes no longer range. */
const dayMs = 86_400_000;
/** A line may be recorded a little after it was said. */
const delayMs = 60_000;
const pauseAfterRefusalMs = 3_600_000;

/**
 * A page of what was said in the official tool (WeChat, `msgrecord/getmsglist`). The first look goes a day back. The
 * cursor is the second up to which all is known, and within a range that has several pages its end and next page too.
 */
export async function pullRecords(
  { api, pollMs }: { readonly api: OfficialApi; readonly pollMs: number },
  { cursor }: Pick<PullFrom, 'cursor'>,
  now: number,
): Promise<PullPage> {
  const latestSec = Math.floor((now - delayMs) / 1000);
  const range = rangeFrom(cursor, latestSec);
  const again = { watch: [{ topic: 'records', afterMs: pollMs }] };
  const whole = String(Math.max(range.startSec, range.endSec));
  if (range.endSec <= range.startSec) return { outcome: 'page', cursor: whole, more: false, ...again };
  const answer = await api.listRecords(range);
  const isBehind = range.endSec < latestSec;
  const rest = { outcome: 'page', cursor: whole, more: isBehind, ...(!isBehind && again) } as const;
  if (answer.kind === 'failed') {
    const { reason } = answer;
    const alarm = alarms[reason];
    if (alarm === undefined) return { outcome: 'later', code: reason };
    // The same range would be refused again.
    if (reason !== NOT_ENABLED) return { ...rest, alarm };
    return { outcome: 'later', code: reason, afterMs: pauseAfterRefusalMs, alarm };
  }
  const { records, rows, nextId } = answer.value;
  const events = eventsOfRecords(records);
  if (rows < mostRecords || nextId <= range.fromId) return { ...rest, events };
  return { outcome: 'page', cursor: `${range.startSec}-${range.endSec}-${nextId}`, more: true, events };
}

const NOT_ENABLED = '65400';

const alarms: Readonly<Record<string, string | undefined>> = {
  [NOT_ENABLED]: 'WeChat gives no records of its agents: the new customer-service function is not enabled',
  65416: 'WeChat refused to give records of its agents (65416): a range of them is missing in the history',
  65417: 'WeChat refused to give records of its agents (65417): a range of them is missing in the history',
};

function rangeFrom(cursor: string | null, latestSec: number): RecordRange {
  const [startSec = latestSec - dayMs / 1000, endSec, fromId] = (cursor ?? '')
    .split('-')
    .filter((text) => /^\d+$/.test(text))
    .map(Number);
  return { startSec, endSec: endSec ?? Math.min(startSec + dayMs / 1000, latestSec), fromId: fromId ?? 1 };
}
