import type { Part } from '../model/message.ts';
import type { PushAnswer, PushReading } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { readMemory } from '../store/memories.ts';
import { createRoute, moveRoute, proveRoute, readRoute } from '../store/routes.ts';
import type { RouteTable } from '../store/tables.ts';
import { askAdapter } from './ask-adapter.ts';
import type { ReactionOrder } from './attempt-reaction.ts';
import { type Bridge, type Helpdesk, helpdeskOf, ownAgentsOf, type Tenant } from './bridge.ts';
import { decideRoute, type Gap, type Route, type RouteDecision, type RoutedPush } from './decide-route.ts';
import { isWordOf } from './hand-over-words.ts';
import type { LaneId } from './lane-id.ts';
import { addHistory, addReaction } from './new-rows.ts';
import { memoryOf } from './read-row.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

/** Who has a visitor's push, decided by what the store said a moment ago. */
export interface PushRoute {
  readonly helpdesk: Helpdesk | undefined;
  /** Not so where the channel's own agents have the conversation. */
  readonly mayForward: boolean;
  readonly answer: PushAnswer;
  /** Before the push's own row: what the decision rests on, and a gap that the push shows. */
  readonly before: readonly TaggedStep[];
  /** Behind it: what the other helpdesk is told. */
  readonly behind: readonly Step[];
  readonly lanes: readonly LaneId[];
}

type VisitorPush = Extract<PushReading, { kind: 'visitor' }>;

interface Scene {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly now: number;
  readonly conversation: string;
}

/** Asks local state alone, as the push waits for its answer. */
export async function routePush(scene: Scene, reading: VisitorPush): Promise<PushRoute> {
  const { bridge, tenant, now, conversation } = scene;
  const ownAgents = ownAgentsOf(tenant);
  const other = helpdeskOf(tenant);
  if (!ownAgents) return { ...forwarding, helpdesk: other };
  const [[row], memory] = await bridge.store.batch([
    readRoute({ conversation }),
    readMemory({ helpdesk: ownAgents.id, conversation: '' }),
  ]);
  const before = row && routeOf(row);
  const given = { now, ttlMs: tenant.routeTtlMs, isAlone: other === undefined };
  const decision = decideRoute(before, routedPush(reading, ownAgents), given);
  const isForwarding = decision.to === 'helpdesk';
  const hook = { log: bridge.log, tenant: tenant.name, helpdesk: ownAgents.id, hook: 'handOver.account' };
  const known = memoryOf(memory).value;
  const account = askAdapter(hook, () => ownAgents.adapter.handOver?.account?.(known, now), undefined);
  const told = other ? tellOther(scene, other, decision) : [];
  return {
    helpdesk: isForwarding ? other : ownAgents,
    mayForward: isForwarding,
    answer: decision.to === 'handOver' ? transferTo(account) : forwarding.answer,
    before: [
      ...tagged({ kind: 'route' }, writeRoute(conversation, { row, before, after: decision.route })),
      ...plain(...writeGap(scene, ownAgents, decision.gap)),
    ],
    behind: told,
    lanes:
      other && told.length > 0
        ? [{ kind: 'helpdesk', tenant: tenant.name, helpdesk: other.id, conversation }]
        : [],
  };
}

const forwarding = {
  mayForward: true,
  answer: { kind: 'success' },
  before: [],
  behind: [],
  lanes: [],
} as const;

function routedPush(
  { writtenAt, parts, opens, ownAgents }: VisitorPush,
  { handoverWords }: Helpdesk,
): RoutedPush {
  const isMessage = parts.some(({ kind }) => kind !== 'event');
  return { writtenAt, isMessage, opens, asksForThem: isWordOf(handoverWords, parts), ownAgents };
}

function transferTo(account: string | undefined): PushAnswer {
  return { kind: 'transfer', ...(account !== undefined && { account }) };
}

function routeOf(row: RouteTable): Route {
  return {
    state: row.state,
    until: Number(row.until),
    movedAt: Number(row.moved_at),
    unseenFrom: row.unseen_from === null ? null : Number(row.unseen_from),
  };
}

/** A decision that moves nothing rests on the route all the same. */
function writeRoute(
  conversation: string,
  {
    row,
    before,
    after,
  }: {
    readonly row: RouteTable | undefined;
    readonly before: Route | undefined;
    readonly after: Route | undefined;
  },
): Step {
  const version = Number(row?.version ?? 0);
  if (after === undefined || after === before) return proveRoute({ conversation, version }, 1);
  const written = { conversation, ...after };
  return version === 0 ? createRoute(written, 1) : moveRoute({ ...written, version }, 1);
}

function writeGap(
  { tenant, conversation, now }: Scene,
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

/** Agents who had the conversation learn that it is not theirs for now, and that it is again. */
function tellOther(scene: Scene, { id, adapter }: Helpdesk, { turned }: RouteDecision): readonly Step[] {
  if (turned === undefined) return [];
  const orders: readonly ReactionOrder[] = [
    ...(adapter.note ? [{ action: 'note', text: notes[turned] } as const] : []),
    ...(adapter.closeSession && turned === 'away' ? [{ action: 'close' } as const] : []),
  ];
  const { tenant, conversation, now } = scene;
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

const notes = {
  away: '访客已转由微信官方客服接待，其后续消息暂不进入本系统。',
  back: '访客已从微信官方客服返回，期间的对话在此不可见。',
} as const;
