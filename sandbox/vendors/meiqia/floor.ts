import { randomBytes } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import { bare } from './answers.ts';
import { openClockwork } from './clockwork.ts';
import type { MeiqiaSettings } from './settings.ts';

/** Somebody who serves. */
export interface Agent {
  readonly token: string;
  readonly nickname: string;
  readonly group?: string;
  readonly isOnline: boolean;
  /** How many visitors at a time. */
  readonly capacity: number;
}

/** A visitor, as the app's calls know him. */
export interface Visitor {
  readonly trackId: string;
  readonly browserId: string;
  readonly visitId: string;
  /** Changed where the key is made stale. */
  aesKey: string;
  ownId?: string;
  deviceToken?: string;
  statistics?: JsonRecord;
  attrs: JsonRecord;
  isBlocked: boolean;
  /** The stream, oldest first. */
  readonly stream: Entry[];
  /** Answers to tickets. */
  readonly replies: Entry[];
}

/** An entry of the stream; `id` and the ids in it are digits. */
export interface Entry {
  readonly id?: string;
  readonly created_on: string;
  readonly fields: JsonRecord;
  withdrawn?: boolean;
}

/** A conversation, open or ended. */
export interface Conv {
  readonly id: string;
  readonly trackId: string;
  agent: string;
  isRobot: boolean;
  lastVisitorAt: number;
  readonly startedAt: number;
  endedAt?: number;
  level?: number;
}

/** Messages that were left. */
export interface Ticket {
  readonly id: string;
  readonly trackId: string;
  status: 'open' | 'processed' | 'closed';
  readonly words: { readonly contentType: string; readonly content: string; readonly at: number }[];
}

/** A visitor in the queue. */
export interface Waiting {
  readonly trackId: string;
  readonly wish: Wish;
}

/** Who is asked for, and who may stand in (1 nobody, 2 the group, 3 anyone). */
export interface Wish {
  readonly agent?: string | undefined;
  readonly group?: string | undefined;
  readonly fallback: number;
}

/** What Meiqia knows: visitors, agents, conversations, the queue, tickets. Nothing here calls back. */
export interface Floor {
  readonly visitors: Map<string, Visitor>;
  readonly agents: Map<string, Agent>;
  readonly convs: Map<string, Conv>;
  readonly queue: Map<string, Waiting>;
  readonly tickets: Map<string, Ticket>;
  readonly settings: () => MeiqiaSettings;
  readonly now: () => number;
  stamp(): string;
  nextId(): string;
  nextConvId(): string;
  makeVisitor(): Visitor;
  byOwnId(ownId: string): Visitor | undefined;
  openConv(trackId: string): Conv | undefined;
  lastConv(trackId: string): Conv | undefined;
  /** A free agent who fits, the least busy one; or why there is none. */
  findAgent(wish: Wish, except: readonly string[]): Agent | 'busy' | 'nobody';
  startConv(trackId: string, agent: Pick<Agent, 'token'>, isRobot: boolean): Conv;
}

export function openFloor(settings: () => MeiqiaSettings, now: () => number, staff: readonly Agent[]): Floor {
  const visitors = new Map<string, Visitor>();
  const agents = new Map(staff.map((agent) => [agent.token, agent]));
  const convs = new Map<string, Conv>();
  const queue = new Map<string, Waiting>();
  // Beyond what a JavaScript number holds.
  let id = 9_007_199_254_740_993n;
  let convId = 904_512_377n;
  const { stamp } = openClockwork(now);
  const running = () => [...convs.values()].filter(({ endedAt }) => endedAt === undefined);
  const load = (token: string) =>
    running().filter(({ agent, isRobot }) => !isRobot && agent === token).length;
  const nextId = () => {
    id += 1n;
    return String(id);
  };
  return {
    visitors,
    agents,
    convs,
    queue,
    tickets: new Map(),
    settings,
    now,
    stamp,
    nextId,
    nextConvId: () => {
      convId += 1n;
      return String(convId);
    },
    makeVisitor() {
      const visitor: Visitor = {
        trackId: randomBytes(20).toString('base64url').slice(0, 27),
        browserId: String(17_675_910_000_000_000 + visitors.size),
        visitId: randomBytes(12).toString('hex'),
        aesKey: makeKey(settings()),
        attrs: {},
        isBlocked: false,
        stream: [],
        replies: [],
      };
      visitors.set(visitor.trackId, visitor);
      return visitor;
    },
    byOwnId: (ownId) => [...visitors.values()].find((visitor) => visitor.ownId === ownId),
    openConv: (trackId) => running().find((conv) => conv.trackId === trackId),
    lastConv: (trackId) => [...convs.values()].findLast((conv) => conv.trackId === trackId),
    findAgent({ agent, group, fallback }, except) {
      const able = [...agents.values()].filter(({ token }) => !except.includes(token));
      const wanted =
        agent === undefined
          ? able.filter((each) => group === undefined || each.group === group)
          : able.filter(({ token }) => token === agent);
      const ofGroup = group === undefined ? wanted : able.filter((each) => each.group === group);
      const circles = [wanted, ...(fallback >= 2 ? [ofGroup] : []), ...(fallback === 3 ? [able] : [])];
      const online = circles.map((circle) => circle.filter(({ isOnline }) => isOnline));
      const free = online
        .map((circle) => circle.filter(({ token, capacity }) => load(token) < capacity))
        .find((circle) => circle.length > 0);
      const [least] = (free ?? []).toSorted((one, other) => load(one.token) - load(other.token));
      return least ?? (online.some((circle) => circle.length > 0) ? 'busy' : 'nobody');
    },
    startConv(trackId, { token }, isRobot) {
      const conv: Conv = {
        id: this.nextConvId(),
        trackId,
        agent: token,
        isRobot,
        startedAt: now(),
        lastVisitorAt: now(),
      };
      convs.set(conv.id, conv);
      queue.delete(trackId);
      return conv;
    },
  };
}

export function makeKey({ keyLength }: MeiqiaSettings): string {
  return randomBytes(32).toString('base64url').slice(0, keyLength);
}

/** An entry as the stream has it. */
export function writeEntry({ id, created_on, fields, withdrawn }: Entry): JsonRecord {
  return {
    ...(id !== undefined && { id: bare(id) }),
    created_on,
    ...fields,
    ...(withdrawn && { extra: JSON.stringify({ is_withdrawn: true }) }),
  };
}

export function describeAgent(floor: Floor, conv: Conv): JsonRecord {
  const { robot } = floor.settings();
  const agent = floor.agents.get(conv.agent);
  const nickname = conv.isRobot ? (robot?.nickname ?? '') : (agent?.nickname ?? '');
  return {
    token: conv.agent,
    nickname,
    avatar: '',
    privilege: conv.isRobot ? 'bot' : 'agent',
    status: 'on_duty',
    is_online: conv.isRobot || agent?.isOnline === true,
  };
}
