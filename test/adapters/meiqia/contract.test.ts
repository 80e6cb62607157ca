import type { PretendedMeiqia } from '../../../sandbox/vendors/meiqia.ts';
import {
  type Behaviour,
  behaveLike,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type PullBench,
  type TokenBench,
  type VendorError,
} from '../../contract/helpdesk.ts';
import { examplePush, pushOf, webhookOf } from './callbacks.ts';
import { APP_KEY, conversation, OPENID, openDesk, SECRET_KEY, WEBHOOK_SECRET } from './desk.ts';

const words = (text: string) => ({ ...JSON.parse(examplePush), content: text });

const pushes = (bench: HelpdeskBench): CallbackMaker => ({
  agentSays: (text) => pushOf(words(text)),
  unknownKind: () => pushOf({ ...words('x'), type: 'clue' }),
  unreadable: () => pushOf('{"content":"Hi, stranger!"}'),
  ...(bench.adapter.readCallback?.(pushOf(examplePush), bench.now()).kind === 'bell' && { rings: true }),
  proof: [{ in: 'headers', name: 'authorization' }, { in: 'part' }],
  spoilt: {
    'another tenant': (text) => pushOf(words(text), { secret: '$2a$12$of-another-app' }),
    'signed by the digest itself': (text) =>
      pushOf(words(text), { headers: { authorization: 'meiqia_sign:GWcOPQzR5Wi7lMxiU32Ru8htk/g=' } }),
    'signed for another body': (text) => ({ ...pushOf(words(text)), body: Buffer.from(`${text} `) }),
    'another method': (text) => pushOf(words(text), { method: 'GET' }),
  },
});

/** Tickets are told of by webhooks, which ring for them and hold no words. */
const webhooks = (bench: HelpdeskBench): CallbackMaker => {
  const created_at = Math.floor(bench.now() / 1000);
  const comment = (text: string) => ({
    id: text,
    event: 'new_ticket.comment',
    created_at,
    dev_client_id: OPENID,
  });
  return {
    agentSays: (text) => webhookOf(comment(text)),
    unknownKind: () => webhookOf({ event: 'robot.trained', created_at }),
    unreadable: () => webhookOf('{"event":'),
    rings: true,
    proof: [{ in: 'headers', name: 'meiqia-signature' }, { in: 'part' }],
    spoilt: {
      'another tenant': (text) => webhookOf(comment(text), { secret: 'of-another-enterprise' }),
      'another method': (text) => ({ ...webhookOf(comment(text)), method: 'GET' }),
      'two signatures, one of them wrong': (text) =>
        webhookOf(comment(text), { headers: { 'meiqia-sign': 'b1'.repeat(20) } }),
    },
  };
};

/** Answers that matter are those to the message itself, and to a look into the stream: all others may be asked again. */
const lossy: readonly string[] = ['/client/send_msg', '/conversation/'];

function behave(meiqia: PretendedMeiqia): (how: Behaviour) => Promise<void> {
  const behaveAll = behaveLike(meiqia);
  let undo: readonly (() => void)[] = [];
  return async (how) => {
    for (const each of undo) each();
    undo = [];
    const times = Number.POSITIVE_INFINITY;
    if (how === 'losesAnswers') undo = lossy.map((path) => meiqia.fail({ path, lose: true, times }));
    if (how === 'babbles') undo = lossy.map((path) => meiqia.fail({ path, html: true, times }));
    return behaveAll(undo.length > 0 ? 'works' : how);
  };
}

async function openBench(settings: object = {}): Promise<PullBench> {
  const desk = await openDesk(settings);
  const { meiqia } = desk;
  // The visitor is known before the first test of a pull.
  await desk.say('在吗');
  const before = meiqia.messages.count;
  return {
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [SECRET_KEY, APP_KEY, WEBHOOK_SECRET, ...meiqia.visitors.map(({ aesKey }) => aesKey)],
    behave: behave(meiqia),
    fail: meiqia.fail,
    received: () => meiqia.messages.all.slice(before).map(({ text = '' }) => text),
    topic: { topic: 'stream', conversation },
    agentSays: async (text) => void (await meiqia.agentSays(OPENID, text)),
    close: desk.close,
  };
}

/** A visitor's keys are what others have a token for. */
async function openTokens(): Promise<TokenBench> {
  const desk = await openDesk();
  const { meiqia } = desk;
  return {
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [SECRET_KEY, APP_KEY],
    behave: behaveLike(meiqia),
    received: () => meiqia.messages.all.map(({ text = '' }) => text),
    tokens: () =>
      meiqia.requests.all.filter(({ path, status }) => path === '/sdk/get_dev_client_id' && status === 200)
        .length,
    revokeToken: () => meiqia.changeKey(OPENID),
    close: desk.close,
  };
}

const send = '/client/send_msg';
const says = (path: string, json: object) => ({ path, answer: { body: JSON.stringify(json) } });
const alarming = { outcome: 'later', because: 'vendor', alarms: true } as const;

/** What Meiqia may answer, as far as it is known. */
const errors: readonly VendorError[] = [
  { name: 'black', fault: says(send, { success: false, black: true }), comesTo: { outcome: 'refused' } },
  {
    name: 'black at allocation',
    fault: says('/scheduler', { success: false, black: true }),
    comesTo: { outcome: 'refused' },
  },
  { name: 'nobody', fault: says(send, { success: false }), comesTo: { outcome: 'accepted' } },
  {
    name: 'nobody at allocation',
    fault: says('/scheduler', { success: false }),
    comesTo: { outcome: 'accepted' },
  },
  {
    name: 'queueing, stored',
    fault: says(send, { result: 'queueing', success: false, msg: { id: 7, conversation_id: null } }),
    comesTo: { outcome: 'accepted' },
  },
  {
    name: 'queueing, not stored',
    fault: says(send, { success: false, result: 'queueing' }),
    comesTo: { outcome: 'later', because: 'queue' },
  },
  { name: 'JSON that says nothing', fault: says(send, {}), comesTo: { outcome: 'unknown' } },
  { name: 'HTTP 400', fault: { path: send, status: 400 }, comesTo: { outcome: 'accepted' } },
  { name: 'HTTP 401', fault: { path: send, status: 401 }, comesTo: alarming },
  { name: 'HTTP 403', fault: { path: send, status: 403 }, comesTo: alarming },
  { name: 'HTTP 413', fault: { path: send, status: 413 }, comesTo: { outcome: 'refused' } },
  { name: 'HTTP 404', fault: { path: send, status: 404 }, comesTo: alarming },
  { name: 'HTTP 429', fault: { path: send, status: 429 }, comesTo: { outcome: 'later', because: 'vendor' } },
  { name: 'HTTP 500', fault: { path: send, status: 500 }, comesTo: { outcome: 'later', because: 'vendor' } },
];

helpdeskContract('meiqia, over HTTP', {
  open: openBench,
  openPull: openBench,
  openTokens,
  errors,
  callbacks: pushes,
});

helpdeskContract('meiqia, whose pushes are taken for messages', {
  open: () => openBench({ receive: 'push' }),
  callbacks: pushes,
});

helpdeskContract('meiqia, by webhooks', { open: openBench, callbacks: webhooks });
