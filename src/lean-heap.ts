import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What the young generation of the main thread may take, both halves. Whatever is in work when it is collected is copied, and a
 * push is in work until it is written down: half the size costs twice the copies. Twice the size is memory that V8 keeps for as
 * long as there is load.
 */
const youngBytes = 48 * 1024 * 1024;

/**
 * Keeps V8 from taking memory that a relay has no use for; to be called before anything else is loaded. Under load most
 * of what it makes is garbage within milliseconds, and V8 would rather grow than collect: the young generation beyond
 * {@link youngBytes}, the old one to several times of what lives (another 90 MB). Collecting sooner costs no time
 * that a push would show, as about 25 MB live.
 */
export function keepHeapLean(): void {
  setFlagsFromString('--heap-growing-percent=30');
  // What V8 once saw survive it would make in the old generation from then on. A push survives while it is written down, and
  // a dead list of it there keeps the rest of it (request, answer, rows) until the next full collection: nearly twice the work.
  setFlagsFromString('--no-allocation-site-pretenuring');
  letYoungGrow();
  // V8 gives back what an idle bridge has no use for, so whether it may grow is asked after each collection.
  new PerformanceObserver(letYoungGrow).observe({ type: 'gc' });
}

let factor = 0;

/**
 * As far as it may, and no further: to the double, as V8 grows it, and to the threefold where a second double would be too much. So
 * the powers of two that V8 begins with end at {@link youngBytes} exactly. Its largest size is otherwise an option of the command
 * line alone, which is not ours.
 */
function letYoungGrow(): void {
  const times = youngBytes / (readYoungBytes() || youngBytes);
  const next = times >= 4 ? 2 : Math.max(1, Math.floor(times));
  if (next === factor) return;
  factor = next;
  setFlagsFromString(`--semi-space-growth-factor=${next}`);
}

/** What the young generation takes now, both halves. */
export function readYoungBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/**
 * Collects what was made once and is of no use any more: of a start 25 MB, which V8 would keep for as long as nothing happens, as it
 * collects only when it needs room. The young generation, which grew with the start, becomes as small as it may. Takes some 60 ms,
 * in which nothing else runs.
 */
export function dropGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc'); // no context has it that was made before
  setFlagsFromString('--no-expose-gc');
  // As where no memory is left: any other way V8 keeps the room of the young generation.
  if (typeof collect === 'function') collect({ type: 'major', flavor: 'last-resort' });
}
