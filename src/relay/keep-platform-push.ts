import { newId } from '../model/ids.ts';
import type { PlatformNews } from '../ports/channel.ts';
import { addPlatformEvent } from '../store/platform.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { knockNewsSteps, wakeForNews } from './knock-news.ts';
import { type Miss, plain, runTagged, type TaggedStep } from './tagged-batch.ts';

/** Writes down an event that is no visitor's act: history, and what it says of knocks. Gives what was missed, if anything. */
export async function keepPlatformPush(
  {
    bridge,
    tenant,
    now,
    raw,
    answer,
  }: {
    readonly bridge: Bridge;
    readonly tenant: Tenant;
    readonly now: number;
    readonly raw: string;
    readonly answer: string;
  },
  reading: PlatformNews,
  keep: readonly TaggedStep[],
): Promise<Miss | undefined> {
  const row = addPlatformEvent({
    id: newId('m'),
    tenant: tenant.name,
    parts: JSON.stringify([reading.event]),
    writtenAt: reading.writtenAt,
    answer,
    raw,
    now,
  });
  const steps = [...keep, ...plain(row, ...knockNewsSteps(tenant, reading, now))];
  const missed = await runTagged(bridge.store, steps);
  if (missed !== undefined) return missed;
  wakeForNews(bridge, tenant, reading);
  if (reading.alarm !== undefined) {
    bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: reading.alarm });
  }
  return undefined;
}
