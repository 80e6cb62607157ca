import { sql } from 'kysely';
import { BridgeError } from '../ports/errors.ts';
import type { ClaimPermit } from '../ports/permit.ts';
import type { Store } from '../ports/store.ts';
import { queries, statement } from './statement.ts';

/** Something was done at this time; a row comes back only if it may be done. */
export const addPermit = statement<
  { name: string; now: number; most: number; after: number; apartAfter: number },
  { at: number }
>(
  'permit.add',
  (arg) => sql<{ at: number }>`
    insert into permit (name, at)
    select ${arg('name')}, cast(${arg('now')} as bigint)
    where not exists (select 1 from permit where name = ${arg('name')} and at > ${arg('apartAfter')})
      and (select count(*) from permit where name = ${arg('name')} and at > ${arg('after')}) < ${arg('most')}
    returning at`,
);

/** Forgets times that count no more, and those of a clock that was far ahead. */
export const forgetPermits = statement<{ name: string; until: number; from: number }>(
  'permit.forget',
  (arg) =>
    queries
      .deleteFrom('permit')
      .where('name', '=', arg('name'))
      .where((eb) => eb.or([eb('at', '<=', arg('until')), eb('at', '>', arg('from'))])),
);

/** Permits that are kept in the store. Where several instances have it, `now` is the time that is the same for all. */
export function createPermits(store: Store, now: () => number | Promise<number>): ClaimPermit {
  return async (name, { most, perMs, apartMs }) => {
    try {
      const time = await now();
      const after = time - perMs;
      const [, rows] = await store.batch([
        forgetPermits({ name, until: after, from: time + perMs }),
        addPermit({ name, now: time, most, after, apartAfter: time - apartMs }),
      ]);
      return rows.length > 0;
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'storeUnavailable') return false;
      throw error;
    }
  };
}
