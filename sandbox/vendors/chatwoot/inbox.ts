import type { JsonRecord } from '../json.ts';
import type { Answer, Call } from '../server.ts';
import { jsonOf, kindOf, type StoredFile, saidIn } from './read-call.ts';

export interface StoredMessage {
  readonly id: number;
  readonly conversation: StoredConversation;
  readonly content: string;
  readonly message_type: 'incoming' | 'outgoing' | 'template';
  readonly private: boolean;
  readonly content_type: string;
  readonly sender: JsonRecord;
  readonly files: readonly StoredFile[];
  status: 'sent' | 'failed';
}

export interface StoredConversation {
  readonly id: number;
  readonly visitor: string;
  status: 'open' | 'resolved';
  readonly messages: StoredMessage[];
}

interface InboxOptions {
  readonly inbox: string;
  readonly account: number;
  readonly token: string;
}

type Draft = Omit<StoredMessage, 'id' | 'conversation' | 'status'>;

const numberOf = { incoming: 0, outgoing: 1, template: 3 } as const;

/** The contacts, conversations and messages of one API inbox, and the calls that make them. */
export function openInbox({ inbox, account, token }: InboxOptions, baseUrl: () => string) {
  const names = new Map<string, string>();
  const conversations: StoredConversation[] = [];
  const files = new Map<string, StoredFile>();
  let messages = 0;

  const latestOf = (visitor: string) => conversations.findLast((one) => one.visitor === visitor);
  const needLatest = (visitor: string) => {
    const found = latestOf(visitor);
    if (found === undefined) throw new Error(`${visitor} has no conversation`);
    return found;
  };
  const add = (conversation: StoredConversation, draft: Draft): StoredMessage => {
    const message = { ...draft, id: ++messages, conversation, status: 'sent' as const };
    conversation.messages.push(message);
    for (const [place, file] of draft.files.entries()) files.set(`${message.id}-${place}/${file.name}`, file);
    // Who writes again opens what was resolved.
    if (draft.message_type === 'incoming') conversation.status = 'open';
    return message;
  };

  /** Attachments lie behind a redirect, as Rails serves them. */
  const attachmentsOf = ({ id, files: own }: StoredMessage): readonly JsonRecord[] =>
    own.map(({ name, type }, place) => ({
      id: id * 10 + place,
      message_id: id,
      account_id: account,
      file_type: kindOf(type),
      data_url: `${baseUrl()}/rails/active_storage/blobs/redirect/${id}-${place}/${encodeURIComponent(name)}`,
    }));
  const describeConversation = ({ id, visitor, status }: StoredConversation): JsonRecord => ({
    id,
    inbox_id: 1,
    status,
    channel: 'Channel::Api',
    can_reply: true,
    contact_inbox: { id: 1, contact_id: 1, inbox_id: 1, source_id: visitor },
    meta: { sender: { id: 1, name: names.get(visitor), type: 'contact' } },
  });
  /** A message as webhooks have it. */
  const describe = (message: StoredMessage): JsonRecord => {
    const { id, content, message_type, private: isPrivate, content_type, sender, conversation } = message;
    const attachments = attachmentsOf(message);
    return {
      id,
      content,
      message_type,
      private: isPrivate,
      content_type,
      content_attributes: {},
      created_at: '2023-11-14T22:13:20.000Z',
      source_id: null,
      sender,
      inbox: { id: 1, name: '微信' },
      account: { id: account, name: 'shop' },
      conversation: describeConversation(conversation),
      ...(attachments.length > 0 && { attachments }),
    };
  };

  const contactsPath = `/public/api/v1/inboxes/${inbox}/contacts`;
  const routes: readonly Route[] = [
    {
      method: 'POST',
      path: new RegExp(`^${contactsPath}$`),
      run: (_names, call) => {
        const body = jsonOf(call, [
          'source_id',
          'name',
          'identifier',
          'email',
          'phone_number',
          'custom_attributes',
        ]);
        const { source_id: visitor, name } = body ?? {};
        if (typeof visitor !== 'string' || typeof name !== 'string') return refuse(422);
        if (!names.has(visitor)) names.set(visitor, name);
        return answer({
          id: 1,
          source_id: visitor,
          name: names.get(visitor),
          email: null,
          pubsub_token: 'p',
        });
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${contactsPath}/([^/]+)/conversations$`),
      run: ([visitor = '']) => {
        if (!names.has(visitor)) return refuse(404);
        const own = conversations.filter((one) => one.visitor === visitor);
        return answer(own.map(({ id, status }) => ({ id, inbox_id: 1, status, messages: [], contact: {} })));
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${contactsPath}/([^/]+)/conversations$`),
      run: ([visitor = ''], call) => {
        if (!names.has(visitor)) return refuse(404);
        if (jsonOf(call, ['custom_attributes']) === undefined) return refuse(422);
        const id = conversations.length + 1;
        conversations.push({ id, visitor, status: 'open', messages: [] });
        return answer({ id, inbox_id: 1, messages: [], contact: {} });
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${contactsPath}/([^/]+)/conversations/(\\d+)/messages$`),
      run: ([visitor, id], call) => {
        const conversation = conversations.find((one) => one.visitor === visitor && one.id === Number(id));
        if (conversation === undefined) return refuse(404);
        const said = saidIn(call);
        if (said === undefined) return refuse(422);
        const sender = { id: 1, name: names.get(conversation.visitor), type: 'contact' };
        const draft = { message_type: 'incoming', private: false, content_type: 'text', sender } as const;
        const message = add(conversation, { ...draft, ...said });
        return {
          ...answer({ id: message.id, content: said.content, message_type: numberOf.incoming }),
          message,
        };
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^/api/v1/accounts/${account}/conversations/(\\d+)/messages$`),
      run: ([id], call) => {
        if (call.headers.api_access_token !== token) return refuse(401);
        const conversation = conversations.find((one) => one.id === Number(id));
        if (conversation === undefined) return refuse(404);
        const {
          content,
          message_type,
          private: isPrivate,
        } = jsonOf(call, ['content', 'message_type', 'private']) ?? {};
        if (typeof content !== 'string' || message_type !== 'outgoing' || isPrivate !== true)
          return refuse(422);
        const draft = { content, message_type, private: true, content_type: 'text', files: [] } as const;
        const message = add(conversation, { ...draft, sender: { id: 9, name: 'bridge', type: 'user' } });
        return { ...answer({ id: message.id, content, message_type: numberOf.outgoing }), message };
      },
    },
    {
      method: 'GET',
      path: /^\/rails\/active_storage\/blobs\/redirect\/(.+)$/,
      run: ([path = '']) => ({
        answer: {
          status: 302,
          type: 'text/plain',
          headers: { location: `${baseUrl()}/disk/${path}` },
          body: '',
        },
      }),
    },
    {
      method: 'GET',
      path: /^\/disk\/(.+)$/,
      run: ([path = '']) => {
        const file = files.get(decodeURIComponent(path));
        return file ? { answer: { status: 200, type: file.type, body: file.bytes } } : refuse(404);
      },
    },
  ];

  return {
    conversations,
    latestOf,
    needLatest,
    add,
    describe,
    describeConversation,
    handle(call: Call): Handled {
      for (const { method, path, run } of routes) {
        const found = method === call.method ? path.exec(call.path) : null;
        if (found) return run(found.slice(1), call);
      }
      return refuse(404);
    },
  };
}

interface Handled {
  readonly answer: Answer;
  /** A message that the call made. */
  readonly message?: StoredMessage;
}

interface Route {
  readonly method: string;
  readonly path: RegExp;
  run(names: readonly string[], call: Call): Handled;
}

function answer(body: object): Handled {
  return { answer: { status: 200, type: 'application/json; charset=utf-8', body: JSON.stringify(body) } };
}

function refuse(status: number): Handled {
  return { answer: { status, type: 'application/json; charset=utf-8', body: '{"error":"refused"}' } };
}
