import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointerStart, ToCheckpointer } from './checkpoints.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/**
 * A thread that moves the log into the file while the store's own goes on committing. Each time it is told to it answers
 * when little is left. It has the priority of the thread that starts it, and ends when it is told to close, or when the
 * file cannot take the log.
 */

/** Each moves what was committed during the one before, so each is shorter. The disk has all of it once one meets no commit. */
const mostPasses = 5;
/** Fewer pages than a commit that many pushes share. */
const few = 64;

const port = parentPort;
if (!port) throw new Error('expected to run as a worker thread');
const { path } = workerData as CheckpointerStart; // the code that starts it makes it

const db = new DatabaseSync(path);
const log = new WriteAheadLog(db);
port.on('message', (message: ToCheckpointer) => {
  if (message === 'close') {
    db.close();
    port.close();
    return;
  }
  for (let pass = 0; pass < mostPasses; pass += 1) {
    log.move();
    const left = log.look();
    if (left.log - left.checkpointed <= few) break;
  }
  port.postMessage('moved');
});
