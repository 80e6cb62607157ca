import { openBoundedMap } from './vendors/bounded-map.ts';
import type { JsonRecord } from './vendors/json.ts';

/** One attempt of a message, as the bridge's log tells it. */
export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: string;
  readonly code?: string;
}

/** The attempts of each message, read from the log lines that tell of them. */
export interface Attempts {
  note(line: JsonRecord): void;
  of(message: string): readonly Attempt[];
}

const lineNames: ReadonlySet<unknown> = new Set(['forward.attempted', 'reply.attempted']);

export function openAttempts(): Attempts {
  const byMessage = openBoundedMap<readonly Attempt[]>({ maxCount: 2000 });
  return {
    note(line) {
      const { msg, message, time, tookMs, outcome, code } = line;
      if (typeof message !== 'string' || !lineNames.has(msg)) return;
      const endedAt = Number(time);
      const attempt = {
        startedAt: endedAt - Number(tookMs ?? 0),
        endedAt,
        outcome: String(outcome),
        ...(code !== undefined && { code: String(code) }),
      };
      byMessage.set(message, [...(byMessage.get(message) ?? []), attempt]);
    },
    of: (message) => byMessage.get(message) ?? [],
  };
}

/** Attempts that have to be made again: neither a step of several (`more`), nor the wait for the visitor (`held`). */
export function countFailures(attempts: readonly Attempt[]): number {
  return attempts.filter(({ outcome }) => !['accepted', 'more', 'held'].includes(outcome)).length;
}
