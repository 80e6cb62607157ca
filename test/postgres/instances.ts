import type { Store } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/engines/open.ts';
import { createTestClock } from '../clock.ts';
import type { LaneBench } from '../contract/lanes.ts';
import { type LaneCall, type LaneInstance, openLaneInstance } from '../contract/lanes-instance.ts';
import type { PostgresPlace } from './place.ts';

/** Several instances on one database, with a clock that is moved by hand. The database's own clock takes no part. */
export interface SharedBench extends LaneBench {
  /** One more. */
  join(): Promise<LaneInstance>;
  /** To the database the instance's time is over, whatever it thinks itself. */
  lapse(instance: LaneInstance): Promise<void>;
  /** What is written and not done. */
  left(): Promise<readonly string[]>;
}

export async function openInstances(place: PostgresPlace, count: number): Promise<SharedBench> {
  const clock = createTestClock(1_700_000_000_000);
  const calls: LaneCall[] = [];
  const instances: LaneInstance[] = [];
  const store: Store = await openStore({ kind: 'postgres', url: place.url, connections: 8 }, () => {});
  async function join(): Promise<LaneInstance> {
    const name = `instance ${instances.length + 1}`;
    const onCall = (call: LaneCall) => calls.push(call);
    const instance = openLaneInstance({ name, clock, store, isLeased: true, onCall });
    instances.push(instance);
    await instance.begin();
    await clock.settle();
    return instance;
  }
  for (let number = 0; number < count; number += 1) await join();
  return {
    clock,
    calls,
    instances,
    join,
    async lapse({ lease }) {
      const id = lease?.current()?.id;
      if (id !== undefined) await place.query('update instance set until = 0 where id = $1', [id]);
    },
    async left() {
      const rows = await place.query('select name from wake order by name');
      return rows.map(({ name }) => String(name));
    },
    async close() {
      for (const instance of instances) instance.wakeUp();
      const stopping = instances.map(({ lanes }) => lanes.stop());
      await clock.settle();
      for (const call of calls) call.end();
      await Promise.all(stopping);
      await Promise.all(instances.map(({ lease }) => lease?.end()));
      await place.query('delete from wake; delete from lane; delete from instance');
      await store.close();
    },
  };
}
