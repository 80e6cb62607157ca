import { Session } from 'node:inspector/promises';
import { setImmediate as nextRound } from 'node:timers/promises';
import { keepHeapLean, readYoungBytes } from '../../src/lean-heap.ts';

/** A process of its own, as V8 has one heap: prints how large its young generation is, at rest and under load. */

/** Mostly garbage, and some that lives for a while, as pushes do that are being written down. */
async function load(): Promise<number> {
  const inFlight: object[] = [];
  for (let push = 0; push < 8000; push += 1) {
    inFlight[push % 256] = Array.from({ length: 200 }, (_, part) => ({ push, part, text: `part ${part}` }));
    if (push % 20 === 0) await nextRound();
  }
  return inFlight.length;
}

/** Says to V8 that memory is short, as it says to itself when nothing happens for a while. */
async function shrink(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.collectGarbage');
  session.disconnect();
}

keepHeapLean();
const seen = [readYoungBytes()];
for (const step of [load, load, shrink, load]) {
  await step();
  await nextRound();
  seen.push(readYoungBytes());
}
process.send?.(seen);
process.disconnect();
