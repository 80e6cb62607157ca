import type { Step } from '../ports/store.ts';
import { ringPull } from '../store/schedules.ts';
import type { Bridge, Tenant } from './bridge.ts';
import { channelId } from './lane-id.ts';

/** Something is there to be fetched: written down, so that a restart fetches it too, and begun at once. */
export async function takeBell(
  bridge: Bridge,
  tenant: Tenant,
  { note }: { readonly note?: string },
): Promise<void> {
  const { puller } = tenant.channel;
  if (!puller) return;
  await bridge.store.batch(ringChannel(tenant, bridge.clock.now(), note));
  const helpdesk = channelId(tenant.name);
  bridge.lanes.wake({ kind: 'pull', tenant: tenant.name, helpdesk, topic: puller.topic, conversation: '' });
  bridge.log.info('bell.rung', { tenant: tenant.name });
}

/** The step that makes what a channel fetches due; none where it fetches nothing. */
export function ringChannel({ name, channel }: Tenant, now: number, note?: string): readonly Step[] {
  if (!channel.puller) return [];
  const { topic } = channel.puller;
  const rung = note === undefined ? { rung: null, note: null } : { rung: now, note };
  return [ringPull({ helpdesk: channelId(name), topic, conversation: '', due: now, ...rung })];
}
