import type { Part } from '../model/message.ts';
import type { Routing } from '../model/routing.ts';
import type { Step } from '../ports/store.ts';
import { createRoute, moveRoute, proveRoute } from '../store/routes.ts';
import type { RouteTable } from '../store/tables.ts';
import type { ReactionOrder } from './attempt-reaction.ts';
import type { Helpdesk, Tenant } from './bridge.ts';
import type { Gap, Route } from './decide-route.ts';
import { noStay, type Opened, type Stay } from './decide-stay.ts';
import { addHistory, addReaction } from './new-rows.ts';

/** Where and when a route is decided. */
export interface RoutePlace {
  readonly tenant: Tenant;
  readonly conversation: string;
  readonly now: number;
}

/** Whose a conversation is, as the store has it, with the version that a decision rests on: 0 where nothing is written. */
export interface Whose {
  readonly route: Route | undefined;
  readonly stay: Stay;
  readonly version: number;
}

export function whoseOf(row: RouteTable | undefined): Whose {
  if (row === undefined) return { route: undefined, stay: noStay, version: 0 };
  const isRouted = row.state !== 'ended' || Number(row.moved_at) > 0;
  const route: Route = {
    state: row.state,
    until: Number(row.until),
    movedAt: Number(row.moved_at),
    unseenFrom: row.unseen_from === null ? null : Number(row.unseen_from),
  };
  const stay: Stay = {
    ...(row.helpdesk !== null && { helpdesk: row.helpdesk }),
    heldUntil: Number(row.held_until),
    // What the relay itself wrote.
    routing: row.routing === null ? {} : (JSON.parse(row.routing) as Routing),
    ...(row.opened !== null && { opened: JSON.parse(row.opened) as Opened }),
  };
  return { route: isRouted ? route : undefined, stay, version: Number(row.version) };
}

const noRoute: Route = { state: 'ended', until: 0, movedAt: 0, unseenFrom: null };

/** A decision that moves nothing rests on what was read all the same. */
export function writeWhose(conversation: string, before: Whose, after: Pick<Whose, 'route' | 'stay'>): Step {
  const { version } = before;
  const { route = before.route, stay } = after;
  if (route === before.route && stay === before.stay) return proveRoute({ conversation, version }, 1);
  const asked = JSON.stringify(stay.routing);
  const written = {
    conversation,
    ...(route ?? noRoute),
    helpdesk: stay.helpdesk ?? null,
    heldUntil: stay.heldUntil,
    routing: asked === '{}' ? null : asked,
    opened: stay.opened === undefined ? null : JSON.stringify(stay.opened),
  };
  return version === 0 ? createRoute(written, 1) : moveRoute({ ...written, version }, 1);
}

/** What was said at the channel's own agents and may not have been seen. */
export function writeGap(
  { tenant, conversation, now }: RoutePlace,
  { id }: Helpdesk,
  gap: Gap | undefined,
): readonly Step[] {
  if (gap === undefined) return [];
  const part: Part = { kind: 'event', name: 'unseen', key: `${gap.from}-${gap.to}` };
  return addHistory({
    tenant: tenant.name,
    conversation,
    helpdesk: id,
    now,
    from: { role: 'system' },
    parts: [part],
    event: { kind: 'unseen', ...gap },
    writtenAt: gap.to,
  });
}

/** Agents who had a conversation learn that it is not theirs, and that it is again. */
export function tellDesk(
  { tenant, conversation, now }: RoutePlace,
  { id, adapter }: Helpdesk,
  turned: 'away' | 'moved' | 'back' | undefined,
): readonly Step[] {
  if (turned === undefined) return [];
  const orders: readonly ReactionOrder[] = [
    ...(adapter.note ? [{ action: 'note', text: noteOf(turned, tenant) } as const] : []),
    ...(adapter.closeSession && turned !== 'back' ? [{ action: 'close' } as const] : []),
  ];
  const draft = {
    tenant: tenant.name,
    conversation,
    helpdesk: id,
    now,
    from: { role: 'system' },
    parts: [],
  } as const;
  return orders.flatMap((order) => addReaction({ ...draft, action: order.action, event: order }));
}

function noteOf(turned: 'away' | 'moved' | 'back', { channel }: Tenant): string {
  const theirs = channel.ownAgents?.name ?? '微信官方客服';
  switch (turned) {
    case 'away':
      return `访客已转由${theirs}接待，其后续消息暂不进入本系统。`;
    case 'moved':
      return '访客已转由其他客服系统接待，其后续消息不再进入本系统。';
    case 'back':
      return `访客已从${theirs}返回，期间的对话在此不可见。`;
    default:
      return turned satisfies never;
  }
}
