import type { PushAnswer, VisitorAct } from '../ports/channel.ts';
import type { Step } from '../ports/store.ts';
import { readConversation } from '../store/conversations.ts';
import { readMemory } from '../store/memories.ts';
import { readProfile } from '../store/profiles.ts';
import { readRoute } from '../store/routes.ts';
import type { MemoryTable } from '../store/tables.ts';
import { askAdapter } from './ask-adapter.ts';
import { type Bridge, desksOf, type Helpdesk, helpdeskOf, ownAgentsOf, type Tenant } from './bridge.ts';
import { type Pending, pendingIn, pickOption, pickRating } from './choices.ts';
import { decideRoute, type RoutedPush } from './decide-route.ts';
import { decideWhose, type PushDecision } from './decide-whose.ts';
import { isWordOf } from './hand-over-words.ts';
import { attributesOf } from './known-profile.ts';
import type { LaneId } from './lane-id.ts';
import type { SessionFromMet } from './meet-session-from.ts';
import { readDown } from './outages.ts';
import { type Moved, type PassPlan, planPass } from './pass-forwards.ts';
import { memoryOf } from './read-row.ts';
import { type RoutePlace, tellDesk, type Whose, whoseOf, writeGap, writeWhose } from './route-steps.ts';
import { plain, type TaggedStep, tagged } from './tagged-batch.ts';

/** Who has a visitor's push, decided by what the store said a moment ago. */
export interface PushRoute {
  readonly helpdesk: Helpdesk | undefined;
  /** Not so where the channel's own agents have the conversation. */
  readonly mayForward: boolean;
  readonly answer: PushAnswer;
  /** Before the push's own row: what the decision rests on, a gap that the push shows, and what moves with the conversation. */
  readonly before: readonly TaggedStep[];
  /** Behind it: what another helpdesk is told. */
  readonly behind: readonly Step[];
  readonly lanes: readonly LaneId[];
  readonly moved?: Moved;
  readonly chosen?: PushDecision['chosen'];
}

interface Scene extends RoutePlace {
  readonly bridge: Bridge;
}

/** The route that needs no question: of what is past, and of every push of a tenant that has nothing to choose. */
export function routeAtOnce(tenant: Tenant, { isPast }: VisitorAct): PushRoute | undefined {
  if (isPast) return pastRoute;
  if (ownAgentsOf(tenant) || tenant.routing || tenant.channel.ownAgents) return undefined;
  return { ...forwarding, helpdesk: helpdeskOf(tenant) };
}

/** Asks local state alone, as the push waits for its answer. */
export async function routePush(scene: Scene, reading: VisitorAct, met: SessionFromMet): Promise<PushRoute> {
  const { bridge, tenant, conversation } = scene;
  const ownAgents = ownAgentsOf(tenant);
  const [[[row], known, memory], asked, isDown] = await Promise.all([
    bridge.store.batch([
      readRoute({ conversation }),
      readProfile({ conversation }),
      ...(ownAgents ? [readMemory({ helpdesk: ownAgents.id, conversation: '' })] : []),
    ]),
    readPending(scene),
    readDown(bridge.store, tenant, scene.now),
  ]);
  const whose = whoseOf(row);
  const decision = decide(scene, reading, {
    whose,
    ownAgents,
    asked,
    isDown,
    attributes: attributesOf(known[0], met, tenant),
  });
  const move = await planMove(scene, whose, decision);
  const told = tell(scene, decision);
  return {
    helpdesk: decision.helpdesk,
    mayForward: decision.mayForward,
    answer: decision.isHandedOver ? transferTo(accountOf(scene, ownAgents, memory)) : forwarding.answer,
    before: [
      ...tagged({ kind: 'route' }, writeWhose(conversation, whose, decision)),
      ...(ownAgents ? plain(...writeGap(scene, ownAgents, decision.gap)) : []),
      ...(move?.steps ?? []),
    ],
    ...(move && { moved: move.moved }),
    ...(decision.chosen && { chosen: decision.chosen }),
    behind: told.behind,
    lanes: [...(move ? bothLanes(scene, move.moved) : []), ...told.lanes],
  };
}

const forwarding = {
  mayForward: true,
  answer: { kind: 'success' },
  before: [],
  behind: [],
  lanes: [],
} as const;

/** What is past is nobody's: it is written down. */
const pastRoute: PushRoute = { ...forwarding, helpdesk: undefined, mayForward: false };

interface Known {
  readonly whose: Whose;
  readonly ownAgents: Helpdesk | undefined;
  /** The question that was put to the visitor. */
  readonly asked: Pending | null;
  readonly isDown: (helpdesk: string) => boolean;
  readonly attributes: ReadonlyMap<string, string> | undefined;
}

/** Where there is nothing to choose, nobody wants to know. */
async function readPending({ bridge, tenant, conversation: id }: Scene): Promise<Pending | null> {
  if (!tenant.routing) return null;
  const [[row]] = await bridge.store.batch([readConversation({ id })]);
  return pendingIn(row?.pending ?? null);
}

function decide(
  scene: Scene,
  reading: VisitorAct,
  { whose, ownAgents, asked, isDown, attributes }: Known,
): PushDecision {
  const { tenant, now } = scene;
  const push = routedPush(reading, ownAgents);
  if (tenant.routing) {
    const given = { tenant, routing: tenant.routing, now, isDown, attributes };
    return decideWhose(whose, { push, parts: reading.parts, ...answerIn(reading, asked, scene) }, given);
  }
  const desk = helpdeskOf(tenant);
  const given = { now, ttlMs: tenant.routeTtlMs, isAlone: desk === undefined };
  const { to, route, turned, gap } = decideRoute(whose.route, push, given);
  const isForwarding = to === 'helpdesk';
  return {
    helpdesk: isForwarding ? desk : ownAgents,
    mayForward: isForwarding,
    isHandedOver: to === 'handOver',
    route,
    stay: whose.stay,
    ...(gap && { gap }),
    ...(desk && turned && { told: { desk, turned } }),
  };
}

/** Whose question the push answers, and whether that takes it there, whoever has the conversation. */
function answerIn(
  { parts }: VisitorAct,
  asked: Pending | null,
  { tenant, now }: Scene,
): { readonly answers?: string; readonly rates?: Helpdesk } {
  if (asked === null || pickOption(parts, asked, now) === undefined) return {};
  const helpdesk = desksOf(tenant).find(({ id }) => id === asked.helpdesk);
  const isRating = helpdesk && pickRating(parts, { pending: asked, helpdesk, receivedAt: now }) !== undefined;
  return { answers: asked.helpdesk, ...(isRating && { rates: helpdesk }) };
}

function routedPush(
  { writtenAt, parts, opens, ownAgents }: VisitorAct,
  desk: Helpdesk | undefined,
): RoutedPush {
  const isMessage = parts.some(({ kind }) => kind !== 'event');
  const asksForThem = desk !== undefined && isWordOf(desk.handoverWords, parts);
  return { writtenAt, isMessage, opens, asksForThem, ownAgents };
}

async function planMove(
  scene: Scene,
  { stay }: Whose,
  { stay: after, isOutage, chosen }: PushDecision,
): Promise<PassPlan | undefined> {
  const { bridge, tenant } = scene;
  const from = stay.helpdesk;
  const to = desksOf(tenant).find(({ id }) => id === after.helpdesk);
  if (from === undefined || to === undefined || from === to.id) return undefined;
  return planPass(bridge, scene, { from, to, because: isOutage ? 'outage' : 'rule', ...chosen });
}

/** What was passed on is due at once, whatever the push itself sends there. */
function bothLanes({ tenant, conversation }: Scene, { from, to }: Moved): readonly LaneId[] {
  return [from, to].map((helpdesk) => ({ kind: 'helpdesk', tenant: tenant.name, helpdesk, conversation }));
}

function tell(scene: Scene, { told }: PushDecision): Pick<PushRoute, 'behind' | 'lanes'> {
  const behind = told ? tellDesk(scene, told.desk, told.turned) : [];
  const { tenant, conversation } = scene;
  if (!told || behind.length === 0) return { behind, lanes: [] };
  return {
    behind,
    lanes: [{ kind: 'helpdesk', tenant: tenant.name, helpdesk: told.desk.id, conversation }],
  };
}

function accountOf(
  { bridge, tenant, now }: Scene,
  ownAgents: Helpdesk | undefined,
  memory: readonly MemoryTable[] = [],
): string | undefined {
  if (!ownAgents) return undefined;
  const hook = { log: bridge.log, tenant: tenant.name, helpdesk: ownAgents.id, hook: 'handOver.account' };
  const known = memoryOf(memory).value;
  return askAdapter(hook, () => ownAgents.adapter.handOver?.account?.(known, now), undefined);
}

function transferTo(account: string | undefined): PushAnswer {
  return { kind: 'transfer', ...(account !== undefined && { account }) };
}
