import { inFlight } from '../store/lanes.ts';
import {
  openHelpdesks,
  parkHelpdesk,
  promoteAllFirsts,
  settleRestarted,
  unparkHelpdesk,
} from '../store/restarts.ts';
import { setWake } from '../store/schedules.ts';
import type { Bridge } from './bridge.ts';
import { rowBefore } from './read-row.ts';
import { settleRestart } from './settle.ts';

/**
 * What the start owes to the last end: what was in flight is tried again, lanes whose first row nobody would wake are
 * due, rows of helpdesks that left the configuration wait aside, and every helpdesk gets its wake `start`.
 */
export async function recover(bridge: Bridge): Promise<void> {
  await settleInFlight(bridge);
  await sortHelpdesks(bridge);
  await bridge.store.batch([promoteAllFirsts({ now: bridge.clock.now() })]);
  await wakeHelpdesks(bridge);
}

async function settleInFlight(bridge: Bridge): Promise<void> {
  const now = bridge.clock.now();
  const [rows] = await bridge.store.batch([inFlight({})]);
  for (const row of rows) {
    const settlement = settleRestart({ ...rowBefore(row), starts: row.starts }, now);
    await bridge.store.batch([
      settleRestarted({
        id: row.id,
        state: settlement.state,
        due: settlement.final ? null : settlement.due,
        code: settlement.code,
        lost: settlement.lost === null ? null : JSON.stringify(settlement.lost),
        finishedAt: settlement.final ? now : null,
      }),
    ]);
  }
  if (rows.length > 0) bridge.log.info('start.recovered', { inFlight: rows.length });
}

async function sortHelpdesks(bridge: Bridge): Promise<void> {
  const now = bridge.clock.now();
  const [open] = await bridge.store.batch([openHelpdesks({})]);
  for (const { tenant, helpdesk, rows } of open) {
    const known = bridge.tenants.get(tenant);
    if (known?.helpdesks.has(helpdesk)) {
      await bridge.store.batch([unparkHelpdesk({ helpdesk, now })]);
      continue;
    }
    bridge.log.warn('start.orphaned', { tenant, helpdesk, rows: Number(rows) });
    await bridge.store.batch([parkHelpdesk({ helpdesk, replies: known ? 0 : 1 })]);
  }
}

async function wakeHelpdesks(bridge: Bridge): Promise<void> {
  const now = bridge.clock.now();
  const steps = [...bridge.tenants.values()].flatMap(({ helpdesks }) =>
    [...helpdesks.values()]
      .filter(({ adapter }) => adapter.wake)
      .map(({ id }) => setWake({ helpdesk: id, conversation: '', name: 'start', due: now, attempts: 0 })),
  );
  if (steps.length > 0) await bridge.store.batch(steps);
}
