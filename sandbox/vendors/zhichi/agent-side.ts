import type { JsonRecord } from '../json.ts';
import type { Agent, Session } from './desk.ts';
import type { FileShelf } from './files.ts';
import {
  applyTimeouts,
  endSession,
  type Floor,
  newMessageId,
  pushNow,
  pushTypes,
  record,
  serveQueue,
  startSession,
  tell,
  tellStart,
} from './floor.ts';
import type { Pushed } from './pushes.ts';

/** What agents do in their workbench. Each promise is kept when Zhichi is done with the pushes of the act. */
export interface AgentSide {
  /** Whoever served the visitor last writes, also after the end; to a stranger an agent who is online does. */
  agentSays(partnerId: string, text: string): Promise<Pushed>;
  /** With a URL that this server serves. */
  agentSendsPicture(partnerId: string, bytes: Buffer): Promise<Pushed>;
  /** Any type and content. */
  agentSends(partnerId: string, type: string | number, content: unknown): Promise<Pushed>;
  /** It is in the record, and nobody is told. */
  agentWritesUnseen(partnerId: string, text: string): void;
  /** Adds an agent, or changes one. */
  putAgent(agent: Agent): Promise<readonly Pushed[]>;
  /** Who leaves, leaves the visitors alone (status 1); who comes takes those who wait. */
  setOnline(agentId: string, isOnline: boolean): Promise<readonly Pushed[]>;
  startSession(partnerId: string, agentId: string): Promise<readonly Pushed[]>;
  /** Default status 2: the agent closed it. */
  endSession(partnerId: string, status?: number): Promise<readonly Pushed[]>;
  transfer(partnerId: string, agentId: string): Promise<readonly Pushed[]>;
  /** For the session that runs, or the last one. */
  inviteRating(partnerId: string): Promise<readonly Pushed[]>;
  recall(partnerId: string, messageId: string): Promise<readonly Pushed[]>;
  blacklist(partnerId: string): void;
}

export function openAgentSide(floor: Floor, files: FileShelf): AgentSide {
  const { desk } = floor;

  function expectSession(partnerId: string): Session {
    const session = desk.current(partnerId);
    if (session === undefined) throw new Error(`expected a session of ${partnerId}, got none`);
    return session;
  }
  function expectAgent(id: string): Agent {
    const agent = desk.agent(id);
    if (agent === undefined) throw new Error(`expected the id of an agent, got ${id}`);
    return agent;
  }
  /** The session in which an agent writes; one that is over stays over. */
  function writingIn(partnerId: string): Session {
    applyTimeouts(floor);
    const known = desk.current(partnerId) ?? desk.last(partnerId);
    if (known !== undefined) return known;
    const agent = desk.agents().find(({ isOnline }) => isOnline);
    if (agent === undefined) throw new Error('expected an agent who is online, got none');
    const session = startSession(floor, partnerId, agent);
    tellStart(floor, session);
    return session;
  }
  function send(
    partnerId: string,
    said: { readonly type: string | number; readonly content: unknown; readonly text?: string },
  ): Promise<Pushed> {
    const session = writingIn(partnerId);
    const { cid, agentId, agentName, agentFace } = session;
    const text =
      said.text ?? (typeof said.content === 'string' ? said.content : JSON.stringify(said.content));
    record(floor, session, { sender: 2, type: recordTypes[said.type] ?? 3, msg: text });
    return pushNow(floor, partnerId, {
      type: pushTypes.message,
      msgId: newMessageId(),
      content: said.content,
      msgType: said.type,
      aname: agentName,
      aface: agentFace,
      aid: agentId,
      cid,
    });
  }
  const about = (partnerId: string, fields: JsonRecord & { readonly type: number }) =>
    Promise.all(tell(floor, partnerId, fields));

  return {
    agentSends: (partnerId, type, content) => send(partnerId, { type, content }),
    agentSays: (partnerId, text) => send(partnerId, { type: 'text', content: text }),
    agentSendsPicture: (partnerId, bytes) =>
      send(partnerId, { type: 'image', content: files.put({ bytes }).url }),
    agentWritesUnseen: (partnerId, text) =>
      record(floor, writingIn(partnerId), { sender: 2, type: 0, msg: text }),
    async putAgent(agent) {
      desk.putAgent(agent);
      return Promise.all(serveQueue(floor));
    },
    async setOnline(agentId, isOnline) {
      const due = applyTimeouts(floor);
      desk.putAgent({ ...expectAgent(agentId), isOnline });
      const orphans = isOnline ? [] : desk.running().filter((session) => session.agentId === agentId);
      const left = orphans.flatMap((session) => endSession(floor, session, 1));
      return Promise.all([...due, ...left, ...serveQueue(floor)]);
    },
    async startSession(partnerId, agentId) {
      return Promise.all(tellStart(floor, startSession(floor, partnerId, expectAgent(agentId))));
    },
    endSession: async (partnerId, status = 2) =>
      Promise.all(endSession(floor, expectSession(partnerId), status)),
    async transfer(partnerId, agentId) {
      const { id, name, face = '' } = expectAgent(agentId);
      const changes = { agentId: id, agentName: name, agentFace: face };
      const { cid } = desk.amend(expectSession(partnerId), changes);
      return about(partnerId, { type: pushTypes.transferred, name, face, cid });
    },
    async inviteRating(partnerId) {
      const session = desk.current(partnerId) ?? desk.last(partnerId);
      if (session === undefined) throw new Error(`expected ${partnerId} to have talked to an agent`);
      const { cid, agentName } = session;
      return about(partnerId, { type: pushTypes.ratingAsked, aname: agentName, isQuestionFlag: 0, cid });
    },
    recall: (partnerId, messageId) => about(partnerId, { type: pushTypes.recalled, revokeMsgId: messageId }),
    blacklist: (partnerId) => void desk.blacklist.add(partnerId),
  };
}

const recordTypes: Readonly<Record<string, 0 | 1 | 2 | undefined>> = {
  text: 0,
  image: 1,
  voice: 2,
  0: 0,
  1: 1,
  2: 2,
};
