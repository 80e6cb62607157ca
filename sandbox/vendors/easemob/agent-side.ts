import { imageSize } from 'image-size';
import type { JsonRecord } from '../json.ts';
import type { CalledBack } from './callbacks.ts';
import type { FileShelf } from './files.ts';
import {
  type Floor,
  freeAgent,
  serveWaiting,
  sessionFields,
  type Told,
  take,
  tell,
  tellEvent,
} from './floor.ts';
import type { Agent, Session } from './helpdesk.ts';
import type { Channel } from './records.ts';

/** What agents do in their workbench. Each promise is kept when Easemob is done with the callbacks of the act. */
export interface AgentSide {
  /** Whoever serves the visitor writes; with no session, an agent who is online starts one. */
  agentSays(visitor: string, text: string): Promise<CalledBack>;
  /** With a URL that this server serves to who has the secret. */
  agentSendsPicture(visitor: string, bytes: Buffer): Promise<CalledBack>;
  /** Any message in the name of who serves; `weichat` over the usual fields. */
  agentSends(visitor: string, told: Told): Promise<CalledBack>;
  /** Takes a message back by the helpdesk's own id. */
  recall(visitor: string, msgId: string): Promise<CalledBack>;
  setOnline(agentId: string, isOnline: boolean): Promise<readonly CalledBack[]>;
  endSession(visitor: string): Promise<readonly CalledBack[]>;
  transfer(visitor: string, agentId: string): Promise<readonly CalledBack[]>;
  /** For the session that runs, or the last one. */
  inviteRating(visitor: string): Promise<CalledBack>;
  /** Any callback of the IM cloud, or one of the REST channel. */
  callBack(channel: Channel, fields: JsonRecord): Promise<CalledBack>;
}

export function openAgentSide(floor: Floor, files: FileShelf): AgentSide {
  const { desk } = floor;
  let inviteId = 4710;

  function serving(visitor: string): Session {
    const current = desk.current(visitor);
    if (current?.staff !== undefined) return current;
    const agent = freeAgent(floor);
    if (agent === undefined) throw new Error('expected an agent who is online, got none');
    const session = current ?? desk.open(visitor, desk.last(visitor)?.channel ?? 'im');
    return take(floor, session, agent).session;
  }
  function expectSession(visitor: string, session = desk.current(visitor)): Session {
    if (session === undefined) throw new Error('expected a session, got none');
    return session;
  }
  function expectAgent(id: string): Agent {
    const agent = desk.agents().find((each) => each.id === id);
    if (agent === undefined) throw new Error(`expected the id of an agent, got ${id}`);
    return agent;
  }
  function send(session: Session, told: Told): Promise<CalledBack> {
    return tell(floor, session, { ...told, weichat: { ...sessionFields(floor, session), ...told.weichat } });
  }
  const agentSends = (visitor: string, told: Told) => send(serving(visitor), told);

  return {
    agentSends,
    agentSays: (visitor, msg) => agentSends(visitor, { bodies: [{ type: 'txt', msg }] }),
    agentSendsPicture(visitor, bytes) {
      const file = files.put({ bytes, name: 'picture.png', isRestricted: true });
      const size = measure(bytes);
      const body = { type: 'img', url: file.url, secret: file.secret, filename: file.name, size };
      return agentSends(visitor, { bodies: [body] });
    },
    recall: (visitor, msgId) =>
      agentSends(visitor, {
        bodies: [{ type: 'cmd', action: 'KEFU_MESSAGE_RECALL' }],
        weichat: { recall_msg_id: msgId },
      }),
    async setOnline(agentId, isOnline) {
      desk.putAgent({ ...expectAgent(agentId), isOnline });
      return Promise.all(serveWaiting(floor));
    },
    async endSession(visitor) {
      const ended = desk.put({ ...expectSession(visitor), endedAt: floor.now() });
      return Promise.all(tellEvent(floor, ended, { name: 'ServiceSessionClosedEvent' }));
    },
    transfer: async (visitor, agentId) =>
      Promise.all(take(floor, expectSession(visitor), expectAgent(agentId)).telling),
    inviteRating(visitor) {
      const session = expectSession(visitor, desk.current(visitor) ?? desk.last(visitor));
      inviteId += 1;
      return send(session, {
        bodies: [{ type: 'txt', msg: '请对我的服务做出评价' }],
        weichat: {
          ctrlType: 'inviteEnquiry',
          ctrlArgs: {
            inviteId,
            serviceSessionId: session.id,
            detail: '',
            summary: '',
            evaluationDegree: floor.settings().degrees,
          },
        },
      });
    },
    callBack: (channel, fields) => floor.callbacks.push({ channel, fields }),
  };
}

/** Width and height, if the bytes are a picture at all: an agent can send what is none. */
function measure(bytes: Buffer): { readonly width: number; readonly height: number } {
  try {
    const { width, height } = imageSize(bytes);
    return { width, height };
  } catch {
    return { width: 0, height: 0 };
  }
}
