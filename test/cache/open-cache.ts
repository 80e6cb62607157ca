import { Keyv } from 'keyv';
import { vi } from 'vitest';
import { createCached } from '../../src/cache/cached.ts';
import type { RunAlone } from '../../src/ports/alone.ts';
import type { Log } from '../../src/ports/log.ts';

export const START = 1_700_000_000_000;
export const HOUR = 3_600_000;

/** A cache beside a clock that a test moves, and the lines it logged. */
export function openCache(keyv = new Keyv(), alone?: RunAlone) {
  const clock = { time: START, now: () => clock.time };
  const lines: { readonly event: string; readonly fields: object }[] = [];
  const write = (event: string, fields = {}) => lines.push({ event, fields });
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  return { ...createCached({ keyv, clock, log, ...(alone && { alone }) }), keyv, clock, lines };
}

/** Gives T1, T2, … each good for an hour by `clock`. */
export function tokens(clock: { now(): number }) {
  let number = 0;
  return vi.fn(async () => ({ value: `T${++number}`, goodUntil: clock.now() + HOUR }));
}
