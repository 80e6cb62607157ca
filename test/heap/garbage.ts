import { runInNewContext } from 'node:vm';
import { dropGarbage } from '../../src/lean-heap.ts';

/** A process of its own, as V8 has one heap: prints what it holds before and after, and whether scripts may collect now. */

const used = () => process.memoryUsage().heapUsed;

let made: readonly object[] | undefined = Array.from({ length: 200_000 }, (_, part) => ({ part }));
const count = made.length;
made = undefined;
const before = used();
dropGarbage();
process.send?.({ count, before, after: used(), gc: runInNewContext('typeof gc') });
process.disconnect();
