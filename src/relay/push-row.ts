import { newId } from '../model/ids.ts';
import { mediumOf } from '../model/medium.ts';
import type { Part } from '../model/message.ts';
import type { VisitorAct } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { addMessage } from '../store/messages.ts';
import { NEVER } from '../store/tables.ts';
import type { Helpdesk, Tenant } from './bridge.ts';
import { waitForMedia } from './new-rows.ts';
import type { PushRoute } from './route-push.ts';

export interface PushRow {
  readonly steps: readonly Step[];
  readonly isForwarded: boolean;
  readonly wantsMedia: boolean;
}

/** The row of a visitor's push. What was handed over, is past, or no helpdesk has a use for, is history. A message waits for its media. */
export function planPushRow(
  reading: VisitorAct,
  { helpdesk, mayForward, answer }: PushRoute,
  of: { readonly tenant: Tenant; readonly conversation: string; readonly raw: string; readonly now: number },
): PushRow {
  const { tenant, conversation, raw, now } = of;
  const isForwarded =
    mayForward &&
    helpdesk !== undefined &&
    reading.from === undefined &&
    reading.parts.some(({ kind }) => isWorth(kind, helpdesk));
  const from = reading.from ?? { role: reading.ownAgents === undefined ? 'visitor' : 'system' };
  const media = isForwarded ? reading.parts.flatMap((part) => mediumOf(part) ?? []) : [];
  const message = newId('m');
  const add = addMessage(
    {
      id: message,
      tenant: tenant.name,
      conversation,
      helpdesk: helpdesk?.id ?? null,
      direction: from.role === 'agent' ? 'reply' : 'forward',
      lane: isForwarded ? 'forward' : null,
      action: isForwarded ? 'forward' : 'note',
      sender: JSON.stringify(from),
      parts: JSON.stringify(reading.parts),
      event: null,
      writtenAt: reading.writtenAt,
      automatic: 0,
      state: isForwarded ? 'received' : 'done',
      due: media.length > 0 ? NEVER : null,
      notAfter: null,
      vendorId: null,
      answer: JSON.stringify(answer),
      raw,
      now,
      finishedAt: isForwarded ? null : now,
    },
    1,
  );
  const wants = waitForMedia(media, { tenant: tenant.name, conversation, message, now });
  return { steps: [add, ...wants], isForwarded, wantsMedia: wants.length > 0 };
}

/** Events reach an adapter only if it asks for them; of all else the rest becomes text, so nothing is left out. */
function isWorth(kind: Part['kind'], { adapter }: Helpdesk): boolean {
  return kind !== 'event' || adapter.accepts.has('event');
}
