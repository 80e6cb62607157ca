import type { Effects, Memories } from '../../src/ports/helpdesk.ts';
import { note, readMemory } from './memory.ts';

/**
 * Each new token ends the one before (Zhichi, `get_token`), so two systems with one appid throw each other out. More
 * renewals than three in ten minutes, all of them for a token that was refused, are such a fight. The helpdesk's memory
 * counts them, as all instances share it.
 */
export function isFought(memory: Memories, now: number): boolean {
  return renewalsIn(memory, now) > mostRenewals;
}

/** Counts a renewal; one too many is told a person. */
export function noteRenewal<Given extends Effects>(given: Given, memory: Memories, now: number): Given {
  const alarm =
    renewalsIn(memory, now) >= mostRenewals
      ? 'another system fetches tokens by this appId: share one by tokenSource, or ask for a second appId'
      : undefined;
  return {
    ...given,
    events: [...(given.events ?? []), { ...note({ renewed: true }, now), visitor: null }],
    ...(alarm !== undefined && { alarm }),
  };
}

const mostRenewals = 3;
const withinMs = 600_000;

function renewalsIn({ helpdesk }: Memories, now: number): number {
  return (readMemory(helpdesk).renewals ?? []).filter((at) => at > now - withinMs).length;
}
