import type { Part } from '../../../src/model/message.ts';
import type { Condition, Rule } from '../../../src/model/routing.ts';
import type { VendorEvent } from '../../../src/ports/helpdesk.ts';
import { agentSays, conversation, start, visitor, type World, type WorldOptions } from './world.ts';

/** Two helpdesks, `main` (the default) and `b`, beside the channel's own agents. */
export const ids = { main: 'shop/main', b: 'shop/b', c: 'shop/c', official: 'shop/official' } as const;

export type Place = keyof typeof ids;

/** A rule that leads to a helpdesk. */
export function rule(when: Condition, helpdesk: Place, change: Partial<Rule> = {}): Rule {
  return { when, helpdesk: ids[helpdesk], routing: {}, moves: false, ...change };
}

export const idleMs = 7_200_000;
export const ownTtlMs = 1_800_000;

export const rules: readonly Rule[] = [
  rule({ keyword: ['to b now'] }, 'b', { moves: true, name: 'now' }),
  rule({ keyword: ['to main now'] }, 'main', { moves: true }),
  rule({ keyword: ['to official now'] }, 'official', { moves: true }),
  rule({ sessionFrom: ['move-*'] }, 'b', { moves: true }),
  rule({ keyword: ['to official'] }, 'official'),
  rule({ keyword: ['to b'] }, 'b'),
  rule({ sessionFrom: ['b-*'] }, 'b'),
];

export function optionsOf(change: WorldOptions = {}): WorldOptions {
  return { others: { b: {} }, routing: { rules, idleMs }, ownAgents: {}, ...change };
}

/** Who has the conversation by what the store says, and whether its session goes on there. */
export async function ownerIn(
  world: World,
  of = conversation,
): Promise<{ readonly owner: string; readonly isHeld: boolean }> {
  const [row] = (await world.routes()).filter((route) => route.conversation === of);
  const now = world.clock.now();
  const isTheirs = row !== undefined && row.state !== 'ended' && Number(row.until) > now;
  if (isTheirs) return { owner: 'official', isHeld: true };
  const id = row?.helpdesk ?? ids.main;
  return { owner: id.replace('shop/', ''), isHeld: Number(row?.held_until ?? 0) > now };
}

export function enter(world: World, context?: string): Promise<unknown> {
  const part: Part = { kind: 'event', name: 'session-enter', ...(context !== undefined && { context }) };
  return world.pushPart(part);
}

let sessions = 0;

export function sessionStarted(change: object = {}): VendorEvent {
  sessions += 1;
  const session = `s${sessions}`;
  const keys = [`started-${session}`];
  return { kind: 'sessionStarted', keys, visitor, at: start, session, by: 'agent', ...change };
}

export function sessionEnded(change: object = {}): VendorEvent {
  sessions += 1;
  const keys = [`ended-${sessions}`];
  return { kind: 'sessionEnded', keys, visitor, at: start, session: 's', reason: 'agent', ...change };
}

export function agentWrites(text: string): VendorEvent {
  return agentSays(text);
}

/** Where each text was forwarded to, in order. */
export function placesOf(world: World): readonly string[] {
  return world.told.forwards.map(({ parts: [part] }, place) => {
    const text = part?.kind === 'text' ? part.text : `[${part?.kind}]`;
    return `${text} → ${world.told.desks[place]}`;
  });
}
