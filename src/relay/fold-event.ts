import type { Json } from '../model/message.ts';
import type { VendorEvent } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';
import type { Helpdesk } from './bridge.ts';

export interface FoldScene {
  readonly tenant: string;
  readonly helpdesk: Helpdesk;
  readonly now: number;
  readonly log: Log;
  readonly memory: Json | undefined;
}

/**
 * What an adapter remembers after an event. One whose fold throws has a fault of its own: what it remembered stands, as
 * the event itself must not be lost with it, and the log says where.
 */
export function foldEvent(event: VendorEvent, scene: FoldScene): Json | undefined {
  const { tenant, helpdesk, now, log, memory } = scene;
  try {
    return helpdesk.adapter.fold(memory, event, now);
  } catch (error) {
    log.error('adapter.threw', { tenant, helpdesk: helpdesk.id, event: event.kind, error });
    return memory;
  }
}
