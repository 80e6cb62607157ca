import PQueue from 'p-queue';
import type { Conversation } from '../model/conversation.ts';
import type { Step } from '../ports/store.ts';
import { claimAsking, endAsking } from '../store/conversations.ts';
import { readMemory } from '../store/memories.ts';
import { keepLooked, readProfile } from '../store/profiles.ts';
import { readRoute } from '../store/routes.ts';
import { askAdapter } from './ask-adapter.ts';
import type { ReactionOrder } from './attempt-reaction.ts';
import { type Bridge, desksOf, type Helpdesk, helpdeskOf, type Tenant } from './bridge.ts';
import { stands } from './decide-route.ts';
import { deskOf } from './decide-stay.ts';
import { itemsOf } from './known-profile.ts';
import { addReaction } from './new-rows.ts';
import { memoryOf } from './read-row.ts';
import { whoseOf } from './route-steps.ts';

type Visitor = Pick<Conversation, 'id' | 'visitor' | 'context'>;

/** Asks merchants about visitors, beside the messages: nobody waits for it, and what is lost is asked again. */
export interface Lookups {
  /** The visitor acted: the merchant is asked unless his last answer is still good. Returns at once. */
  ask(bridge: Bridge, tenant: Tenant, visitor: Visitor): void;
  /** Takes nothing new, and ends what is under way. */
  stop(): Promise<void>;
}

/** Calls at a time, of all tenants. */
const mostAtOnce = 8;
/** So many may wait for one; whoever comes then is asked about when he acts again. */
const mostWaiting = 500;
/** So many visitors are remembered as asked about. */
const mostRemembered = 10_000;
/** A server that cannot tell is left alone about this visitor for so long. */
const failedForMs = 60_000;

export function createLookups(): Lookups {
  const queue = new PQueue({ concurrency: mostAtOnce });
  const goodUntil = new Map<string, number>();
  const stopping = new AbortController();

  function remember(id: string, until: number): void {
    goodUntil.delete(id);
    goodUntil.set(id, until);
    const [oldest] = goodUntil.keys();
    if (goodUntil.size > mostRemembered && oldest !== undefined) goodUntil.delete(oldest);
  }

  async function run(bridge: Bridge, tenant: Tenant, visitor: Visitor): Promise<void> {
    try {
      remember(visitor.id, await lookUp(bridge, tenant, { visitor, signal: stopping.signal }));
    } catch (error) {
      bridge.log.error('profile.failed', { tenant: tenant.name, conversation: visitor.id, error });
    }
  }

  return {
    ask(bridge, tenant, visitor) {
      const now = bridge.clock.now();
      const isGood = (goodUntil.get(visitor.id) ?? 0) > now;
      if (tenant.profile?.source === undefined || isGood || stopping.signal.aborted) return;
      if (queue.size >= mostWaiting) return;
      // Until the answer is there he is asked about once.
      remember(visitor.id, now + failedForMs);
      void queue.add(() => (stopping.signal.aborted ? undefined : run(bridge, tenant, visitor)));
    },
    async stop() {
      stopping.abort();
      await queue.onIdle();
    },
  };
}

/** Resolves with the time until which nothing is to be asked. */
async function lookUp(
  bridge: Bridge,
  tenant: Tenant,
  { visitor, signal }: { readonly visitor: Visitor; readonly signal: AbortSignal },
): Promise<number> {
  const source = tenant.profile?.source;
  const startedAt = bridge.clock.monotonic();
  const began = bridge.clock.now();
  const [[before]] = await bridge.store.batch([readProfile({ conversation: visitor.id })]);
  const until = Number(before?.looked_until ?? 0);
  if (source === undefined || until > began) return until;
  // He may act on several instances at the same time: one asks, and shows agents what is new.
  const id = visitor.id;
  const [mine] = await bridge.store.batch([claimAsking({ id, now: began, until: began + failedForMs })]);
  if (mine.length === 0) return began + failedForMs;
  const answer = await source.ask(
    {
      tenant: tenant.name,
      appid: tenant.channel.appid,
      visitor: visitor.visitor,
      ...(visitor.context !== undefined && visitor.context !== '' && { context: visitor.context }),
    },
    signal,
  );
  const now = bridge.clock.now();
  const tookMs = Math.round(bridge.clock.monotonic() - startedAt);
  const line = { tenant: tenant.name, conversation: visitor.id, tookMs };
  if (answer.kind === 'failed') {
    bridge.log.warn('profile.asked', { ...line, outcome: 'failed', code: answer.code });
    return now + failedForMs;
  }
  const looked = JSON.stringify(answer.items);
  const goodUntil = now + source.ttlMs;
  const keep = keepLooked({ conversation: visitor.id, looked, until: goodUntil });
  const [, [after]] = await bridge.store.batch([keep, readProfile({ conversation: id }), endAsking({ id })]);
  bridge.log.info('profile.asked', { ...line, outcome: 'known', items: answer.items.length });
  const isNews = JSON.stringify(itemsOf(before)) !== JSON.stringify(itemsOf(after));
  if (isNews) await tellHelpdesk(bridge, tenant, visitor.id);
  return goodUntil;
}

/** Agents who have the visitor are shown the news at once, where the helpdesk can; else his next message brings it. */
async function tellHelpdesk(bridge: Bridge, tenant: Tenant, conversation: string): Promise<void> {
  const helpdesk = await deskWith(bridge, tenant, conversation);
  if (!helpdesk?.adapter.sendProfile) return;
  const [memory] = await bridge.store.batch([readMemory({ helpdesk: helpdesk.id, conversation })]);
  const now = bridge.clock.now();
  const of = { log: bridge.log, tenant: tenant.name, helpdesk: helpdesk.id, hook: 'serving' };
  const known = memoryOf(memory).value;
  const serving = askAdapter(of, () => helpdesk.adapter.serving?.(known, now), undefined);
  if (serving === undefined || serving === 'nobody') return;
  await bridge.store.batch(orderProfile(tenant, helpdesk, { conversation, now }));
  bridge.lanes.wake({ kind: 'helpdesk', tenant: tenant.name, helpdesk: helpdesk.id, conversation });
}

/** `undefined`: the channel's own agents have the visitor. */
async function deskWith(
  { store, clock }: Bridge,
  tenant: Tenant,
  conversation: string,
): Promise<Helpdesk | undefined> {
  const [[row]] = await store.batch([readRoute({ conversation })]);
  const { route, stay } = whoseOf(row);
  if (stands(route, clock.now())) return undefined;
  const { routing } = tenant;
  if (!routing) return helpdeskOf(tenant);
  const desks = desksOf(tenant);
  const id = deskOf(stay, { desks: desks.map((desk) => desk.id), routing });
  return desks.find((desk) => desk.id === id);
}

function orderProfile(
  tenant: Tenant,
  helpdesk: Helpdesk,
  { conversation, now }: { readonly conversation: string; readonly now: number },
): readonly Step[] {
  const order: ReactionOrder = { action: 'profile' };
  const draft = { tenant: tenant.name, conversation, helpdesk: helpdesk.id, now } as const;
  return addReaction({ ...draft, from: { role: 'system' }, parts: [], action: 'profile', event: order });
}
