import { randomUUID } from 'node:crypto';
import type { DeskName, Happening } from './state.ts';

/** What was done to the parts, oldest first: switches, kills, starts. */
export interface Happenings {
  note(kind: Happening['kind'], desk?: DeskName): void;
  all(): readonly Happening[];
  readonly count: number;
}

const kept = 200;

export function openHappenings(now: () => number): Happenings {
  let noted: readonly Happening[] = [];
  let count = 0;
  return {
    note(kind, desk) {
      const happening = { id: randomUUID(), at: now(), kind, ...(desk && { desk }) };
      noted = [...noted, happening].slice(-kept);
      count += 1;
    },
    all: () => noted,
    get count() {
      return count;
    },
  };
}
