import { randomUUID } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import type { Channel } from './records.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly avatar?: string;
  readonly isOnline: boolean;
}

export interface Session {
  readonly id: string;
  readonly visitor: string;
  readonly channel: Channel;
  /** Nobody has taken it yet. */
  readonly state: 'waiting' | 'robot' | 'agent';
  /** Who serves. */
  readonly staff?: Pick<Agent, 'id' | 'name' | 'avatar'>;
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** What the helpdesk knows of agents and sessions. Nothing here calls back. */
export interface Helpdesk {
  agents(): readonly Agent[];
  putAgent(agent: Agent): void;
  current(visitor: string): Session | undefined;
  /** The visitor's last session, running or not. */
  last(visitor: string): Session | undefined;
  sessions(): readonly Session[];
  waiting(): readonly Session[];
  open(visitor: string, channel: Channel): Session;
  put(session: Session): Session;
}

export function openHelpdesk(now: () => number, staff: readonly Agent[]): Helpdesk {
  const agents = new Map(staff.map((agent) => [agent.id, agent]));
  const sessions = openBoundedMap<Session>({ maxCount: 200_000 });
  const last = openBoundedMap<Session>({ maxCount: 200_000 });
  const put = (session: Session) => {
    sessions.set(session.id, session);
    last.set(session.visitor, session);
    return session;
  };
  const current = (visitor: string) => {
    const session = last.get(visitor);
    return session?.endedAt === undefined ? session : undefined;
  };
  return {
    agents: () => [...agents.values()],
    putAgent: (agent) => void agents.set(agent.id, agent),
    current,
    last: last.get,
    sessions: () => [...sessions.values()],
    waiting: () =>
      [...sessions.values()].filter(({ state, endedAt }) => state === 'waiting' && endedAt === undefined),
    open: (visitor, channel) =>
      put({ id: randomUUID(), visitor, channel, state: 'waiting', startedAt: now() }),
    put,
  };
}
