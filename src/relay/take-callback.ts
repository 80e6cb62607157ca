import type { CallbackReading } from '../ports/helpdesk.ts';
import type { RawRequest } from '../ports/request.ts';
import { findBinding } from '../store/bindings.ts';
import { ringPull } from '../store/schedules.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { keepArrival } from './keep-arrival.ts';
import { copyRaw } from './raw-copy.ts';

export type ProvedCallback = Extract<CallbackReading, { kind: 'unreadable' | 'events' | 'bell' }>;

export interface Callback {
  readonly tenant: Tenant;
  readonly helpdesk: Helpdesk;
  readonly reading: ProvedCallback;
  readonly request: RawRequest;
}

/**
 * Writes down what a proved callback says and resolves when that is durable: the answer may be given then. Rejects with
 * `storeUnavailable` where the store cannot take it.
 */
export async function takeCallback(bridge: Bridge, callback: Callback): Promise<void> {
  const { tenant, helpdesk, reading, request } = callback;
  const now = bridge.clock.now();
  const problem = reading.kind === 'unreadable' ? reading.reason : null;
  const raw = copyRaw(request, { tenant: tenant.name, source: helpdesk.id, now, problem });
  const line = { tenant: tenant.name, helpdesk: helpdesk.id };
  switch (reading.kind) {
    case 'unreadable':
      await bridge.store.batch([raw.step]);
      return bridge.log.warn('callback.unreadable', { ...line, reason: reading.reason });
    case 'bell':
      await bridge.store.batch([raw.step]);
      return ring(bridge, callback, reading);
    case 'events':
      await keepArrival(bridge, {
        tenant,
        helpdesk,
        raw: raw.id,
        events: reading.events,
        effects: { ...(reading.alarm !== undefined && { alarm: reading.alarm }) },
        first: () => [{ step: raw.step }],
      });
      return bridge.log.info('callback.received', {
        ...line,
        events: reading.events.map(({ kind }) => kind),
      });
    default:
      return reading satisfies never;
  }
}

/** A bell for a visitor whom nobody knows rings for nobody: his topic is fetched when he is bound. */
async function ring(
  bridge: Bridge,
  { tenant, helpdesk }: Callback,
  bell: Extract<CallbackReading, { kind: 'bell' }>,
): Promise<void> {
  const now = bridge.clock.now();
  const conversation = bell.visitor === undefined ? '' : await findOwner(bridge, helpdesk.id, bell.visitor);
  bridge.log.info('callback.rang', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    topic: bell.topic,
    isKnown: conversation !== undefined,
  });
  if (conversation === undefined) return;
  const { topic, note = null } = bell;
  await bridge.store.batch([
    ringPull({ helpdesk: helpdesk.id, topic, conversation, due: now, rung: now, note }),
  ]);
  bridge.lanes.wake({ kind: 'pull', tenant: tenant.name, helpdesk: helpdesk.id, topic, conversation });
}

async function findOwner(bridge: Bridge, helpdesk: string, outside: string): Promise<string | undefined> {
  const [rows] = await bridge.store.batch([findBinding({ helpdesk, outside })]);
  return rows[0]?.conversation;
}
