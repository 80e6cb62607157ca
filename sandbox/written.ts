import { randomUUID } from 'node:crypto';
import type { CallState } from './state.ts';

/** Something that a person wrote at one end, and the vendor's call that carries it to the bridge. */
export interface WrittenEntry {
  readonly id: string;
  readonly visitor: string;
  readonly at: number;
  readonly text?: string;
  readonly picture?: string;
  readonly call: CallState;
  /** When the bridge acknowledged it. */
  readonly takenAt?: number;
  /** What the vendor calls it, once its call is done. */
  readonly vendorId?: string;
}

/** What the vendor says of its call when it is done with it. */
export interface CallEnd {
  readonly isTaken: boolean;
  readonly tries: number;
  /** The vendor's id of the message, where it tells one. */
  readonly vendorId?: string;
}

/** All that was written at one end, oldest first. */
export interface Written {
  /** Grows with every change. */
  readonly revision: number;
  all(): readonly WrittenEntry[];
  of(visitor: string): readonly WrittenEntry[];
  add(words: Pick<WrittenEntry, 'visitor' | 'text' | 'picture'>, call: Promise<CallEnd>): void;
}

/** What a vendor lets pass between two tries of a call, and how often it tries. */
export interface Repeats {
  readonly againAfterMs: number;
  readonly maxTries: number;
}

export function openWritten({ againAfterMs, maxTries }: Repeats, now: () => number): Written {
  const entries: WrittenEntry[] = [];
  let revision = 0;
  const change = (id: string, changes: Partial<WrittenEntry>) => {
    const place = entries.findIndex((entry) => entry.id === id);
    const entry = entries[place];
    if (entry !== undefined) entries[place] = { ...entry, ...changes };
    revision += 1;
  };
  /** The vendor tells how often it tried only in the end; until then the time tells. */
  const counted = (entry: WrittenEntry): WrittenEntry => {
    if (entry.call.state !== 'calling') return entry;
    const tries = Math.min(maxTries, 1 + Math.floor((now() - entry.at) / againAfterMs));
    return { ...entry, call: { state: 'calling', tries } };
  };
  return {
    get revision() {
      return revision;
    },
    all: () => entries.map(counted),
    of: (visitor) => entries.filter((entry) => entry.visitor === visitor).map(counted),
    add(words, call) {
      const id = randomUUID();
      entries.push({ ...words, id, at: now(), call: { state: 'calling', tries: 1 } });
      revision += 1;
      call.then(
        ({ isTaken, tries, vendorId }) =>
          isTaken
            ? change(id, {
                call: { state: 'taken', tries },
                takenAt: now(),
                ...(vendorId !== undefined && { vendorId }),
              })
            : change(id, { call: { state: 'lost', tries } }),
        () => change(id, { call: { state: 'lost', tries: 0 } }),
      );
    },
  };
}
