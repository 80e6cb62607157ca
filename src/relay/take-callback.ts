import type { CallbackReading } from '../ports/helpdesk.ts';
import type { RawRequest } from '../ports/request.ts';
import type { Bell } from './arrival.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { keepArrival } from './keep-arrival.ts';
import { copyRaw } from './raw-copy.ts';
import { plain } from './tagged-batch.ts';

export type ProvedCallback = Extract<CallbackReading, { kind: 'unreadable' | 'events' | 'bell' }>;

type BellReading = Extract<CallbackReading, { kind: 'bell' }>;

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
  const arrival = { tenant, helpdesk, raw: raw.id, first: () => plain(raw.step) };
  switch (reading.kind) {
    case 'unreadable':
      await bridge.store.batch([raw.step]);
      return bridge.log.warn('callback.unreadable', { ...line, reason: reading.reason });
    case 'bell':
      await keepArrival(bridge, { ...arrival, events: [bellOf(reading, now)], effects: {} });
      return bridge.log.info('callback.rang', { ...line, topic: reading.topic });
    case 'events':
      await keepArrival(bridge, {
        ...arrival,
        events: reading.events,
        effects: {
          ...(reading.alarm !== undefined && { alarm: reading.alarm }),
          ...(reading.wakes !== undefined && { wakes: reading.wakes }),
        },
      });
      return bridge.log.info('callback.received', {
        ...line,
        events: reading.events.map(({ kind }) => kind),
      });
    default:
      return reading satisfies never;
  }
}

/** A bell for a visitor whom nobody knows waits under his outside id, and rings when he is bound. */
function bellOf({ topic, visitor, note }: BellReading, at: number): Bell {
  return { kind: 'bell', keys: [], visitor: visitor ?? null, at, topic, note: note ?? null };
}
