import { randomBytes } from 'node:crypto';
import { openBoundedMap } from '../bounded-map.ts';
import type { ZhichiSettings } from './settings.ts';

/** Somebody who answers. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly face?: string;
  readonly isOnline: boolean;
  /** How many visitors at a time. */
  readonly capacity: number;
}

/** A visitor with an agent, running or not. */
export interface Session {
  readonly cid: string;
  readonly partnerId: string;
  readonly visitorId: string;
  readonly agentId: string;
  readonly agentName: string;
  readonly agentFace: string;
  readonly startedAt: number;
  /** When the visitor last wrote, or the session began. */
  readonly lastVisitorAt: number;
  readonly endedAt?: number;
  /** 1 the agent went offline, 2 the agent closed it, 4 silence, 5 the visitor left or another reason. */
  readonly status?: number;
  /** The grade that the visitor gave. */
  readonly score?: number;
}

/** Whom a visitor wants; `anyone` is any agent. */
export interface Wish {
  readonly groupId?: string;
  readonly agentId?: string;
  readonly isOnlyThis?: boolean;
}

/** A visitor in the queue. */
export interface Waiting {
  readonly partnerId: string;
  readonly wish: Wish;
  readonly since: number;
}

/** What Zhichi knows of agents, sessions and the queue. Nothing here pushes. */
export interface Desk {
  agents(): readonly Agent[];
  agent(id: string): Agent | undefined;
  putAgent(agent: Agent): void;
  /** A free agent, the least busy one; or why there is none. */
  find(wish: Wish): Agent | 'busy' | 'nobody';
  current(partnerId: string): Session | undefined;
  running(): readonly Session[];
  /** The visitor's last session, running or not. */
  last(partnerId: string): Session | undefined;
  sessions(): readonly Session[];
  /** Takes the visitor out of the queue. */
  open(partnerId: string, agent: Agent): Session;
  amend(session: Session, changes: Partial<Session>): Session;
  readonly queue: Map<string, Waiting>;
  /** The visitor's place; the first is 1. */
  placeOf(partnerId: string): number;
  readonly blacklist: Set<string>;
  /** Zhichi's own id of a visitor. */
  visitorId(partnerId: string): string;
}

export function openDesk(settings: () => ZhichiSettings, now: () => number, staff: readonly Agent[]): Desk {
  const agents = new Map(staff.map((agent) => [agent.id, agent]));
  const current = new Map<string, Session>();
  const last = openBoundedMap<Session>({ maxCount: 200_000 });
  const sessions = openBoundedMap<Session>({ maxCount: 200_000 });
  const visitorIds = openBoundedMap<string>({ maxCount: 200_000 });
  const queue = new Map<string, Waiting>();
  const keep = (session: Session) => {
    sessions.set(session.cid, session);
    last.set(session.partnerId, session);
    if (session.endedAt === undefined) current.set(session.partnerId, session);
    else if (current.get(session.partnerId)?.cid === session.cid) current.delete(session.partnerId);
    return session;
  };
  const loadOf = ({ id }: Agent) => [...current.values()].filter(({ agentId }) => agentId === id).length;
  const visitorId = (partnerId: string) => {
    const known = visitorIds.get(partnerId) ?? randomBytes(16).toString('hex');
    visitorIds.set(partnerId, known);
    return known;
  };
  return {
    agents: () => [...agents.values()],
    agent: (id) => agents.get(id),
    putAgent: (agent) => void agents.set(agent.id, agent),
    find(wish) {
      const online = [...agents.values()].filter(
        (agent) => agent.isOnline && isMeant(agent, wish, settings()),
      );
      if (online.length === 0) return 'nobody';
      const free = online.filter((agent) => loadOf(agent) < agent.capacity);
      return free.toSorted((one, other) => loadOf(one) - loadOf(other))[0] ?? 'busy';
    },
    current: (partnerId) => current.get(partnerId),
    running: () => [...current.values()],
    last: last.get,
    sessions: () => [...sessions.values()],
    open(partnerId, { id, name, face = '' }) {
      queue.delete(partnerId);
      return keep({
        cid: randomBytes(16).toString('hex'),
        partnerId,
        visitorId: visitorId(partnerId),
        agentId: id,
        agentName: name,
        agentFace: face,
        startedAt: now(),
        lastVisitorAt: now(),
      });
    },
    amend: (session, changes) => keep({ ...session, ...changes }),
    queue,
    placeOf: (partnerId) => [...queue.keys()].indexOf(partnerId) + 1,
    blacklist: new Set(),
    visitorId,
  };
}

function isMeant({ id }: Agent, { groupId, agentId }: Wish, { groups }: ZhichiSettings): boolean {
  if (agentId !== undefined) return id === agentId;
  if (groupId === undefined) return true;
  return groups.find((group) => group.id === groupId)?.agentIds.includes(id) ?? false;
}
