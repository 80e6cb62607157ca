import type { JsonRecord } from '../json.ts';
import type { CalledBack } from './callbacks.ts';
import type { Agent, Conv, Entry, Visitor } from './floor.ts';
import { applyTimeouts, endConv, handOn, serveQueue, startConv } from './reception.ts';
import type { Meiqia } from './route.ts';
import type { Speech } from './speech.ts';
import { changeKey } from './visitor-calls.ts';

/** What agents do in their workbench, to a visitor by his own id. */
export interface AgentSide {
  /** Whoever serves the visitor writes; with no conversation, an agent who is online begins one. */
  agentSays(ownId: string, text: string): Promise<CalledBack>;
  agentSendsPicture(ownId: string, bytes: Buffer): Promise<CalledBack>;
  /** Any kind of message, also such as nobody knows; gives its id. */
  agentSends(ownId: string, speech: Omit<Speech, 'from'> & { readonly from?: Speech['from'] }): string;
  /** Any event of the stream. */
  act(ownId: string, action: string, body?: JsonRecord): void;
  withdraw(ownId: string, messageId: string): void;
  putAgent(agent: Agent): void;
  setOnline(token: string, isOnline: boolean): void;
  endConversation(ownId: string): void;
  transfer(ownId: string, token: string): void;
  inviteRating(ownId: string): void;
  block(ownId: string, isBlocked: boolean): void;
  /** An answer to the visitor's last ticket. */
  answerTicket(ownId: string, text: string): Promise<CalledBack>;
  closeTicket(ownId: string): void;
  /** The visitor's key is another from now on. */
  changeKey(ownId: string): void;
}

export function openAgentSide(meiqia: Meiqia, push: (fields: JsonRecord) => Promise<CalledBack>): AgentSide {
  const { floor, speaker, files } = meiqia;

  function visitorOf(ownId: string): Visitor {
    const visitor = floor.byOwnId(ownId);
    if (visitor === undefined) throw new Error(`expected a visitor ${ownId}, got none`);
    return visitor;
  }
  function serving(visitor: Visitor): Conv {
    applyTimeouts(meiqia);
    const current = floor.openConv(visitor.trackId);
    if (current !== undefined) return current;
    const agent = [...floor.agents.values()].find(({ isOnline }) => isOnline);
    if (agent === undefined) throw new Error('expected an agent who is online, got none');
    return startConv(meiqia, visitor, agent.token, false).conv;
  }
  const open = (ownId: string) => floor.openConv(visitorOf(ownId).trackId);
  const say = (ownId: string, speech: Speech) => {
    const visitor = visitorOf(ownId);
    return speaker.say(visitor, serving(visitor), speech);
  };
  const change = (agent: Agent) => {
    applyTimeouts(meiqia);
    floor.agents.set(agent.token, agent);
    serveQueue(meiqia);
  };
  const lastTicket = (visitor: Visitor) =>
    [...floor.tickets.values()].findLast(({ trackId }) => trackId === visitor.trackId);

  return {
    agentSays: (ownId, text) => say(ownId, { from: 'agent', contentType: 'text', content: text }).pushed,
    agentSendsPicture(ownId, bytes) {
      const { url, key } = files.put('photo', bytes);
      return say(ownId, { from: 'agent', contentType: 'photo', content: key, mediaUrl: url }).pushed;
    },
    agentSends(ownId, speech) {
      const { entry } = say(ownId, { from: 'agent', ...speech });
      return entry.id ?? '';
    },
    act(ownId, action, body = {}) {
      const visitor = visitorOf(ownId);
      speaker.act(visitor, floor.openConv(visitor.trackId) ?? floor.lastConv(visitor.trackId), action, body);
    },
    withdraw(ownId, messageId) {
      const visitor = visitorOf(ownId);
      const entry = visitor.stream.find(({ id }) => id === messageId);
      if (entry !== undefined) entry.withdrawn = true;
      speaker.act(visitor, floor.openConv(visitor.trackId), 'withdraw_msg', { msg_id: Number(messageId) });
    },
    putAgent: change,
    setOnline(token, isOnline) {
      const agent = floor.agents.get(token);
      if (agent === undefined) throw new Error(`expected the token of an agent, got ${token}`);
      change({ ...agent, isOnline });
    },
    endConversation(ownId) {
      const conv = open(ownId);
      if (conv === undefined) throw new Error(`expected a conversation of ${ownId}, got none`);
      endConv(meiqia, conv, 'end_conv_agent');
    },
    transfer(ownId, token) {
      const conv = open(ownId);
      if (conv === undefined || !floor.agents.has(token))
        throw new Error(`expected a conversation of ${ownId}, got none`);
      handOn(meiqia, visitorOf(ownId), conv, {
        token,
        action: conv.isRobot ? 'bot_redirect_manual' : 'agent_redirect',
      });
    },
    inviteRating(ownId) {
      const visitor = visitorOf(ownId);
      const conv = floor.openConv(visitor.trackId) ?? floor.lastConv(visitor.trackId);
      speaker.act(visitor, conv, 'invite_evaluation', {});
    },
    block(ownId, isBlocked) {
      const visitor = visitorOf(ownId);
      visitor.isBlocked = isBlocked;
      speaker.act(visitor, open(ownId), isBlocked ? 'visit_black_add' : 'visit_black_del', {});
    },
    async answerTicket(ownId, text) {
      const visitor = visitorOf(ownId);
      const ticket = lastTicket(visitor);
      if (ticket === undefined) throw new Error(`expected a ticket of ${ownId}, got none`);
      const id = String(3_000_000 + visitor.replies.length);
      const entry: Entry = {
        id,
        created_on: floor.stamp(),
        fields: {
          action: 'ticket_reply',
          from_type: 'agent',
          type: 'reply',
          content_type: 'text',
          content: text,
        },
      };
      visitor.replies.push(entry);
      return push({
        clientId: visitor.trackId,
        contentType: 'text',
        content: text,
        customizedId: visitor.ownId,
        deviceOS: 'Android',
        deviceToken: visitor.deviceToken ?? '',
        fromName: '小李',
        id,
        messageId: ticket.id,
        messageTime: entry.created_on,
        type: 'reply',
      });
    },
    closeTicket(ownId) {
      const ticket = lastTicket(visitorOf(ownId));
      if (ticket !== undefined) ticket.status = 'closed';
    },
    changeKey: (ownId) => changeKey(floor, visitorOf(ownId)),
  };
}
