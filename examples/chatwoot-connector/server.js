// Joins an API inbox of Chatwoot to the bridge's webhook adapter. No build: README.md says what to set, and what was not
// tried on a real Chatwoot. Nothing is stored: a contact's source_id is the openid, and the bridge keeps what waits.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const { HOST = '127.0.0.1', PORT = '4100', INBOX_SECRET, ACCOUNT, TOKEN } = process.env;
const { SECRET, BRIDGE, CHATWOOT, INBOX, HOOK_KEY } = process.env;
for (const [name, value] of Object.entries({ SECRET, BRIDGE, CHATWOOT, INBOX, HOOK_KEY })) {
  if (!value) throw new Error(`${name} is not set: see README.md`);
}
const webhook = new Webhook(SECRET);
const contacts = `${CHATWOOT}/public/api/v1/inboxes/${INBOX}/contacts`;

const server = createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status).end();
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    if (request.url === '/bridge') return answer(await takeFromBridge(body, request.headers));
    const isTheirs = isSame(request.url, `/chatwoot/${HOOK_KEY}`);
    answer(isTheirs ? await takeFromChatwoot(body, request.headers) : 404);
  } catch (error) {
    console.error(error.message); // never a body: those are people's words. The bridge comes again after 401 and 503
    answer(error instanceof WebhookVerificationError ? 401 : (error.status ?? 503));
  }
});

// From the bridge to Chatwoot. A visitor's events come one at a time, and again until they are answered 2xx.

const taken = new Map(); // the latest by webhook-id: a repeat waits for the first, unless this process is a new one

async function takeFromBridge(body, headers) {
  const event = webhook.verify(body, headers);
  if (!taken.has(event.id)) taken.set(event.id, take(event));
  await taken.get(event.id).catch((error) => {
    taken.delete(event.id);
    throw error;
  });
  if (taken.size > 10_000) taken.delete(taken.keys().next().value);
  return 204;
}

async function take({ type, data: { visitor, parts, text } }) {
  if (type === 'visitor.message') await write(visitor, parts);
  if (type === 'visitor.agent_asked') await write(visitor, [{ kind: 'text', text: '[转人工]' }]);
  if (type === 'bridge.note' && TOKEN) await note(visitor, text);
}

/** Writes as the visitor, all parts as one message: what can be read is its text, media are its attachments. */
async function write(visitor, parts) {
  const form = new FormData();
  form.append('content', parts.map(describe).filter(Boolean).join('\n'));
  for (const { kind, url, name } of parts.filter(isAttached)) {
    const medium = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!medium.ok) throw new Error(`a medium could not be fetched: ${medium.status}`);
    const bytes = new Blob([await medium.arrayBuffer()], { type: medium.headers.get('content-type') ?? '' });
    form.append('attachments[]', bytes, name ?? (nameIn(url) || kind));
  }
  const conversation = (await findConversation(visitor)) ?? (await openConversation(visitor));
  await callChatwoot(`${contacts}/${visitor}/conversations/${conversation}/messages`, form);
}

const isAttached = ({ kind, url }) => ['image', 'voice', 'video', 'file'].includes(kind) && url;

function describe(part) {
  const { kind, text, transcript, url, name, title, label, path, option } = part;
  if (kind === 'text') return text;
  if (isAttached(part)) return transcript;
  const words = [name ?? title ?? label ?? option?.label ?? text, url ?? path];
  return [`[${kind}]`, ...words.filter(Boolean)].join(' ');
}

/** The visitor's latest conversation, unless it is resolved. Asked for each time: Chatwoot alone knows. */
async function findConversation(visitor) {
  const found = (await callChatwoot(`${contacts}/${visitor}/conversations`)) ?? []; // no contact yet
  return found.filter(({ status }) => status !== 'resolved').sort((one, other) => other.id - one.id)[0]?.id;
}

/** With a `source_id` that is there already, Chatwoot gives the contact back. */
async function openConversation(visitor) {
  await callChatwoot(contacts, { source_id: visitor, name: `微信访客 ${visitor.slice(-6)}` });
  return (await callChatwoot(`${contacts}/${visitor}/conversations`, {})).id;
}

/** For agents alone. The API of the inbox has no notes: this one needs an agent's token. */
async function note(visitor, content) {
  const conversation = await findConversation(visitor);
  if (conversation === undefined) return;
  const url = `${CHATWOOT}/api/v1/accounts/${ACCOUNT}/conversations/${conversation}/messages`;
  await callChatwoot(url, { content, message_type: 'outgoing', private: true }, { api_access_token: TOKEN });
}

/** POST where there is something to say, a form or JSON; else GET, and `undefined` where there is nothing. */
async function callChatwoot(url, said, headers = {}) {
  const isJson = said !== undefined && !(said instanceof FormData);
  const answer = await fetch(url, {
    method: said === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(isJson && { 'content-type': 'application/json' }) },
    body: isJson ? JSON.stringify(said) : said,
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok) return answer.json();
  if (said === undefined && answer.status === 404) return undefined;
  const what = `Chatwoot answered ${answer.status}`;
  throw answer.status === 422 ? refusal(what) : new Error(what);
}

/** Nobody need try again: the bridge tells the visitor, Chatwoot its agent. */
const refusal = (what) => Object.assign(new Error(what), { status: 422 });

// From Chatwoot to the bridge. Chatwoot waits five seconds; what is not answered 2xx then, its agent sees as failed.
async function takeFromChatwoot(body, headers) {
  if (INBOX_SECRET && !isSigned(body, headers)) return 401;
  const hook = JSON.parse(body);
  const conversation = hook.conversation ?? hook; // what is about a conversation is one itself
  const visitor = conversation.contact_inbox?.source_id;
  const event = visitor ? eventOf(hook, conversation) : undefined;
  return event === undefined ? 200 : tellBridge(event, visitor);
}

function isSigned(body, { 'x-chatwoot-signature': signature, 'x-chatwoot-timestamp': time }) {
  const expected = createHmac('sha256', INBOX_SECRET).update(`${time}.${body}`).digest('hex');
  return isSame(signature, `sha256=${expected}`) && Math.abs(Date.now() / 1000 - Number(time)) <= 300;
}

/** What the visitor's side is told, under an id that is the same for a repeat; nothing of most. */
function eventOf(hook, conversation) {
  const { event, message_type: from, content_attributes: attributes } = hook;
  const message = `message_${hook.id}`;
  if (event === 'message_created' && (from === 'outgoing' || from === 'template') && !hook.private) {
    const parts = partsOf(hook);
    const data = { from: senderOf(hook), parts, automatic: from === 'template' };
    return parts.length === 0 ? undefined : { id: message, type: 'agent.message', data };
  }
  if (event === 'message_updated' && attributes?.deleted) {
    return { id: `${message}_recalled`, type: 'message.recalled', data: { message } };
  }
  if (event === 'conversation_typing_on' && hook.user?.type === 'user' && !hook.is_private) {
    return { id: `typing_${conversation.id}_${Date.now()}`, type: 'agent.typing', data: {} };
  }
  if (event === 'conversation_status_changed' && conversation.status === 'resolved') {
    const session = String(conversation.id);
    const at = `${hook.updated_at ?? hook.timestamp}`.replaceAll('.', '_'); // an id has no full stop
    return { id: `resolved_${session}_${at}`, type: 'session.ended', data: { session } };
  }
}

const kinds = { image: 'image', audio: 'voice', video: 'video', file: 'file' };

/** Forms, cards and the survey are no text that a visitor of WeChat could answer. */
function partsOf({ content, content_type: type = 'text', attachments = [] }) {
  const media = attachments.filter(({ file_type, data_url }) => kinds[file_type] && data_url);
  return [
    ...(content && type === 'text' ? [{ kind: 'text', text: content }] : []),
    ...media.map(({ file_type, data_url: url }) => ({
      kind: kinds[file_type],
      url,
      name: nameIn(url) || 'file',
    })),
  ];
}

const nameIn = (url) => decodeURIComponent(new URL(url).pathname.split('/').at(-1));

function senderOf({ sender }) {
  const { id, name, type } = sender ?? {}; // null is as good as left out
  return { role: type === 'agent_bot' ? 'robot' : 'agent', id: id && String(id), name: name || null };
}

/** Signed anew for each try, under one id; three tries fit into the five seconds. */
async function tellBridge({ id, type, data }, visitor) {
  const body = JSON.stringify({ id, type, data: { visitor, ...data } });
  for (const wait of [0, 300, 1000]) {
    await pause(wait);
    const now = new Date();
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, now, body),
    };
    const signal = AbortSignal.timeout(1000);
    const answer = await fetch(BRIDGE, { method: 'POST', headers, body, signal }).catch(() => undefined);
    if (answer?.ok) return 200;
    if (answer?.status < 500)
      throw refusal(`the bridge refused ${type}: ${answer.status} ${await answer.text()}`);
  }
  return 503;
}

function isSame(one = '', other = '') {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

server.listen(Number(PORT), HOST, () => console.log(`listening on http://${HOST}:${server.address().port}`));
