import { getHeapSpaceStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { dropGarbage } from '../../src/lean-heap.ts';

/** A process of its own, as V8 has one heap: prints what it holds before and after, and whether scripts may collect now. */

const used = () => process.memoryUsage().heapUsed;
const young = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;

let made: readonly object[] | undefined = Array.from({ length: 1_000_000 }, (_, part) => ({ part }));
const count = made.length;
made = undefined;
const before = { used: used(), young: young() };
dropGarbage();
const after = { used: used(), young: young() };
process.send?.({ count, before, after, gc: runInNewContext('typeof gc') });
process.disconnect();
