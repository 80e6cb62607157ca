import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { grades } from './memory.ts';
import type { MeiqiaSettings } from './settings.ts';

/**
 * Asks for a rating of this conversation. The words of an invitation and the invitation itself come as two, within a
 * minute: they share a key, and so are one question.
 */
export function askRating(
  conv: string,
  given: { readonly settings: MeiqiaSettings; readonly at: number; readonly title?: string | undefined },
): VendorEvent {
  const { settings, at, title } = given;
  const minute = Math.floor(at / 60_000);
  return {
    kind: 'ratingAsked',
    session: conv,
    options: grades,
    expiresMs: settings.ratingExpiresSec * 1000,
    ...(title !== undefined && { title }),
    keys: [`rating:${conv}:${minute}`, `rating:${conv}:${minute + 1}`],
    at,
  };
}
