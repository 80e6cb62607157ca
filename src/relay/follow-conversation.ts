import { bind } from '../store/bindings.ts';
import { readRoute } from '../store/routes.ts';
import type { MessageTable } from '../store/tables.ts';
import type { Attempted } from './attempt-forward.ts';
import { desksOf, type Helpdesk } from './bridge.ts';
import { deskOf, elsewhere, nextUp } from './decide-stay.ts';
import { adoptStrays } from './keep-arrival.ts';
import { idsToBind, rememberBound } from './known-bindings.ts';
import { isInVain, readDown } from './outages.ts';
import { isUntouched, logMove, type Moved, passRow, planPass, promoteBoth } from './pass-forwards.ts';
import { type RoutePlace, type Whose, whoseOf, writeWhose } from './route-steps.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';
import type { Turn } from './turn.ts';

/** What a forward that came back does: it goes where its conversation is, or its conversation leaves with it. */
export interface Follow {
  /** Behind the row's own settlement. A miss of kind `route`: whose the conversation is has changed meanwhile. */
  readonly steps: readonly TaggedStep[];
  readonly to?: Helpdesk;
  /** The visitor's ids at the other helpdesk, bound for the first time. */
  readonly outside?: readonly string[];
  readonly moved?: Moved;
}

export const staying: Follow = { steps: [] };

/**
 * A forward that certainly did not arrive, and whose conversation another helpdesk has by now, goes there. Where the
 * helpdesk is down for long enough, the conversation goes to the next one that is up, with all that waits.
 */
export async function planFollow(turn: Turn, attempted: Attempted): Promise<Follow> {
  const { bridge, tenant, helpdesk, conversation } = turn;
  const { delivery, settlement, now } = attempted;
  const desks = desksOf(tenant);
  const isBack = delivery.outcome === 'later' && !settlement.final;
  // Nobody but the helpdesk that asked for a rating has a use for it.
  if (attempted.action.kind === 'rate') return staying;
  if (!tenant.routing || desks.length < 2 || conversation === undefined || !isBack) return staying;
  const [[read]] = await bridge.store.batch([readRoute({ conversation: conversation.id })]);
  const whose = whoseOf(read);
  const place = { tenant, conversation: conversation.id, now };
  const given = { desks: desks.map(({ id }) => id), routing: tenant.routing };
  const owner = deskOf(whose.stay, given);
  const find = (id: string) => desks.find((desk) => desk.id === id);
  if (owner !== undefined && owner !== helpdesk.id) {
    return followRow(turn, { place, whose, row: settledRow(attempted), to: find(owner) });
  }
  const stays = { steps: proveWhose(place, whose) };
  if (!isInVain(delivery)) return stays;
  const isDown = await readDown(bridge.store, tenant, now, helpdesk.id);
  if (!isDown(helpdesk.id)) return stays;
  const to = find(nextUp(helpdesk.id, given.desks, isDown));
  return to === undefined || to.id === helpdesk.id
    ? stays
    : leave(turn, { place, whose, row: settledRow(attempted), to, idleMs: tenant.routing.idleMs });
}

/** After it is durable. */
export async function finishFollow({ bridge, tenant, conversation }: Turn, follow: Follow): Promise<void> {
  const { to, outside = [], moved } = follow;
  if (!to || !conversation) return;
  if (moved) logMove(bridge, { tenant, conversation: conversation.id, now: bridge.clock.now() }, moved);
  bridge.lanes.wake({
    kind: 'helpdesk',
    tenant: tenant.name,
    helpdesk: to.id,
    conversation: conversation.id,
  });
  if (outside.length === 0) return;
  rememberBound(to, conversation.id, bridge);
  await adoptStrays(bridge, { tenant, helpdesk: to }, { conversation: conversation.id, ids: outside });
}

interface Going {
  readonly place: RoutePlace;
  readonly whose: Whose;
  readonly row: MessageTable;
}

function followRow(
  turn: Turn,
  { place, whose, row, to }: Going & { readonly to: Helpdesk | undefined },
): Follow {
  const from = turn.helpdesk.id;
  const prove = proveWhose(place, whose);
  if (to === undefined || !isUntouched(row)) return { steps: prove };
  return {
    steps: [
      ...prove,
      ...tagged({ kind: 'route' }, passRow(row, { from, to, now: place.now })),
      ...plain(...promoteBoth(place, from, to.id)),
    ],
    to,
  };
}

/** Whoever moves the conversation meanwhile believes the row to be under way: it is decided again where it goes. */
function proveWhose({ conversation }: RoutePlace, whose: Whose): readonly TaggedStep[] {
  return tagged({ kind: 'route' }, writeWhose(conversation, whose, whose));
}

async function leave(
  turn: Turn,
  { place, whose, row, to, idleMs }: Going & { readonly to: Helpdesk; readonly idleMs: number },
): Promise<Follow> {
  const { bridge, helpdesk, conversation: visitor } = turn;
  const { conversation, now } = place;
  const from = helpdesk.id;
  const stay = {
    ...whose.stay,
    helpdesk: to.id,
    heldUntil: now + idleMs,
    routing: elsewhere(whose.stay.routing),
  };
  const plan = await planPass(bridge, place, { from, to, because: 'outage' }, row);
  const outside = visitor ? idsToBind(to, visitor, bridge) : [];
  return {
    steps: [
      ...tagged({ kind: 'route' }, writeWhose(conversation, whose, { route: whose.route, stay })),
      ...plan.steps,
      ...plain(...outside.map((id) => bind({ helpdesk: to.id, outside: id, conversation }))),
    ],
    to,
    outside,
    moved: plan.moved,
  };
}

/** The row as its settlement leaves it. */
function settledRow({ row, settlement }: Attempted): MessageTable {
  const { state, lost, progress } = settlement;
  const isBegun = progress !== undefined && progress !== null;
  return {
    ...row,
    state,
    lost: lost === null ? null : JSON.stringify(lost),
    progress: isBegun ? JSON.stringify(progress) : row.progress,
  };
}
