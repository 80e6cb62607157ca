import type { Json } from '../model/message.ts';
import type { VendorEvent } from '../ports/helpdesk.ts';
import type { Log } from '../ports/log.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Helpdesk } from './bridge.ts';

export interface FoldScene {
  readonly tenant: string;
  readonly helpdesk: Helpdesk;
  readonly now: number;
  readonly log: Log;
  readonly memory: Json | undefined;
}

/** What an adapter remembers after an event; what it remembered stands where its fold throws. */
export function foldEvent(event: VendorEvent, scene: FoldScene): Json | undefined {
  const { tenant, helpdesk, now, log, memory } = scene;
  const of = { log, tenant, helpdesk: helpdesk.id, hook: 'fold', event: event.kind };
  return askAdapter(of, () => helpdesk.adapter.fold(memory, event, now), memory);
}
