import type { Part } from '../model/message.ts';
import type { Step } from '../ports/store.ts';
import { readConversation } from '../store/conversations.ts';
import { dropPassed, openForwards, passForward, promoteForward, proveForwards } from '../store/passes.ts';
import type { MessageTable } from '../store/tables.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { type Pending, pendingIn, pickRating } from './choices.ts';
import { addHistory } from './new-rows.ts';
import type { RoutePlace } from './route-steps.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

/** A conversation goes from one helpdesk to another. */
export interface Move {
  readonly from: string;
  readonly to: Helpdesk;
  readonly because: 'rule' | 'outage';
  /** Which rule; the default, where none is named. */
  readonly rule?: string;
}

/** A move as logs and the history have it, with how much goes along and how much does not. */
export interface Moved {
  readonly from: string;
  readonly to: string;
  readonly because: Move['because'];
  readonly rule?: string;
  readonly passed: number;
  /** Under way, begun, or with an outcome that nobody knows: they stay, so that none reaches both helpdesks. */
  readonly left: number;
}

export interface PassPlan {
  readonly steps: readonly TaggedStep[];
  readonly moved: Moved;
}

/**
 * What waits at the helpdesk that a conversation leaves goes along, if it certainly has not arrived there. What may have
 * arrived is settled where it is, and counted in the history. `settled`: a row as its attempt leaves it in the steps before.
 */
export async function planPass(
  bridge: Bridge,
  place: RoutePlace,
  { from, to, because, rule }: Move,
  settled?: MessageTable,
): Promise<PassPlan> {
  const { conversation, now } = place;
  const [rows, [visitor]] = await bridge.store.batch([
    openForwards({ conversation, helpdesk: from }),
    readConversation({ id: conversation }),
  ]);
  const open = rows.map((row) => (row.id === settled?.id ? settled : row));
  const pending = pendingIn(visitor?.pending ?? null);
  const passing = open.filter((row) => isUntouched(row) && !isRating(row, pending, place.tenant));
  const [passed, left] = [passing.length, open.length - passing.length];
  const moved = { from, to: to.id, because, ...(rule !== undefined && { rule }), passed, left };
  const underWay = open.filter(({ state }) => state === 'forwarding').length;
  const seen = proveForwards({ conversation, helpdesk: from, open: open.length, underWay }, 1);
  return {
    steps: [
      ...tagged({ kind: 'route' }, seen, ...passing.map((row) => passRow(row, { from, to, now }))),
      ...plain(...promoteBoth(place, from, to.id), ...noteMove(place, moved)),
    ],
    moved,
  };
}

/** It stays with the helpdesk that asked for it. */
function isRating(
  { helpdesk, parts, received_at }: MessageTable,
  pending: Pending | null,
  { helpdesks }: Tenant,
): boolean {
  const desk = helpdesks.get(helpdesk ?? '');
  if (pending === null || desk === undefined) return false;
  const said = JSON.parse(parts) as readonly Part[]; // as it was written
  return pickRating(said, { pending, helpdesk: desk, receivedAt: Number(received_at) }) !== undefined;
}

/** To be said once it is durable. */
export function logMove({ log }: Bridge, { tenant, conversation }: RoutePlace, moved: Moved): void {
  log[moved.because === 'outage' ? 'warn' : 'info']('route.moved', {
    tenant: tenant.name,
    conversation,
    ...moved,
  });
}

/** It has certainly not arrived, not even a piece of it. */
export function isUntouched({ state, lost, progress }: MessageTable): boolean {
  return (state === 'received' || state === 'waiting') && lost === null && progress === null;
}

/** The step that passes one row on, or ends it where the other helpdesk has no use for it. */
export function passRow(
  { id, parts }: Pick<MessageTable, 'id' | 'parts'>,
  { from, to, now }: { readonly from: string; readonly to: Helpdesk; readonly now: number },
): Step {
  const kinds = (JSON.parse(parts) as readonly Part[]).map(({ kind }) => kind); // as it was written
  const isWanted = kinds.some((kind) => kind !== 'event') || to.adapter.accepts.has('event');
  return isWanted ? passForward({ id, from, to: to.id }, 1) : dropPassed({ id, from, now }, 1);
}

/** Whatever became the first of either lane is due. */
export function promoteBoth({ conversation, now }: RoutePlace, from: string, to: string): readonly Step[] {
  return [from, to].map((helpdesk) => promoteForward({ conversation, helpdesk, now }));
}

function noteMove({ tenant, conversation, now }: RoutePlace, moved: Moved): readonly Step[] {
  return addHistory({
    tenant: tenant.name,
    conversation,
    helpdesk: moved.to,
    now,
    from: { role: 'system' },
    parts: [{ kind: 'event', name: 'moved', key: `${moved.from}-${moved.to}` }],
    event: { kind: 'moved', ...moved },
  });
}
