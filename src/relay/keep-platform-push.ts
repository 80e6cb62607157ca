import { newId } from '../model/ids.ts';
import type { PushReading } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { addPlatformEvent } from '../store/platform.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { knockNewsSteps, wakeForNews } from './knock-news.ts';

/** Writes down an event that is no visitor's act: history, and what it says of knocks. */
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
  reading: Extract<PushReading, { kind: 'platform' }>,
  keep: readonly Step[],
): Promise<void> {
  const row = addPlatformEvent({
    id: newId('m'),
    tenant: tenant.name,
    parts: JSON.stringify([reading.event]),
    writtenAt: reading.writtenAt,
    answer,
    raw,
    now,
  });
  await bridge.store.batch([...keep, row, ...knockNewsSteps(tenant, reading, now)]);
  wakeForNews(bridge, tenant, reading);
  if (reading.alarm !== undefined) {
    bridge.log.error('alarm.raised', { tenant: tenant.name, alarm: reading.alarm });
  }
}
