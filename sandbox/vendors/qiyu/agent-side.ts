import { imageSize } from 'image-size';
import type { CalledBack } from './callbacks.ts';
import type { Agent, Session } from './desk.ts';
import { ratingInvitation, sessionEnd, sessionStart, staffMessage } from './events.ts';
import type { FileShelf, StoredFile } from './files.ts';
import { applyTimeouts, endSession, type Floor, serveQueue, startWithAgent, type Telling } from './floor.ts';

/** What agents do in their workbench. Each promise is kept when Qiyu is done with the callbacks of the act. */
export interface AgentSide {
  /** Whoever serves the visitor writes; with no session, an agent who is online starts one. */
  agentSays(uid: string, text: string): Promise<CalledBack>;
  /** With a URL that this server serves. */
  agentSendsPicture(uid: string, bytes: Buffer): Promise<CalledBack>;
  /** Any type and content, also such as are not documented. */
  agentSends(uid: string, msgType: string | number, content: unknown): Promise<CalledBack>;
  /** Adds an agent, or changes one. */
  putAgent(agent: Agent): Promise<readonly CalledBack[]>;
  /** Who leaves, leaves the visitors alone (reason 4); who comes takes those who wait. */
  setOnline(agentId: number, isOnline: boolean): Promise<readonly CalledBack[]>;
  startSession(uid: string, agentId: number): Promise<readonly CalledBack[]>;
  /** Default reason 0: the agent closed it. */
  endSession(uid: string, reason?: number): Promise<readonly CalledBack[]>;
  /** To another agent; from the robot it is the hand-over to a human. */
  transfer(uid: string, agentId: number): Promise<readonly CalledBack[]>;
  /** For the session that runs, or the last one. */
  inviteRating(uid: string): Promise<CalledBack>;
}

export function openAgentSide(floor: Floor, files: FileShelf): AgentSide {
  const { desk, settings, now, tell } = floor;

  /** Who writes to this visitor; the session is made if there is none. */
  function serving(uid: string): Session {
    applyTimeouts(floor);
    const current = desk.current(uid);
    if (current !== undefined) return current;
    const former = desk.agent(desk.last(uid)?.agentId ?? -1);
    const agent = former?.isOnline ? former : desk.agents().find(({ isOnline }) => isOnline);
    if (agent === undefined) throw new Error('expected an agent who is online, got none');
    startWithAgent(floor, uid, agent);
    return expectSession(uid);
  }
  function expectSession(uid: string): Session {
    const session = desk.current(uid);
    if (session === undefined) throw new Error(`expected a session of ${uid}, got none`);
    return session;
  }
  function expectAgent(id: number): Agent {
    const agent = desk.agent(id);
    if (agent === undefined) throw new Error(`expected the id of an agent, got ${id}`);
    return agent;
  }
  const send = async (uid: string, msgType: string | number, content: unknown) =>
    tell(staffMessage(serving(uid), { msgType, content }, now()));

  function move(session: Session, agent: Agent): Telling {
    if (session.kind === 'robot') return startWithAgent(floor, session.uid, agent);
    const ended = desk.close(session, 5);
    const started = desk.open(session.uid, agent, { transferredFrom: session.id });
    const end = sessionEnd(desk.amend(ended, { transferredTo: started.id }), settings());
    const start = sessionStart(started, settings());
    const events = settings().transferOrder === 'endFirst' ? [end, start] : [start, end];
    return [...events.map(tell), ...serveQueue(floor)];
  }
  function change(agent: Agent): Telling {
    const due = applyTimeouts(floor);
    desk.putAgent(agent);
    const orphans = desk
      .running()
      .filter(({ kind, agentId }) => kind === 'human' && agentId === agent.id && !agent.isOnline);
    return [...due, ...orphans.flatMap((session) => endSession(floor, session, 4)), ...serveQueue(floor)];
  }

  return {
    agentSends: send,
    agentSays: (uid, text) => send(uid, 'TEXT', text),
    agentSendsPicture: (uid, bytes) =>
      send(uid, 'PICTURE', describePicture(files.put({ bytes, from: 'agent' }))),
    putAgent: async (agent) => Promise.all(change(agent)),
    setOnline: async (agentId, isOnline) => Promise.all(change({ ...expectAgent(agentId), isOnline })),
    async startSession(uid, agentId) {
      const agent = expectAgent(agentId);
      applyTimeouts(floor);
      const current = desk.current(uid);
      if (current?.kind === 'human') throw new Error(`expected no agent to serve ${uid}, got one`);
      return Promise.all(startWithAgent(floor, uid, agent));
    },
    endSession: async (uid, reason = 0) => Promise.all(endSession(floor, expectSession(uid), reason)),
    transfer: async (uid, agentId) => Promise.all(move(expectSession(uid), expectAgent(agentId))),
    async inviteRating(uid) {
      const session = desk.current(uid) ?? desk.last(uid);
      if (session?.kind !== 'human') throw new Error(`expected ${uid} to have talked to an agent`);
      return tell(ratingInvitation(session));
    },
  };
}

function describePicture({ url, bytes, md5 }: StoredFile) {
  return { url, size: bytes.length, md5, ...measure(bytes) };
}

/** Width and height, if the bytes are a picture at all: an agent can send what is none. */
function measure(bytes: Buffer): { readonly w?: number; readonly h?: number } {
  try {
    const { width, height } = imageSize(bytes);
    return { w: width, h: height };
  } catch {
    return {};
  }
}
