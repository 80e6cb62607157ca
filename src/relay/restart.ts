import { boundStrays } from '../store/bindings.ts';
import { resumeKnocks } from '../store/knocks.ts';
import { inFlight, inFlightOf } from '../store/lanes.ts';
import { endRecalled } from '../store/recalls.ts';
import { settleRestarted } from '../store/restarts.ts';
import { setWake } from '../store/schedules.ts';
import type { MessageTable } from '../store/tables.ts';
import { promoteNext } from '../store/turns.ts';
import type { Bridge } from './bridge.ts';
import { adoptStrays } from './keep-arrival.ts';
import type { LaneHold } from './lane-hold.ts';
import { tenantOf } from './lane-id.ts';
import { rowBefore } from './read-row.ts';
import { settleRestart } from './settle.ts';
import { type SettledRow, type Told, tellUndelivered } from './settlement-steps.ts';
import { ringChannel } from './take-bell.ts';
import { type LeftWaiting, sortSchedules, unparkHelpdesks } from './take-up-waiting.ts';
import { tellUndelivered as noteUndelivered } from './tell-helpdesk.ts';

/**
 * What the start owes to the last end: what was in flight is tried again, rows of helpdesks that left the configuration
 * wait aside, and every helpdesk gets its wake `start`. What takes the longer the more messages wait is left to
 * {@link takeUpWaiting}: once the bridge listens, as turns begin then.
 */
export async function recover(bridge: Bridge): Promise<LeftWaiting> {
  await settleInFlight(bridge);
  const orphans = await sortSchedules(bridge, { park: true });
  await unparkHelpdesks(bridge);
  await bridge.store.batch([resumeKnocks({ now: bridge.clock.now() })]);
  await adoptBound(bridge);
  await wakeHelpdesks(bridge);
  return { orphans, park: true };
}

export async function adoptBound(bridge: Bridge): Promise<void> {
  const [rows] = await bridge.store.batch([boundStrays({})]);
  for (const { helpdesk: id, outside, conversation } of rows) {
    const tenant = bridge.tenants.get(tenantOf(id));
    const helpdesk = tenant?.helpdesks.get(id);
    if (tenant && helpdesk) await adoptStrays(bridge, { tenant, helpdesk }, { conversation, ids: [outside] });
  }
}

async function settleInFlight(bridge: Bridge): Promise<void> {
  const [rows] = await bridge.store.batch([inFlight({})]);
  for (const row of rows) await bridge.store.batch(planInterrupted(bridge, row).steps);
  if (rows.length > 0) bridge.log.info('start.recovered', { inFlight: rows.length });
}

/**
 * Steps that settle a row of which nobody is left to say what became of it: it is tried again, but not for ever. Wakes
 * nobody, as other rows of the lane may still be in flight: it says whether the visitor is told something.
 */
function planInterrupted(bridge: Bridge, row: MessageTable): Told {
  const now = bridge.clock.now();
  const settlement = settleRestart({ ...rowBefore(row), starts: row.starts }, now);
  const { state, final, due, code, lost } = settlement;
  const told =
    row.lane === 'reply'
      ? noteLost(bridge, { row, settlement, now })
      : tellLost(bridge, { row, settlement, now });
  const steps = [
    endRecalled({ id: row.id, now }),
    settleRestarted({
      id: row.id,
      state,
      due: final ? null : due,
      code,
      lost: lost === null ? null : JSON.stringify(lost),
      finishedAt: final ? now : null,
    }),
    promoteNext({ id: row.id, conversation: row.conversation ?? '', lane: row.lane, now }),
    ...told.steps,
  ];
  return { steps, wakesReply: told.wakesReply };
}

/** What the agent took back himself is no loss to him. */
function noteLost(bridge: Bridge, { row, settlement, now }: SettledRow): Told {
  const tenant = bridge.tenants.get(row.tenant);
  const isWanted = tenant !== undefined && row.code !== 'recalled';
  return { steps: isWanted ? noteUndelivered(tenant, [row], { settlement, now }) : [], wakesReply: false };
}

function tellLost(bridge: Bridge, settled: SettledRow): Told {
  const { tenant: name, conversation, helpdesk: id } = settled.row;
  const tenant = bridge.tenants.get(name);
  const helpdesk = id === null ? undefined : tenant?.helpdesks.get(id);
  if (!tenant || !helpdesk || conversation === null) return { steps: [], wakesReply: false };
  return tellUndelivered({ tenant, helpdesk, conversation }, settled);
}

/**
 * Takes a piece of work; where there is none, a row may stand before it that an earlier turn took and could not settle:
 * that one is settled first.
 */
export async function takeOrTakeUp<Work>(
  bridge: Bridge,
  left: {
    readonly hold: LaneHold;
    readonly conversation: string;
    readonly isOurs: (row: MessageTable) => boolean;
  },
  take: () => Promise<Work | undefined>,
): Promise<Work | undefined> {
  const work = await take();
  if (work !== undefined || !left.hold.isHeld) return work;
  return (await settleLeftBehind(bridge, left)) ? take() : undefined;
}

/**
 * Settles what an earlier turn of a lane took and could not settle, as the store failed in between: turns of a lane
 * never run side by side, so at the beginning of one nothing of it is in flight. All at once, as rows may be parts of one
 * send: were one of them free while others are in flight, it would be sent without them. Whether there was any.
 */
async function settleLeftBehind(
  bridge: Bridge,
  { hold, conversation, isOurs }: Parameters<typeof takeOrTakeUp>[1],
): Promise<boolean> {
  const [rows] = await bridge.store.batch([inFlightOf({ conversation })]);
  const left = rows.filter(isOurs);
  const plans = left.map((row) => planInterrupted(bridge, row));
  try {
    if (left.length > 0) await bridge.store.batch([hold.prove(), ...plans.flatMap(({ steps }) => steps)]);
  } catch (error) {
    if (hold.wasMissed(error)) return false;
    throw error;
  }
  for (const [place, row] of left.entries()) {
    if (plans[place]?.wakesReply) bridge.lanes.wake({ kind: 'reply', tenant: row.tenant, conversation });
    // The agent may have a note to read.
    if (row.lane === 'reply' && row.helpdesk !== null) {
      bridge.lanes.wake({ kind: 'helpdesk', tenant: row.tenant, helpdesk: row.helpdesk, conversation });
    }
  }
  return left.length > 0;
}

export async function wakeHelpdesks(bridge: Bridge): Promise<void> {
  const now = bridge.clock.now();
  const steps = [...bridge.tenants.values()].flatMap(({ helpdesks }) =>
    [...helpdesks.values()]
      .filter(({ adapter }) => adapter.wake)
      .map(({ id }) => setWake({ helpdesk: id, conversation: '', name: 'start', due: now, attempts: 0 })),
  );
  // A bell may have rung while nobody listened.
  const rung = [...bridge.tenants.values()].flatMap((tenant) => ringChannel(tenant, now));
  if (steps.length + rung.length > 0) await bridge.store.batch([...steps, ...rung]);
}
