import { numberOf } from '../../src/formats/fields.ts';
import type { FailedDelivery } from '../../src/ports/failed-delivery.ts';
import type { Effects, VendorEvent } from '../../src/ports/helpdesk.ts';
import { askFor, type Desk, enterpriseOf, type VisitorContext } from './desk.ts';
import { readEntry } from './entry.ts';
import { factsOf, startOf } from './happenings.ts';
import { note, readMemory, stateOf, writeExtra } from './memory.ts';
import { outcomeOfHarmless } from './outcome.ts';
import { routeOf } from './profile.ts';
import { eventsOfEntry } from './translate.ts';
import { readScheduled, type Scheduled } from './wire.ts';

/**
 * What asking for somebody came to. `open`, `queued`: what is written now reaches the conversation. `ticket`: nobody is
 * online, and messages are left. `closed`: nobody is online, and nothing is kept.
 */
export type Allocation =
  | ({ readonly kind: 'open'; readonly robot?: string } & Told)
  | ({ readonly kind: 'queued' | 'ticket' | 'closed' | 'blocked' } & Told)
  | { readonly kind: 'failed'; readonly outcome: FailedDelivery };

type Told = Pick<Effects, 'events' | 'wakes' | 'alarm'>;

/** Asks Meiqia for somebody who serves; `except` are agents who shall not, such as the robot. */
export async function allocate(
  desk: Desk,
  context: VisitorContext,
  except: readonly string[] = [],
): Promise<Allocation> {
  const route = routeOf(desk.settings, context.conversation, context.routing);
  const { groupToken, agentToken } = route;
  const at = desk.now();
  const asked = await askFor(desk, context, (record) =>
    desk.api.schedule(record, { groupToken, agentToken, except }, context.signal),
  );
  if (asked.kind === 'failed') return asked;
  const { answer } = asked;
  if (answer.kind !== 'ok') {
    const outcome = outcomeOfHarmless(answer, context.number);
    // No message is to blame for what could not be asked.
    const isRefused = outcome.outcome === 'refused';
    return {
      kind: 'failed',
      outcome: isRefused ? { outcome: 'later', code: outcome.code, because: 'message' } : outcome,
    };
  }
  const asking = note({ since: at, route: routeName(route) }, at);
  const told = await readAllocation(desk, context, readScheduled(answer.fields));
  return { ...told, events: [asking, ...(told.events ?? [])] };
}

/** What tells one wish from another. */
export function routeName({ groupToken = '', agentToken = '' }: ReturnType<typeof routeOf>): string {
  return `${groupToken}/${agentToken}`;
}

async function readAllocation(
  desk: Desk,
  context: VisitorContext,
  scheduled: Scheduled,
): Promise<Exclude<Allocation, { kind: 'failed' }>> {
  const at = desk.now();
  switch (scheduled.kind) {
    case 'blocked':
      return { kind: 'blocked', events: [note({ blocked: true }, at)] };
    case 'queued':
      return { kind: 'queued', ...(await tellQueued(desk, context)) };
    case 'nobody':
      return tellNobody(desk, context);
    case 'open': {
      const { conv, agent, entries } = scheduled;
      const reading = { settings: desk.settings, now: at };
      const robot = agent?.isRobot ? agent.token : undefined;
      return {
        kind: 'open',
        ...(robot !== undefined && { robot }),
        events: [
          startOf(conv, agent, { at }),
          // It is so now, whatever was heard of it before.
          note({ open: factsOf(conv, agent), blocked: false }, at),
          ...entries.flatMap((entry) => eventsOfEntry(readEntry(entry), reading)),
        ],
        ...stopPolling(context),
      };
    }
    default:
      return scheduled satisfies never;
  }
}

/** The visitor is told his place once, as far as Meiqia tells it. */
export async function tellQueued(desk: Desk, context: VisitorContext): Promise<Told> {
  const wakes = [{ name: 'queue', afterMs: desk.settings.queuePollSec * 1000 }];
  if (stateOf(readMemory(context.memory.conversation), desk.now())?.kind === 'queued') return { wakes };
  const { queueText } = await enterpriseOf(desk, context);
  const asked = await askFor(desk, context, (record) => desk.api.queuePosition(record, context.signal));
  const place =
    asked.kind === 'asked' && asked.answer.kind === 'ok'
      ? numberOf(asked.answer.fields, 'position')
      : undefined;
  const queued: VendorEvent = {
    kind: 'queued',
    ...(place !== undefined && place > 0 && { ahead: place - 1 }),
    ...(queueText !== undefined && { text: queueText }),
    keys: [`queued:${context.key}:${context.number}`],
    at: desk.now(),
  };
  return { events: [queued], wakes };
}

/** Whether messages can be left while nobody is online. */
export async function keepsTickets(desk: Desk, context: VisitorContext): Promise<boolean> {
  return desk.settings.offline === 'ticket' && (await enterpriseOf(desk, context)).takesTickets;
}

/** The visitor is told once; as long as nobody comes, he knows. */
export async function tellNobody(
  desk: Desk,
  context: VisitorContext,
): Promise<{ readonly kind: 'ticket' | 'closed' } & Told> {
  const at = desk.now();
  const { state } = readMemory(context.memory.conversation);
  const keeps = await keepsTickets(desk, context);
  const { ticketText } = await enterpriseOf(desk, context);
  const kind = keeps ? 'ticket' : 'closed';
  if (state?.kind === 'offline') return { kind, events: [note({ stillOffline: true }, at)] };
  const isServed = state?.kind === 'open' && state.isRobot;
  const offline: VendorEvent = {
    kind: 'nobodyOnline',
    keeps,
    ...(ticketText !== undefined && keeps && { text: ticketText }),
    keys: [`offline:${context.key}`],
    at,
    ...(isServed && { extra: writeExtra({ isServed: true }) }),
  };
  return { kind, events: [offline], ...stopPolling(context) };
}

function stopPolling({ memory }: VisitorContext): Pick<Effects, 'wakes'> {
  const { state } = readMemory(memory.conversation);
  return state?.kind === 'queued' ? { wakes: [{ name: 'queue', afterMs: null }] } : {};
}
