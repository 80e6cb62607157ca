// A helpdesk in one terminal: it shows what visitors write, and sends them what you type. No build: run it with
//
//   SECRET=whsec_… BRIDGE=https://bridge.example.com/callback/shop/main node examples/webhook-helpdesk/server.js
//
// It stands for yours: take, prove, do once, show; and send, sign, send again until it is written down.
// The whole protocol: adapters/webhook/openapi.yaml
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

const { SECRET = '', BRIDGE = '', HOST = '127.0.0.1', PORT = '4000', AGENT = '小李' } = process.env;
const webhook = new Webhook(SECRET);
const seen = new Set(); // yours: a unique column in a database
let visitor = ''; // who wrote last is answered

const server = createServer(async (request, response) => {
  const answer = (status, body = '') => response.writeHead(status).end(body);
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    let event;
    try {
      event = webhook.verify(body, request.headers);
    } catch {
      return answer(401); // nothing is lost: the bridge raises an alarm, and tries again
    }
    if (!seen.has(event.id)) {
      seen.add(event.id);
      take(event);
    }
    answer(204); // only now: what is not acknowledged comes again
  } catch (error) {
    console.error(error);
    answer(500);
  }
});

/** What the bridge tells. Types that you do not know are none of your business. */
function take({ type, data }) {
  if (type === 'visitor.message') {
    visitor = data.visitor;
    for (const part of data.parts) console.log(`${visitor}: ${describe(part)}`);
  }
  if (type === 'visitor.agent_asked') console.log(`${data.visitor} wants a person`);
  if (type === 'visitor.rated') console.log(`${data.visitor} rates: ${data.option.label}`);
  if (type === 'bridge.note') console.log(`(${data.visitor}: ${data.text})`);
}

function describe({ kind, text, url, name, title, option }) {
  if (kind === 'text') return text;
  return [`[${kind}]`, name ?? title ?? option?.label ?? text, url].filter(Boolean).join(' ');
}

/** Sends an event under one id until the bridge has written it down. */
async function send(type, data) {
  const id = `evt_${randomUUID()}`;
  const body = JSON.stringify({ version: 1, id, type, timestamp: new Date().toISOString(), data });
  for (let wait = 1000; ; wait = Math.min(wait * 2, 60_000)) {
    const now = new Date(); // signed anew each time: a signature lives for five minutes
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, now, body),
    };
    const answer = await fetch(BRIDGE, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.ok) return;
    if (answer?.status === 400) return console.error(`not sent: ${await answer.text()}`); // never will be
    await pause(wait);
  }
}

// One line after the other: visitors read them in the order in which they arrive.
let line = Promise.resolve();
createInterface({ input: process.stdin }).on('line', (text) => {
  const to = visitor;
  if (to === '' || text === '') return;
  const reply = { visitor: to, text, from: { role: 'agent', id: '1', name: AGENT } };
  const end = { visitor: to, session: 'terminal' };
  line = line.then(() => (text === '/end' ? send('session.ended', end) : send('agent.message', reply)));
});

server.listen(Number(PORT), HOST, () => {
  console.log(`listening on http://${HOST}:${server.address().port}`);
});
