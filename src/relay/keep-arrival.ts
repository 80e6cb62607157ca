import { BridgeError } from '../ports/errors.ts';
import type { Effects } from '../ports/helpdesk.ts';
import { findBinding, straysOf } from '../store/bindings.ts';
import { wantMedium } from '../store/media.ts';
import { releaseWaiting } from '../store/turns.ts';
import type { Arrival } from './arrival.ts';
import { type ArrivalPlan, planArrival } from './arrival-plan.ts';
import type { Bridge } from './bridge.ts';
import type { LaneId } from './lane-id.ts';
import { dropRepeats } from './repeats.ts';
import { showTyping } from './show-typing.ts';
import { type Miss, plain, runForRows, type TaggedStep } from './tagged-batch.ts';

/** Each go drops what was missed or meets a memory that moved on; nobody meets so many. */
const mostGoes = 1000;

/**
 * Writes down what came from a helpdesk, all in one transaction with the steps that stand first. A repeated event is
 * dropped; a memory that moved on is read and folded again. Wakes the lanes once everything is durable. `stale`: what
 * stands first holds no more (a newer turn has begun, it all came before), and nothing was kept.
 */
export async function keepArrival(bridge: Bridge, arrival: Arrival): Promise<'kept' | 'stale'> {
  let left = arrival;
  let noted: readonly TaggedStep[] = [];
  for (let go = 0; go < mostGoes; go += 1) {
    const plan = await planArrival(bridge, left, { isFirst: go === 0 });
    const last = arrival.last ? plain(arrival.last.step()) : [];
    const ran = await runForRows(bridge.store, [...plan.steps, ...noted, ...last]);
    if ('rows' in ran) {
      arrival.last?.gave(ran.rows.at(-1));
      tell(bridge, arrival, plan);
      for (const lane of lanesReleased(arrival, plan, ran.rows)) bridge.lanes.wake(lane);
      await adoptIfPossible(bridge, arrival, plan);
      return 'kept';
    }
    const { missed } = ran;
    if (missed.kind === 'turn' || missed.kind === 'repeat') return 'stale';
    if (missed.kind === 'route' && !arrival.asksWhose) return 'stale';
    if (missed.kind === 'seen') {
      const fresh = await dropRepeats(bridge, left);
      left = { ...left, events: fresh.events };
      noted = [...noted, ...fresh.noted];
    } else left = withoutMissed(left, missed);
  }
  throw new BridgeError('bug', `expected an arrival to be kept in ${mostGoes} goes`);
}

function withoutMissed(arrival: Arrival, missed: Miss): Arrival {
  switch (missed.kind) {
    case 'row':
      return { ...arrival, isRowFinished: true };
    case 'said':
      return { ...arrival, effects: withoutSay(arrival.effects) };
    default:
      return arrival; // whoever reads again sees what is there now
  }
}

function withoutSay({ say: _, ...rest }: Effects): Effects {
  return rest;
}

function tell(bridge: Bridge, { effects, tenant, helpdesk }: Arrival, plan: ArrivalPlan): void {
  if (plan.strayed.length > 0) {
    const events = plan.strayed.length;
    bridge.log.info('strays.kept', { tenant: tenant.name, helpdesk: helpdesk.id, events });
  }
  if (effects.alarm !== undefined) {
    bridge.log.error('alarm.raised', { tenant: tenant.name, helpdesk: helpdesk.id, alarm: effects.alarm });
  }
  for (const lane of plan.lanes) bridge.lanes.wake(lane);
  for (const due of plan.dues) bridge.lanes.expect(due);
  // Beside everything else: nobody waits for it.
  for (const conversation of plan.typed) void showTyping(bridge, tenant, conversation);
  if (plan.steps.some(({ step }) => wantMedium.made(step))) bridge.media.wake();
}

/** Lanes of messages that waited for what arrived. */
function lanesReleased(
  { tenant, helpdesk }: Arrival,
  { steps }: ArrivalPlan,
  rows: readonly (readonly unknown[])[],
): readonly LaneId[] {
  return steps.flatMap(({ step }, place) => {
    const isReleased = releaseWaiting.made(step) && (rows[place]?.length ?? 0) > 0;
    const conversation = String(step.args.conversation);
    return isReleased ? [{ kind: 'helpdesk', tenant: tenant.name, helpdesk: helpdesk.id, conversation }] : [];
  });
}

/** The arrival stands, and whoever is told otherwise would bring it again: what is left over is adopted by the next start. */
async function adoptIfPossible(bridge: Bridge, arrival: Arrival, plan: ArrivalPlan): Promise<void> {
  try {
    await adoptLateStrays(bridge, arrival, plan);
  } catch (error) {
    const { tenant, helpdesk } = arrival;
    bridge.log.error('strays.left', { tenant: tenant.name, helpdesk: helpdesk.id, error });
  }
}

/**
 * A visitor may have been bound while his stray was being kept, and a stray kept while its visitor was being bound:
 * whoever comes last sees the other.
 */
async function adoptLateStrays(bridge: Bridge, arrival: Arrival, plan: ArrivalPlan): Promise<void> {
  for (const outside of new Set(plan.strayed)) {
    const [rows] = await bridge.store.batch([findBinding({ helpdesk: arrival.helpdesk.id, outside })]);
    const owner = rows[0]?.conversation;
    if (owner !== undefined) await adoptStrays(bridge, arrival, { conversation: owner, ids: [outside] });
  }
  const { conversation, effects } = arrival;
  if (conversation !== undefined && effects.bind !== undefined) {
    await adoptStrays(bridge, arrival, { conversation, ids: effects.bind });
  }
}

/** Gives what was kept under a visitor's outside ids to his conversation, in order of arrival. */
export async function adoptStrays(
  bridge: Bridge,
  { tenant, helpdesk }: Pick<Arrival, 'tenant' | 'helpdesk'>,
  { conversation, ids }: { readonly conversation: string; readonly ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  const found = await bridge.store.batch(ids.map((outside) => straysOf({ helpdesk: helpdesk.id, outside })));
  const waiting = ids.filter((_, place) => (found[place]?.length ?? 0) > 0);
  if (waiting.length === 0) return;
  const owners = await bridge.store.batch(
    waiting.map((outside) => findBinding({ helpdesk: helpdesk.id, outside })),
  );
  const own = waiting.filter((_, place) => owners[place]?.[0]?.conversation === conversation);
  if (own.length === 0) return;
  await keepArrival(bridge, {
    tenant,
    helpdesk,
    conversation,
    raw: null,
    events: [],
    effects: { bind: own },
  });
}
