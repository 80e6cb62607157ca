import type { WakeDelivery } from '../ports/helpdesk.ts';
import { postponeWake, meetWake as takeBack } from '../store/schedules.ts';
import type { WakeTable } from '../store/tables.ts';
import { keepArrival } from './keep-arrival.ts';
import { askedPause, pauseBeforeNext } from './pauses.ts';
import { plain } from './tagged-batch.ts';
import { arrivalOf, callAdapter, isCut, proveThisTurn, type Turn } from './turn.ts';

/** Tries of a wake that goes wrong for reasons of its own. */
const mostTries = 3;

/** A due time came: the adapter is told. One that fails is due again later; one that was set anew meanwhile stays. */
export async function meetWake(turn: Turn, wake: WakeTable): Promise<'kept' | 'stale'> {
  const { bridge, helpdesk } = turn;
  const number = wake.attempts + 1;
  const delivery = await callAdapter(turn, () => tellAdapter(turn, wake));
  logAttempt(turn, wake, delivery);
  const now = bridge.clock.now();
  const { conversation, name, due } = wake;
  const place = { helpdesk: helpdesk.id, conversation, name, due };
  const later = isCut(turn, delivery) ? now : dueAgain(delivery, { number, now, random: bridge.random() });
  const attempts = isCut(turn, delivery) ? wake.attempts : number;
  const kept = await keepArrival(bridge, {
    ...arrivalOf(turn, delivery),
    sayKey: `say:${keyOf(wake)}`,
    first: () => [
      ...proveThisTurn(turn),
      ...plain(later === undefined ? takeBack(place) : postponeWake({ ...place, later, attempts })),
    ],
  });
  if (later !== undefined) bridge.lanes.expect(later);
  return kept;
}

async function tellAdapter(turn: Turn, wake: WakeTable): Promise<WakeDelivery> {
  const { bridge, helpdesk, conversation, memory, routing } = turn;
  const told = await helpdesk.adapter.wake?.(wake.name, {
    key: keyOf(wake),
    number: wake.attempts + 1,
    signal: bridge.stopping,
    conversation,
    memory,
    progress: null,
    ...(routing && { routing }),
  });
  return told ?? { outcome: 'refused', code: 'cannot' };
}

/** The same for every attempt: what is put off is still the wake of its first time. */
function keyOf({ helpdesk, conversation, name, first_due: firstDue }: WakeTable): string {
  return `wake:${helpdesk}:${conversation}:${name}:${firstDue}`;
}

function logAttempt({ bridge, tenant, helpdesk }: Turn, wake: WakeTable, delivery: WakeDelivery): void {
  bridge.log.info('wake.attempted', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation: wake.conversation,
    wake: wake.name,
    attempt: wake.attempts + 1,
    outcome: delivery.outcome,
    ...('code' in delivery && { code: delivery.code }),
  });
}

function dueAgain(
  delivery: WakeDelivery,
  { number, now, random }: { readonly number: number; readonly now: number; readonly random: number },
): number | undefined {
  switch (delivery.outcome) {
    case 'accepted':
    case 'refused':
      return undefined;
    case 'later':
      if (delivery.because === 'message' && number >= mostTries) return undefined;
      return now + (askedPause(delivery.afterMs) ?? pauseBeforeNext(number, random));
    case 'unknown':
      return number >= mostTries
        ? undefined
        : now + (askedPause(delivery.afterMs) ?? pauseBeforeNext(number, random));
    default:
      return delivery satisfies never;
  }
}
