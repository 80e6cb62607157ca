import type { VendorEvent } from '../ports/helpdesk.ts';
import type { Step } from '../ports/store.ts';
import { freeRoute, holdRoute, readRoute } from '../store/routes.ts';
import type { Arrival } from './arrival.ts';
import { askAdapter } from './ask-adapter.ts';
import { type Bridge, desksOf } from './bridge.ts';
import { stands } from './decide-route.ts';
import { deskOf } from './decide-stay.ts';
import type { EventScene } from './plan-events.ts';
import { whoseOf } from './route-steps.ts';

/**
 * What an event at a helpdesk says of the conversation's stay there: a session that begins or an agent who writes holds
 * it, the end of the last session frees it. Of a helpdesk that has not the conversation it says nothing: the steps touch
 * no row then. `scene.memory` is the one after the event: an end that is known to leave somebody serving frees nothing,
 * and word of a session that is known to be over holds nothing.
 */
export function staySteps(event: VendorEvent, scene: EventScene): readonly Step[] {
  const { idleMs, conversation, helpdesk, now } = scene;
  if (idleMs === undefined) return [];
  const place = { conversation, helpdesk: helpdesk.id };
  switch (event.kind) {
    case 'sessionStarted':
      return isServed(scene) === false ? [] : [holdRoute({ ...place, until: now + idleMs })];
    case 'message':
      return event.from.role !== 'agent' || isServed(scene) === false
        ? []
        : [holdRoute({ ...place, until: now + idleMs })];
    case 'sessionEnded':
      return isEnd(event, scene) ? [freeRoute(place)] : [];
    default:
      return [];
  }
}

/**
 * Conversations that another has by now. What begins and ends at this helpdesk is nothing that their visitors have to
 * know. A look, not proved in a transaction: words alone depend on it.
 */
export async function readElsewhere(
  { store, clock }: Bridge,
  { tenant, helpdesk }: Pick<Arrival, 'tenant' | 'helpdesk'>,
  conversations: readonly string[],
): Promise<ReadonlySet<string>> {
  const { routing } = tenant;
  if (!routing || conversations.length === 0) return new Set();
  const found = await store.batch(conversations.map((conversation) => readRoute({ conversation })));
  const desks = desksOf(tenant).map(({ id }) => id);
  return new Set(
    conversations.filter((_, place) => {
      const { route, stay } = whoseOf(found[place]?.[0]);
      return stands(route, clock.now()) || deskOf(stay, { desks, routing }) !== helpdesk.id;
    }),
  );
}

/** Nobody serves the visitor any more, as far as anybody knows. */
export function isEnd(event: VendorEvent, scene: EventScene): boolean {
  return event.kind === 'sessionEnded' && !goesOn(event.reason) && isServed(scene) !== true;
}

function goesOn(reason: Extract<VendorEvent, { kind: 'sessionEnded' }>['reason']): boolean {
  return reason === 'handedOn' || reason === 'transferred';
}

/** `undefined`: nobody can tell. */
function isServed({ log, tenant, helpdesk, memory, now }: EventScene): boolean | undefined {
  const of = { log, tenant, helpdesk: helpdesk.id, hook: 'serving' };
  const serving = askAdapter(of, () => helpdesk.adapter.serving?.(memory, now), undefined);
  return serving === undefined ? undefined : serving !== 'nobody';
}
