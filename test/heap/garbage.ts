import { runInNewContext } from 'node:vm';
import { dropGarbage, readYoungBytes } from '../../src/lean-heap.ts';

/** A process of its own, as V8 has one heap: prints what it holds before and after, and whether scripts may collect now. */

const held = () => ({ used: process.memoryUsage().heapUsed, young: readYoungBytes() });

let made: readonly object[] | undefined = Array.from({ length: 1_000_000 }, (_, part) => ({ part }));
const count = made.length;
made = undefined;
const before = held();
dropGarbage();
process.send?.({ count, before, after: held(), gc: runInNewContext('typeof gc') });
process.disconnect();
