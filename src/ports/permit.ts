/** How often something may be done: `most` times in any `perMs`, and `apartMs` between two times. */
export interface PermitLimit {
  readonly most: number;
  readonly perMs: number;
  readonly apartMs: number;
}

/**
 * Asks whether something rare may be done now, by its name, and writes down that it was, before it is: a restart forgets
 * nothing. `false` also where that cannot be written.
 */
export type ClaimPermit = (name: string, limit: PermitLimit) => Promise<boolean>;

/** Rarer than this is rare. */
const plentyMs = 60_000;

/** For commands that only look: they are not worth one of the few. */
export const permitForLooking: ClaimPermit = async (_name, { most, perMs }) => perMs / most < plentyMs;
