import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** A new id that sorts by time, also within a millisecond: `m_` for messages, `x_` for media, `a_` for arrivals, `s_` for sends, `i_` for instances. */
export function newId(prefix: 'm' | 'x' | 'a' | 's' | 'i'): string {
  const now = Date.now();
  const random = nextRandom();
  // A clock that stands or goes back: the sequence goes on, and ids stay in the order in which they were made.
  if (now > last.msecs) last = { msecs: now, seq: random.readUInt32BE(0) >>> 8 };
  else last = { msecs: last.msecs, seq: last.seq + 1 };
  v7({ random, ...last }, bytes);
  return `${prefix}_${bytes.toString('hex')}`;
}

const bytes = Buffer.alloc(16);

let last = { msecs: 0, seq: 0 };

/** Random bytes for many ids at once: a fill for each costs more than all the rest of an id. */
const pool = Buffer.alloc(8192);
let used = pool.length;

function nextRandom(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}
