import type { VendorEvent, WakeDelivery } from '../../src/ports/helpdesk.ts';
import type { VisitorContext } from '../../src/ports/of-visitor.ts';
import type { Desk } from './desk.ts';
import { isHandedOff, readMemory, recorded } from './memory.ts';

/** A card was sent, and nobody came by it: the visitor is where he was before. */
export function lapseOffer({ settings, now }: Desk, { memory, key }: VisitorContext): WakeDelivery {
  const { offered, kf, livelyAt = 0 } = readMemory(memory.conversation);
  const at = now();
  if (offered === undefined || at - offered.at < settings.handoff.offerTtlSec * 1000)
    return { outcome: 'accepted' };
  if (kf !== undefined && livelyAt >= offered.at) return { outcome: 'accepted' };
  const events = [
    recorded('handoff-lapsed', { at, keys: [`lapsed:${key}`] }),
    ended(offered.ref, { at, keys: [`free:${key}`] }),
  ];
  return { outcome: 'accepted', events };
}

/** Nobody has said anything in the kf chat for as long as a session lives: it has ended, told or not. */
export function endQuiet({ now }: Desk, { memory, key }: VisitorContext): WakeDelivery {
  const known = readMemory(memory.conversation);
  const at = now();
  if (known.kf === undefined || known.session?.state === 4 || isHandedOff(known, at))
    return { outcome: 'accepted' };
  const events = [
    recorded('session-expired', { at, keys: [`quiet:${key}`] }, { session: { state: 4 } }),
    ended(known.kf.ref, { at, keys: [`free:${key}`] }),
  ];
  return { outcome: 'accepted', events };
}

/**
 * Whoever is chosen for the next message may be another helpdesk. The visitor is not told: what ended is where he is
 * not, or where he sees it.
 */
export function ended(
  session: string,
  { at, keys, visitor }: { readonly at: number; readonly keys: readonly string[]; readonly visitor?: string },
): VendorEvent {
  return {
    kind: 'sessionEnded',
    session,
    reason: 'silence',
    by: 'robot',
    keys,
    at,
    ...(visitor !== undefined && { visitor }),
  };
}
