import type { LeaseAnswer, LeaseAsk, LeaseDesk } from '../../src/ports/leases.ts';

interface Row {
  readonly turn: number;
  readonly calls: number;
  readonly wants: number;
  readonly goodUntil: number;
  readonly blockedUntil: number;
  readonly freeAt: number;
}

/** What the store's statements do, in a few lines: the contract of leases says that they are the same. */
export function createTestDesk(now: () => number): LeaseDesk & { held(name: string): number } {
  const windows = new Map<string, Map<string, Row>>();
  const rowsOf = (name: string) => {
    const rows = windows.get(name) ?? new Map<string, Row>();
    windows.set(name, rows);
    return rows;
  };
  const exchangeOne = (ask: LeaseAsk): LeaseAnswer => {
    const { name, holder, turn, keep, more, most, wants, leaseMs, lingerMs, freeInMs } = ask;
    const rows = rowsOf(name);
    const time = now();
    for (const [key, { blockedUntil }] of rows) if (blockedUntil <= time) rows.delete(key);
    for (const [index, parcel] of ask.parked.entries()) {
      const end = time + parcel.freeInMs;
      const nobody = { turn: 0, wants: 0, goodUntil: 0, blockedUntil: end, freeAt: end };
      const key = `${holder} ${turn}.${index}`;
      if (!rows.has(key)) rows.set(key, { ...nobody, calls: parcel.calls });
    }
    const others = [...rows].filter(([key, { blockedUntil }]) => key !== holder && blockedUntil > time);
    const own = rows.get(holder);
    const isTaken = (keep === 0 || own !== undefined) && (own === undefined || own.turn < turn);
    if (isTaken) {
      const left = most - keep - others.reduce((sum, [, { calls }]) => sum + calls, 0);
      rows.set(holder, {
        turn,
        calls: keep + Math.max(0, Math.min(more, left)),
        wants,
        goodUntil: time + leaseMs,
        blockedUntil: time + leaseMs + lingerMs,
        freeAt: time + freeInMs,
      });
    }
    return {
      held: isTaken ? rows.get(holder)?.calls : undefined,
      now: isTaken ? time : -leaseMs,
      others: others.map(([key, row]) => ({
        holder: key,
        wants: row.goodUntil > time ? row.wants : 0,
        freeInMs: Math.max(0, (row.goodUntil > time && row.calls > 0 ? row.freeAt : row.blockedUntil) - time),
      })),
    };
  };
  return {
    exchange: async (asks) => asks.map(exchangeOne),
    now: async () => now(),
    held: (name) => [...rowsOf(name).values()].reduce((sum, { calls }) => sum + calls, 0),
  };
}
