import type { Delivery } from '../ports/helpdesk.ts';
import { postponeWake, meetWake as takeBack } from '../store/schedules.ts';
import type { WakeTable } from '../store/tables.ts';
import { keepArrival } from './keep-arrival.ts';
import { askedPause, pauseBeforeNext } from './pauses.ts';
import { plain } from './tagged-batch.ts';
import { arrivalOf, callAdapter, proveThisTurn, type Turn } from './turn.ts';

/** Tries of a wake that goes wrong for reasons of its own. */
const mostTries = 3;

/** A due time came: the adapter is told. One that fails is due again later; one that was set anew meanwhile stays. */
export async function meetWake(turn: Turn, wake: WakeTable): Promise<'kept' | 'stale'> {
  const { bridge, tenant, helpdesk, conversation, memory } = turn;
  const { name } = wake;
  const number = wake.attempts + 1;
  const delivery = await callAdapter(
    turn,
    async (): Promise<Delivery> =>
      (await helpdesk.adapter.wake?.(name, {
        key: `wake:${helpdesk.id}:${wake.conversation}:${name}:${wake.due}`,
        number,
        signal: bridge.stopping,
        conversation,
        memory,
        progress: null,
      })) ?? { outcome: 'refused', code: 'cannot' },
  );
  const now = bridge.clock.now();
  const due = dueAgain(delivery, { number, now, random: bridge.random() });
  bridge.log.info('wake.attempted', {
    tenant: tenant.name,
    helpdesk: helpdesk.id,
    conversation: wake.conversation,
    wake: name,
    attempt: number,
    outcome: delivery.outcome,
    ...('code' in delivery && { code: delivery.code }),
  });
  const place = { helpdesk: helpdesk.id, conversation: wake.conversation, name };
  const kept = await keepArrival(bridge, {
    ...arrivalOf(turn, delivery),
    sayKey: `say:wake:${wake.conversation}:${name}:${wake.due}`,
    first: () => [
      ...proveThisTurn(turn),
      ...plain(
        due === undefined
          ? takeBack({ ...place, due: wake.due })
          : postponeWake({ ...place, due: wake.due, later: due, attempts: number }),
      ),
    ],
  });
  if (due !== undefined) bridge.lanes.expect(due);
  return kept;
}

function dueAgain(
  delivery: Delivery,
  { number, now, random }: { readonly number: number; readonly now: number; readonly random: number },
): number | undefined {
  switch (delivery.outcome) {
    case 'accepted':
    case 'refused':
      return undefined;
    case 'more':
      return now;
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
