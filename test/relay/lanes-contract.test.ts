import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite/engine.ts';
import { createTestClock } from '../clock.ts';
import { lanesContract } from '../contract/lanes.ts';
import { type LaneCall, openLaneInstance } from '../contract/lanes-instance.ts';

lanesContract('of one process, on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kefu-lanes-'));
  const clock = createTestClock(1_700_000_000_000);
  const store = await openSqlite(join(folder, 'bridge.db'), () => {});
  const calls: LaneCall[] = [];
  const instance = openLaneInstance({
    name: 'only',
    clock,
    store,
    isLeased: false,
    onCall: (call) => calls.push(call),
  });
  await instance.begin();
  await clock.settle();
  return {
    clock,
    calls,
    instances: [instance],
    async close() {
      for (const call of calls) call.end();
      await instance.lanes.stop();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
