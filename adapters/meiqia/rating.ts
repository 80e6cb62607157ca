import type { VendorEvent } from '../../src/ports/helpdesk.ts';
import { grades, note } from './memory.ts';
import type { MeiqiaSettings } from './settings.ts';

interface Asking {
  readonly settings: MeiqiaSettings;
  readonly at: number;
  readonly title?: string | undefined;
  /** The conversation is over: asked once, and not where an agent has asked before. */
  readonly isEnd?: boolean;
}

/**
 * Asks for a rating of this conversation. The words of an invitation and the invitation itself come as two, within a
 * minute: they share a key, and so are one question.
 */
export function askRating(conv: string, { settings, at, title, isEnd = false }: Asking): VendorEvent {
  const minute = Math.floor(at / 60_000);
  const keys = [`rating:${conv}:${minute}`, `rating:${conv}:${minute + 1}`];
  return {
    kind: 'ratingAsked',
    session: conv,
    options: grades,
    expiresMs: settings.ratingExpiresSec * 1000,
    ...(title !== undefined && { title }),
    keys: isEnd ? [...keys, endKey(conv)] : keys,
    at,
  };
}

/** An agent asks: the question at the end is then a repeat. */
export function inviteRating(conv: string, asking: Asking): readonly VendorEvent[] {
  return [askRating(conv, asking), note({}, asking.at, [endKey(conv)])];
}

function endKey(conv: string): string {
  return `rating:${conv}:end`;
}
