import { textOf } from '../../src/formats/fields.ts';
import type { Part, Sender } from '../../src/model/message.ts';
import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import { readContent } from './content.ts';
import { chatIn, isYoung, json, keyOf, keysOf, type Reading, rawOfParts } from './entry.ts';
import type { Chat } from './kf-api.ts';
import type { Deed } from './memory.ts';
import type { Entry, KfMessage } from './wire.ts';

/** What a customer or a servicer said. */
export function eventsOfMessage(entry: Entry, message: KfMessage, reading: Reading): readonly VendorEvent[] {
  const { servicer, type, content } = message;
  const chat = chatIn(message, reading);
  const id = keyOf(entry);
  const parts = readContent(type, content, { id, settings: reading.settings });
  const from = servicer === undefined ? visitorSaid : agentOf(servicer, reading);
  if (servicer === undefined)
    return [customerSaid(entry, { chat, parts, menu: textOf(content, 'menu_id') }, reading)];
  const isMirrored = reading.settings.handoff.mirror !== 'never' && isYoung(entry, reading);
  const deed: Deed = { ...chat, kind: 'mirror', id };
  return [
    {
      kind: 'recorded',
      from,
      parts,
      visitor: customerId(chat),
      keys: keysOf(entry),
      at: entry.at,
      extra: json({ isLively: true, ...(isMirrored && { deed }), ...rawOfParts(entry, parts) }),
      ...(isMirrored && { react: {} }),
    },
  ];
}

const visitorSaid: Sender = { role: 'visitor' };

function agentOf(servicer: string, { names }: Reading): Sender {
  const name = names.get(servicer);
  return { role: 'agent', ...(servicer !== '' && { id: servicer }), ...(name !== undefined && { name }) };
}

/** A click on a grade comes as a message of the customer's: it opens the chat anew, and is to close it again. */
function customerSaid(
  entry: Entry,
  {
    chat,
    parts,
    menu,
  }: { readonly chat: Chat; readonly parts: readonly Part[]; readonly menu: string | undefined },
  reading: Reading,
): VendorEvent {
  const base = {
    kind: 'recorded',
    from: visitorSaid,
    visitor: customerId(chat),
    keys: keysOf(entry),
    at: entry.at,
  } as const;
  const grade = /^rate:[\w-]+:(\d)$/.exec(menu ?? '')?.[1];
  const label = grade === undefined ? undefined : reading.settings.handoff.rating[Number(grade) - 1];
  const acts = isYoung(entry, reading) ? { react: {} } : {};
  if (grade !== undefined) {
    const option = { id: grade, label: label ?? grade };
    const rated = [{ kind: 'choice', of: 'rating', option, session: chat.external }] as const;
    return { ...base, parts: rated, extra: json({ deed: { ...chat, kind: 'rated' } }), ...acts };
  }
  const raw = rawOfParts(entry, parts);
  return {
    ...base,
    parts,
    extra: json({ spokeIn: 'kf', deed: { ...chat, kind: 'route' }, ...raw }),
    ...acts,
  };
}
