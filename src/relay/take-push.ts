import { conversationId } from '../model/conversation.ts';
import type { PlatformNews, PulledAct, PushAnswer, UnreadablePush, VisitorAct } from '../ports/channel.ts';
import { BridgeError } from '../ports/errors.ts';
import type { RawRequest } from '../ports/request.ts';
import type { Step } from '../ports/store.ts';
import { actAndGrant, closeWindow, grantBriefly } from '../store/allowance.ts';
import { type Acting, actInConversation } from '../store/conversations.ts';
import { readSeen, see } from '../store/seen.ts';
import { releaseHeld } from '../store/turns.ts';
import type { Bridge, Helpdesk, Tenant } from './bridge.ts';
import { failSent } from './fail-sent.ts';
import { keepArrival } from './keep-arrival.ts';
import { keepPlatformPush } from './keep-platform-push.ts';
import { idsToBind, rememberBound } from './known-bindings.ts';
import { contextIn, meetSessionFrom, profileSteps, type SessionFromMet } from './meet-session-from.ts';
import { logMove } from './pass-forwards.ts';
import { planPushRow } from './push-row.ts';
import { copyRaw, copyText, type RawCopy } from './raw-copy.ts';
import { type PushRoute, routeAtOnce, routePush } from './route-push.ts';
import { plain, runForRows, runTagged, type TaggedStep, tagged } from './tagged-batch.ts';

export type ProvedPush = VisitorAct | PlatformNews | UnreadablePush;

/** Each go finds a repeat, or whose the conversation is by now; nobody meets so many. */
const mostGoes = 100;

/**
 * Writes down what a proved push says, once, and resolves with its answer when that is durable. A repeat makes no
 * second row and gets the answer of the first. Rejects with `storeUnavailable` where the store cannot take it.
 */
export function takePush(
  bridge: Bridge,
  tenant: Tenant,
  push: { readonly reading: ProvedPush; readonly request: RawRequest },
): Promise<PushAnswer> {
  const { reading } = push;
  const owner = ownerOf(bridge, tenant, reading);
  return take({ bridge, tenant, reading, now: owner.now, raw: copyRaw(push.request, owner) });
}

/** The same for an entry of a page that was fetched. */
export async function takeAct(bridge: Bridge, tenant: Tenant, { reading, raw }: PulledAct): Promise<void> {
  const owner = ownerOf(bridge, tenant, reading);
  await take({ bridge, tenant, reading, now: owner.now, raw: copyText(raw, owner) });
}

function ownerOf({ clock }: Bridge, { name: tenant }: Tenant, reading: ProvedPush) {
  const problem = reading.kind === 'unreadable' ? reading.reason : null;
  return { tenant, source, now: clock.now(), problem };
}

async function take({
  reading: proved,
  ...given
}: Omit<Scene, 'key' | 'met' | 'conversation'> & { readonly reading: ProvedPush }) {
  const { tenant, now } = given;
  const { reading, met } =
    proved.kind === 'visitor'
      ? meetSessionFrom(tenant, proved, now)
      : { reading: proved, met: noSessionFrom };
  const conversation = reading.kind === 'visitor' ? conversationId(tenant.name, reading.visitor) : '';
  const scene: Scene = { ...given, key: reading.key, met, conversation };
  for (let go = 0; go < mostGoes; go += 1) {
    const answer =
      reading.kind === 'visitor' ? await keepVisitorPush(scene, reading) : await keepNews(scene, reading);
    if (answer !== undefined) {
      logPush(scene, reading, answer);
      if (reading.kind === 'visitor') lookUp(scene, reading);
      return answer;
    }
    const first = await readAnswer(scene);
    if (first !== undefined) return first;
  }
  throw new BridgeError('bug', `expected a push to be kept in ${mostGoes} goes`);
}

const source = 'push';

interface Scene {
  readonly bridge: Bridge;
  readonly tenant: Tenant;
  readonly now: number;
  readonly raw: RawCopy;
  readonly key: string;
  readonly met: SessionFromMet;
  /** Empty for what concerns no visitor. */
  readonly conversation: string;
}

const success: PushAnswer = { kind: 'success' };
const noSessionFrom: SessionFromMet = { kind: 'none' };

/** What no visitor did. `undefined`: it came before, and nothing was kept. */
async function keepNews(
  scene: Scene,
  reading: PlatformNews | UnreadablePush,
): Promise<PushAnswer | undefined> {
  const keep = markPush(scene, success);
  const missed =
    reading.kind === 'platform'
      ? await keepPlatformPush(
          { ...scene, raw: scene.raw.id, answer: JSON.stringify(success) },
          reading,
          keep,
        )
      : await runTagged(scene.bridge.store, keep);
  return missed === undefined ? success : undefined;
}

/** Stands first in a push's transaction: a repeat undoes it. */
function markPush({ tenant, now, raw, key }: Scene, answer: PushAnswer): readonly TaggedStep[] {
  const until = now + tenant.seenForMs;
  const text = answer.kind === 'success' ? null : JSON.stringify(answer);
  const mark = see({ tenant: tenant.name, source, key, until, answer: text }, 1);
  return [...tagged({ kind: 'repeat' }, mark), ...plain(raw.step)];
}

/** `undefined`: it came before, or whose the conversation is has changed meanwhile; nothing was kept. */
async function keepVisitorPush(scene: Scene, reading: VisitorAct): Promise<PushAnswer | undefined> {
  const { bridge, tenant, now, conversation: id } = scene;
  const visitor = { id, tenant: tenant.name, visitor: reading.visitor, appid: tenant.channel.appid };
  const place = { bridge, tenant, now, conversation: id };
  const route = routeAtOnce(tenant, reading) ?? (await routePush(place, reading, scene.met));
  const { helpdesk, answer } = route;
  const context = contextIn(reading) ?? null;
  const acting = { ...visitor, context, business: reading.business ?? null, now };
  const row = planPushRow(reading, route, { tenant, conversation: id, raw: scene.raw.id, now });
  const outside = helpdesk ? idsToBind(helpdesk, visitor, bridge) : [];
  const keep = markPush(scene, answer);
  // While the channel's own agents have him nothing reaches him, whatever he does.
  const isReachable = route.mayForward || !tenant.channel.ownAgents;
  const held = reading.opens && isReachable ? [releaseHeld({ conversation: id, now })] : [];
  const failed = reading.undelivered && (await failSent(place, reading.undelivered));
  const rest = plain(
    ...actSteps(acting, reading),
    ...profileSteps(id, scene.met),
    ...row.steps,
    ...route.behind,
    ...(failed?.steps ?? []),
  );
  const steps = [...keep, ...plain(...held), ...route.before, ...rest];
  if (helpdesk && outside.length > 0) {
    const kept = await keepFirstPush(scene, steps, { helpdesk, conversation: id, outside });
    if (kept === 'stale') return undefined;
    if (held.length > 0) bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: id });
    rememberBound(helpdesk, id, bridge);
  } else {
    const ran = await runForRows(bridge.store, steps);
    if ('missed' in ran) return undefined;
    const released = held.length > 0 && (ran.rows[keep.length]?.length ?? 0) > 0;
    if (released) bridge.lanes.wake({ kind: 'reply', tenant: tenant.name, conversation: id });
  }
  logChoice(scene, id, route);
  if (route.moved) logMove(bridge, { tenant, conversation: id, now }, route.moved);
  failed?.wake();
  for (const lane of route.lanes) bridge.lanes.wake(lane);
  if (helpdesk && row.isForwarded) {
    bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk: helpdesk.id, conversation: id });
  }
  if (row.wantsMedia) bridge.media.wake();
  return answer;
}

/** Which helpdesk has what the visitor begins, and by which rule; the default where none is named. */
function logChoice({ bridge, tenant }: Scene, conversation: string, { helpdesk, chosen }: PushRoute): void {
  if (chosen === undefined) return;
  bridge.log.info('route.chosen', { tenant: tenant.name, conversation, helpdesk: helpdesk?.id, ...chosen });
}

/** Binds the visitor in the same transaction, which gives him what was kept under his outside ids. */
function keepFirstPush(
  { bridge, tenant }: Scene,
  steps: readonly TaggedStep[],
  of: { readonly helpdesk: Helpdesk; readonly conversation: string; readonly outside: readonly string[] },
): Promise<'kept' | 'stale'> {
  const { helpdesk, conversation, outside } = of;
  return keepArrival(bridge, {
    tenant,
    helpdesk,
    conversation,
    raw: null,
    events: [],
    effects: { bind: outside },
    first: () => steps,
  });
}

/** The act, and what it allows us to send. */
function actSteps(acting: Acting, { grant, closes }: VisitorAct): readonly Step[] {
  const { id, now } = acting;
  if (closes) return [actInConversation(acting), closeWindow({ id })];
  if (!grant) return [actInConversation(acting)];
  const { sends, endsAt, isApart, code = null } = grant;
  return isApart
    ? [actInConversation(acting), grantBriefly({ id, sends, endsAt, now, code }, 1)]
    : [actAndGrant({ ...acting, sends, endsAt })];
}

/** What the visitor did himself is a reason to ask about him: once it is written down, and nobody waits for it. */
function lookUp({ bridge, tenant, conversation: id }: Scene, reading: VisitorAct): void {
  if (reading.ownAgents !== undefined || reading.isPast) return;
  const context = contextIn(reading);
  const { visitor } = reading;
  bridge.lookups?.ask(bridge, tenant, { id, visitor, ...(context !== undefined && { context }) });
}

/** How the push was answered when it came first; `undefined`: it did not. */
async function readAnswer({ bridge, tenant, key }: Scene): Promise<PushAnswer | undefined> {
  const [[mark]] = await bridge.store.batch([readSeen({ tenant: tenant.name, source, key })]);
  if (mark === undefined) return undefined;
  bridge.log.info('push.repeated', { tenant: tenant.name });
  return mark.answer === null ? success : (JSON.parse(mark.answer) as PushAnswer); // written above
}

function logPush(
  { bridge, tenant, met, conversation }: Scene,
  reading: ProvedPush,
  answer: PushAnswer,
): void {
  const line = { tenant: tenant.name };
  if (reading.kind === 'unreadable') {
    bridge.log.warn('push.unreadable', { ...line, reason: reading.reason });
  } else if (reading.kind === 'platform') {
    bridge.log.info('push.received', { ...line, event: reading.event.name });
  } else {
    const parts = reading.parts.map(({ kind }) => kind);
    bridge.log.info('push.received', { ...line, conversation, parts, answer: answer.kind });
    if (met.kind === 'refused') {
      bridge.log.warn('profile.refused', { ...line, conversation, reason: met.reason });
    }
  }
}
