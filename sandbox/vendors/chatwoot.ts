import { createHmac, randomUUID } from 'node:crypto';
import { openInbox, type StoredMessage } from './chatwoot/inbox.ts';
import type { JsonRecord } from './json.ts';
import { type OutgoingResult, openOutgoing } from './outgoing.ts';
import { openServer, type VendorServer } from './server.ts';

export type { StoredConversation, StoredMessage } from './chatwoot/inbox.ts';

export interface ChatwootOptions {
  /** The identifier of the API inbox, in the address of the calls of visitors. */
  readonly inbox: string;
  /** Where the inbox's webhook goes; changed by `changeSettings`. */
  readonly webhookUrl?: string;
  /** Signs the webhooks; older versions have none. */
  readonly webhookSecret?: string;
  readonly account: number;
  /** `api_access_token` of an agent. */
  readonly token: string;
}

/**
 * A pretended Chatwoot with one API inbox, from its public documents: developers.chatwoot.com (client API, application API)
 * and the guide on webhooks. It refuses what the documents do not name, where a real one overlooks it.
 */
export interface PretendedChatwoot extends VendorServer, Pick<ReturnType<typeof openInbox>, 'conversations'> {
  changeSettings(changes: { readonly webhookUrl: string }): void;
  /** What visitors and agents wrote to the visitor's latest conversation, oldest first. */
  messagesOf(visitor: string): readonly StoredMessage[];
  /** An agent writes. His webhook goes out once, and has 5 seconds: a message that is not taken is `failed`. */
  agentSays(
    visitor: string,
    content: string,
    how?: {
      readonly private?: boolean;
      readonly type?: 'outgoing' | 'template';
      /** A file, served from an address that redirects as Rails' does. */
      readonly file?: { readonly name: string; readonly type: string; readonly bytes: Buffer };
      /** The message has a form of Chatwoot's own. */
      readonly contentType?: string;
    },
  ): Promise<StoredMessage>;
  /** The agent deletes a message. */
  deleteMessage(message: StoredMessage): Promise<unknown>;
  agentTypes(visitor: string): Promise<unknown>;
  resolve(visitor: string): Promise<unknown>;
  /** Repeats the webhook of a message, as newer versions do after a lost answer. */
  repeat(message: StoredMessage): Promise<OutgoingResult>;
}

const webhookTimeoutMs = 5000;
const agent = { id: 7, name: '小李', email: 'li@example.com', type: 'user' };

export async function startChatwoot(options: ChatwootOptions): Promise<PretendedChatwoot> {
  const { webhookSecret } = options;
  let { webhookUrl = '' } = options;
  const outgoing = openOutgoing();
  const inbox = openInbox(options, () => server.url);
  const server: VendorServer = await openServer({
    host: '127.0.0.1',
    port: 0,
    now: Date.now,
    keep: 1000,
    refuse: (status) => ({ status, type: 'application/json', body: '{"error":"refused"}' }),
    handle(call) {
      const { answer, message } = inbox.handle(call);
      // What visitors write is told too, and has to be left alone.
      if (message) void tell({ ...inbox.describe(message), event: 'message_created' });
      return answer;
    },
  });

  function tell(event: JsonRecord): Promise<OutgoingResult> {
    const body = JSON.stringify(event);
    const time = String(Math.floor(Date.now() / 1000));
    const sign = (secret: string) =>
      `sha256=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      ...(webhookSecret !== undefined && {
        'x-chatwoot-timestamp': time,
        'x-chatwoot-signature': sign(webhookSecret),
        'x-chatwoot-delivery': randomUUID(),
      }),
    };
    const call = { method: 'POST', url: webhookUrl, headers, body: Buffer.from(body) };
    return outgoing.call({ ...call, timeoutMs: webhookTimeoutMs });
  }
  async function tellMessage(message: StoredMessage): Promise<OutgoingResult> {
    const result = await tell({ ...inbox.describe(message), event: 'message_created' });
    message.status = result.kind === 'answer' && result.status < 300 ? 'sent' : 'failed';
    return result;
  }

  return {
    ...server,
    get switchedOff() {
      return server.switchedOff;
    },
    changeSettings(changes) {
      webhookUrl = changes.webhookUrl;
    },
    conversations: inbox.conversations,
    messagesOf: (visitor) => inbox.latestOf(visitor)?.messages ?? [],
    async agentSays(visitor, content, how = {}) {
      const message = inbox.add(inbox.needLatest(visitor), {
        content,
        message_type: how.type ?? 'outgoing',
        private: how.private ?? false,
        content_type: how.contentType ?? 'text',
        sender: agent,
        files: how.file ? [how.file] : [],
      });
      await tellMessage(message);
      return message;
    },
    deleteMessage(message) {
      const deleted = { content: 'This message was deleted', content_attributes: { deleted: true } };
      return tell({ ...inbox.describe(message), ...deleted, event: 'message_updated' });
    },
    agentTypes(visitor) {
      const conversation = inbox.describeConversation(inbox.needLatest(visitor));
      return tell({ event: 'conversation_typing_on', user: agent, conversation, is_private: false });
    },
    resolve(visitor) {
      const conversation = inbox.needLatest(visitor);
      conversation.status = 'resolved';
      const event = {
        event: 'conversation_status_changed',
        changed_attributes: [],
        updated_at: 1_700_000_000.5,
      };
      return tell({ ...inbox.describeConversation(conversation), ...event });
    },
    repeat: tellMessage,
    async close() {
      outgoing.close();
      await server.close();
    },
  };
}
