import { createHash } from 'node:crypto';
import { startZhichi, type ZhichiOptions } from '../../../sandbox/vendors/zhichi.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import {
  type Behaviour,
  behaveLike,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type VendorError,
} from '../../contract/helpdesk.ts';
import {
  APP_ID,
  APP_KEY,
  COMPANY,
  callback,
  conversation,
  example,
  FORWARD_KEY,
  NOW,
  openDesk,
  PARTNER,
  paths,
  SECRET,
} from './desk.ts';

/** The adapter beside a pretended Zhichi that knows no other token than its own. */
async function openBoth(settings: Record<string, unknown> = {}, options: Partial<ZhichiOptions> = {}) {
  const zhichi = await startZhichi({ appId: APP_ID, appKey: APP_KEY, now: () => NOW, ...options });
  const road = createFetch(createAddressGuard([]));
  const desk = openDesk({}, { baseUrl: zhichi.url, ...settings }, (call) => road.fetch(call));
  const bench = {
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [APP_KEY, SECRET, FORWARD_KEY],
    behave: behaveLike(zhichi),
    fail: (fault: Parameters<typeof zhichi.fail>[0]) => void zhichi.fail(fault),
    received: () => zhichi.messages.all.map(({ content }) => content),
    async close() {
      road.close();
      await zhichi.close();
    },
  };
  return { zhichi, bench };
}

/** What a message comes to is about the call that carries it: the calls before it are asked again without harm. */
async function openMessages(settings: Record<string, unknown> = {}): Promise<HelpdeskBench> {
  const { zhichi, bench } = await openBoth(settings);
  const ofMessages = behaveLike({
    switchOn: async () => undefined,
    switchOff: async () => undefined,
    fail: (fault) => zhichi.fail({ ...fault, path: paths.send }),
  });
  return {
    ...bench,
    async behave(how: Behaviour) {
      const isAboutMessages = how === 'losesAnswers' || how === 'babbles';
      await ofMessages(isAboutMessages ? how : 'works');
      await bench.behave(isAboutMessages ? 'works' : how);
    },
  };
}

const pushes = (): CallbackMaker => {
  const body = (content: string) => ({ ...example, content });
  return {
    agentSays: (text) => callback(body(text)),
    unknownKind: () => callback({ type: 301, partnerId: PARTNER, msgId: '1' }),
    unreadable: () => callback('{"type":202,'),
    // The secret in the address is all that proves a push.
    proof: [{ in: 'part' }],
    covers: 'nothing',
    spoilt: {
      'another tenant': (text) => callback(body(text), { part: `push-${'A'.repeat(32)}` }),
      'another method': (text) => callback(body(text), { method: 'GET' }),
      'another address': (text) => callback(body(text), { part: `pull-${SECRET}` }),
    },
  };
};

/** The forwarding is signed; its body is not covered. */
const forwarding = (bench: HelpdeskBench): CallbackMaker => {
  const signed = (body: string | object, given: { readonly at?: number; readonly key?: string } = {}) => {
    const time = String(given.at ?? bench.now());
    const content = `${COMPANY}${time}635${given.key ?? FORWARD_KEY}`;
    const headers = {
      'x-log-sign': createHash('md5').update(content).digest('hex'),
      'x-log-timestamp': time,
      'x-log-randomcode': '635',
    };
    return callback(body, { part: `forward-${SECRET}`, headers });
  };
  const says = (msg: string) => {
    const { cid } = example;
    return {
      type: 'msg',
      content: [{ cid, timems: String(NOW), sender_type: '2', sender_name: '小李', msg }],
    };
  };
  return {
    agentSays: (text) => signed(says(text)),
    unknownKind: () => signed({ type: 'weather', content: [] }),
    proof: [
      { in: 'part' },
      { in: 'headers', name: 'x-log-sign' },
      { in: 'headers', name: 'x-log-timestamp' },
      { in: 'headers', name: 'x-log-randomcode' },
    ],
    covers: 'nothing',
    freshForMs: 300_000,
    spoilt: {
      'another tenant': (text) => signed(says(text), { key: 'another key' }),
      'too old': (text) => signed(says(text), { at: NOW - 301_000 }),
      'of the future': (text) => signed(says(text), { at: NOW + 301_000 }),
      'another method': (text) => ({ ...signed(says(text)), method: 'PUT' }),
    },
  };
};

const path = paths.send;
const alarming = { outcome: 'later', because: 'vendor', alarms: true } as const;

/** Zhichi, open platform, table of codes. */
const errors: readonly VendorError[] = [
  { name: '900001, no token', fault: { errcode: 900001, path }, comesTo: alarming },
  {
    name: '900002, token ended',
    fault: { errcode: 900002, path },
    comesTo: { outcome: 'later', because: 'vendor' },
  },
  { name: '900003, sign', fault: { errcode: 900003 }, comesTo: alarming },
  { name: '900004, company', fault: { errcode: 900004 }, comesTo: alarming },
  { name: '700046, edition', fault: { errcode: 700046 }, comesTo: alarming },
  { name: '999999, exception', fault: { errcode: 999999, path }, comesTo: { outcome: 'unknown' } },
  {
    name: '400001, parameters',
    fault: { errcode: 400001, path },
    comesTo: { outcome: 'refused', alarms: true },
  },
  {
    name: '400013, parameters',
    fault: { errcode: 400013, path },
    comesTo: { outcome: 'refused', alarms: true },
  },
  { name: 'a code of no table', fault: { errcode: 123456, path }, comesTo: { outcome: 'unknown' } },
  { name: 'HTTP 401', fault: { status: 401, path }, comesTo: { outcome: 'later', because: 'vendor' } },
  { name: 'HTTP 403', fault: { status: 403, path }, comesTo: { outcome: 'later', because: 'vendor' } },
  { name: 'HTTP 404', fault: { status: 404 }, comesTo: alarming },
  { name: 'HTTP 413', fault: { status: 413, path }, comesTo: { outcome: 'refused' } },
  { name: 'HTTP 429', fault: { status: 429, path }, comesTo: { outcome: 'later', because: 'vendor' } },
  { name: 'HTTP 502', fault: { status: 502, path }, comesTo: { outcome: 'later', because: 'vendor' } },
];

helpdeskContract('zhichi, by pushes', {
  open: () => openMessages(),
  callbacks: pushes,
  errors,
  async openTokens() {
    const { zhichi, bench } = await openBoth();
    return { ...bench, tokens: () => zhichi.tokens, revokeToken: zhichi.revokeToken };
  },
});

helpdeskContract('zhichi, by the record', {
  open: () => openMessages({ replies: 'record' }),
  callbacks: () => ({ ...pushes(), rings: true }),
  async openPull() {
    const { zhichi, bench } = await openBoth({ replies: 'record' });
    await zhichi.startSession(PARTNER, 'ag01');
    return {
      ...bench,
      topic: { topic: 'record', conversation },
      agentSays: async (text) => {
        await zhichi.agentSays(PARTNER, text);
      },
    };
  },
});

helpdeskContract('zhichi, by the forwarding', {
  open: () => openMessages({ replies: 'forward', forwardCompanyId: COMPANY, forwardAppKey: FORWARD_KEY }),
  callbacks: forwarding,
});
