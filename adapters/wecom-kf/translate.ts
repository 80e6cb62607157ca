import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { customerId } from './accounts.ts';
import { chatIn, json, keysOf, type Reading, rawOf, record } from './entry.ts';
import { failureOf } from './fail-reasons.ts';
import { eventsOfMessage } from './message-events.ts';
import { eventsOfEntering, eventsOfSession } from './session-events.ts';
import type { Entry } from './wire.ts';

/** What an entry of a page tells the core. */
export function eventsOfEntry(entry: Entry, reading: Reading): readonly VendorEvent[] {
  const { what } = entry;
  switch (what.kind) {
    case 'message':
      return eventsOfMessage(entry, what, reading);
    case 'enter':
      return eventsOfEntering(entry, what, reading);
    case 'session':
      return eventsOfSession(entry, what, reading);
    case 'sendFailed':
      return [record(entry, chatIn(what, reading), { name: 'send-failed', key: failureOf(what) })];
    case 'recalled':
      return [
        {
          kind: 'recalled',
          vendorId: what.id,
          visitor: customerId(chatIn(what, reading)),
          keys: keysOf(entry),
          at: entry.at,
        },
      ];
    case 'blocked':
      return [
        record(entry, chatIn(what, reading), {
          name: what.isBlocked ? 'customer-blocked' : 'customer-unblocked',
        }),
      ];
    case 'servicer':
      return [];
    case 'unknown':
      return [unsupported(entry, what, reading)];
    default:
      return what satisfies never;
  }
}

/** What nobody knows is kept as it came. Without a customer it is the company's own. */
function unsupported(
  entry: Entry,
  { type, external }: Extract<Entry['what'], { kind: 'unknown' }>,
  { openKfid }: Reading,
): VendorEvent {
  const visitor = external === undefined ? null : customerId({ openKfid, external });
  const { at } = entry;
  return {
    kind: 'unsupported',
    vendorKind: type,
    visitor,
    keys: keysOf(entry),
    at,
    extra: json(rawOf(entry)),
  };
}
