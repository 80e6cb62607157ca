import { openBoundedMap } from '../bounded-map.ts';
import type { EvaluationModel, QiyuSettings, Robot } from './settings.ts';

export interface Agent {
  readonly id: number;
  readonly name: string;
  readonly icon?: string;
  readonly isOnline: boolean;
  /** How many visitors at a time. */
  readonly capacity: number;
}

export interface Session {
  readonly id: number;
  readonly uid: string;
  readonly kind: 'human' | 'robot';
  readonly agentId: number;
  readonly agentName: string;
  readonly agentIcon: string;
  readonly startedAt: number;
  /** When the visitor last wrote, or the session began. */
  readonly lastVisitorAt: number;
  /** Humans only. */
  readonly evaluationModel?: EvaluationModel;
  readonly transferredFrom?: number;
  readonly transferredTo?: number;
  readonly endedAt?: number;
  /** 0 the agent, 2 silence, 3 robot to human, 4 the agent left, 5 transferred, 1 another agent was asked for. */
  readonly closeReason?: number;
}

/** Whom a visitor wants; `anyone` is any human. */
export type Wish =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'agent'; readonly id: number }
  | { readonly kind: 'group'; readonly id: number };

export interface Waiting {
  readonly uid: string;
  readonly wish: Wish;
  readonly since: number;
}

/** What Qiyu knows of agents, sessions and the queue. Nothing here calls back. */
export interface Desk {
  agents(): readonly Agent[];
  agent(id: number): Agent | undefined;
  putAgent(agent: Agent): void;
  isMeant(agent: Agent, wish: Wish): boolean;
  /** A free agent, the least busy one; or why there is none. */
  find(wish: Wish, former?: number): Agent | 'busy' | 'nobody';

  current(uid: string): Session | undefined;
  running(): readonly Session[];
  /** The visitor's last session, running or not. */
  last(uid: string): Session | undefined;
  session(id: number): Session | undefined;
  sessions(): readonly Session[];
  /** Takes the visitor out of the queue and closes his leave-message. */
  open(uid: string, staff: Agent | Robot, link?: Pick<Session, 'transferredFrom'>): Session;
  close(session: Session, closeReason: number): Session;
  /** Notes where a session went to, or when its visitor last wrote. */
  amend(session: Session, changes: Pick<Session, 'transferredTo'> | Pick<Session, 'lastVisitorAt'>): Session;

  readonly queue: Map<string, Waiting>;
  /** How many stand before this visitor in the same line. */
  ahead(uid: string): number;
  /** Leave-messages that are open. */
  readonly leaves: Map<string, Leave>;
}

export interface Leave {
  readonly wish: Wish;
  readonly lastAt: number;
  readonly messages: number;
}

const firstSessionId = 62_927;

export function openDesk(settings: () => QiyuSettings, now: () => number, staff: readonly Agent[]): Desk {
  const agents = new Map(staff.map((agent) => [agent.id, agent]));
  const current = new Map<string, Session>();
  const last = openBoundedMap<Session>({ maxCount: 200_000 });
  const sessions = openBoundedMap<Session>({ maxCount: 200_000 });
  const queue = new Map<string, Waiting>();
  const leaves = new Map<string, Leave>();
  let sessionId = firstSessionId;

  const keep = (session: Session) => {
    sessions.set(String(session.id), session);
    if (session.endedAt === undefined) current.set(session.uid, session);
    else if (current.get(session.uid)?.id === session.id) current.delete(session.uid);
    if ((last.get(session.uid)?.id ?? 0) <= session.id) last.set(session.uid, session);
    return session;
  };
  const groupByAgent = () =>
    Map.groupBy(
      [...current.values()].filter(({ kind }) => kind === 'human'),
      ({ agentId }) => agentId,
    );
  const isMeant = (agent: Agent, wish: Wish) => {
    if (wish.kind === 'anyone') return true;
    if (wish.kind === 'agent') return agent.id === wish.id;
    const group = settings().groups.find(({ id }) => id === wish.id);
    return group?.agentIds.includes(agent.id) ?? false;
  };

  return {
    agents: () => [...agents.values()],
    agent: (id) => agents.get(id),
    putAgent: (agent) => void agents.set(agent.id, agent),
    isMeant,
    find(wish, former) {
      const online = [...agents.values()].filter((agent) => agent.isOnline && isMeant(agent, wish));
      if (online.length === 0) return 'nobody';
      const loads = groupByAgent();
      const load = ({ id }: Agent) => loads.get(id)?.length ?? 0;
      const free = online.filter((agent) => load(agent) < agent.capacity);
      const least = free.toSorted((a, b) => load(a) - load(b))[0];
      return free.find(({ id }) => id === former) ?? least ?? 'busy';
    },
    current: (uid) => current.get(uid),
    running: () => [...current.values()],
    last: last.get,
    session: (id) => sessions.get(String(id)),
    sessions: () => [...sessions.values()],
    open(uid, { id, name, icon = '', ...rest }, link = {}) {
      const kind = 'capacity' in rest ? 'human' : 'robot';
      const session = {
        id: sessionId,
        uid,
        kind,
        agentId: id,
        agentName: name,
        agentIcon: icon,
        startedAt: now(),
        lastVisitorAt: now(),
        ...(kind === 'human' && { evaluationModel: settings().evaluationModel }),
        ...link,
      } as const;
      sessionId += 1;
      queue.delete(uid);
      leaves.delete(uid);
      return keep(session);
    },
    close: (session, closeReason) => keep({ ...session, closeReason, endedAt: now() }),
    amend: (session, changes) => keep({ ...session, ...changes }),
    queue,
    ahead(uid) {
      const waiting = [...queue.values()];
      const own = queue.get(uid);
      const line = waiting.filter(({ wish }) => own !== undefined && isSameLine(wish, own.wish));
      return line.findIndex((each) => each.uid === uid);
    },
    leaves,
  };
}

export function isSameLine(one: Wish, other: Wish): boolean {
  return one.kind === other.kind && ('id' in one ? one.id : 0) === ('id' in other ? other.id : 0);
}
