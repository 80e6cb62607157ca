import { type EasemobOptions, startEasemob } from '../../../sandbox/vendors/easemob.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { HttpResult } from '../../../src/ports/http.ts';
import {
  type Behaviour,
  behaveLike,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type TokenBench,
  type VendorError,
} from '../../contract/helpdesk.ts';
import {
  association,
  bodyOf,
  CALL_ID,
  CALLBACK_SECRET,
  conversation,
  type Desk,
  im,
  imCallback,
  NAME,
  NOW,
  openDesk,
  REST_SECRET,
  rest,
  restCallback,
  SERVICE,
  says,
  sent,
  TOKEN,
  text,
} from './desk.ts';

const said = (words: string) => ({ payload: { bodies: [text(words)], ext: {} }, callId: CALL_ID });

const imCallbacks = (bench: HelpdeskBench): CallbackMaker => {
  const at = bench.now();
  const make = (change: object, secret?: string, when = at) =>
    imCallback({ ...change }, { at: when, ...(secret !== undefined && { secret }) });
  return {
    agentSays: (words) => make({ ...said(words), msg_id: '1' }),
    unknownKind: () => make({ chat_type: 'hologram' }),
    ownEcho: () => make({ from: NAME, to: SERVICE }),
    proof: ['security', 'callId', 'timestamp'].map((name) => ({ in: 'body', name })),
    covers: 'nothing',
    freshForMs: 259_200_000,
    replayed: (words) => make({ ...said(`${words}!`), msg_id: '2' }),
    spoilt: {
      'too old': (words) => make(said(words), undefined, at - 259_200_001),
      'of the future': (words) => make(said(words), undefined, at + 600_001),
      'in seconds': (words) => make({ ...said(words), timestamp: Math.floor(at / 1000) }),
      'another tenant': (words) => make(said(words), 'another-secret'),
      'of another app': (words) => make({ ...said(words), appkey: 'acme#other' }),
      'of another app, by its callId': (words) => make({ ...said(words), callId: 'acme#other_1' }),
      'another method': (words) => ({ ...make(said(words)), method: 'GET' }),
      'no JSON by its type': (words) => ({ ...make(said(words)), headers: { 'content-type': 'text/plain' } }),
      'a form': () => bodyOf('callId=1&security=2'),
    },
  };
};

const restMessage = (words: string) => ({
  msg_id: '0b7f4b1e-5d0c-4d86-8c5f-0f2f3c1e9d77',
  origin_type: 'rest',
  to: conversation.visitor,
  timestamp: 1_700_000_000_000,
  bodies: [text(words)],
  ext: { agent: { user_nickname: '小李' } },
});

const restCallbacks = (bench: HelpdeskBench): CallbackMaker => {
  const expires = String(bench.now() + 60_000);
  return {
    agentSays: (words) => restCallback(restMessage(words), { expires }),
    unknownKind: () =>
      restCallback({ ...restMessage(''), ext: { event: { event_name: 'Hologram' } } }, { expires }),
    unreadable: () => restCallback('{"bodies":', { expires }),
    proof: ['authorization', 'x-auth-expires'].map((name) => ({ in: 'headers', name })),
    freshForMs: 60_000,
    spoilt: {
      stale: (words) => restCallback(restMessage(words), { expires: String(bench.now() - 1) }),
      'good for ever': (words) => restCallback(restMessage(words), { expires: '-1' }),
      'another tenant': (words) => restCallback(restMessage(words), { expires, secret: 'f'.repeat(32) }),
      'of another association': (words) => restCallback(restMessage(words), { expires, id: 'b0' }),
      'of another address': (words) =>
        restCallback(restMessage(words), { expires, signedPath: '/callback/other/main' }),
      'another method': (words) => ({ ...restCallback(restMessage(words), { expires }), method: 'PUT' }),
    },
  };
};

const answers: Readonly<Partial<Record<Behaviour, HttpResult>>> = {
  losesAnswers: { kind: 'lost', code: 'econnreset' },
  unreachable: { kind: 'notSent', code: 'econnrefused' },
  babbles: { kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') },
  unavailable: { kind: 'answer', status: 503, headers: {}, body: Buffer.from('') },
  busy: { kind: 'answer', status: 429, headers: { 'retry-after': '2' }, body: Buffer.from('') },
};

/** The relay pauses before it tries again; so soon after a failure nobody asks for a token. */
const pauseMs = 2000;

/** What the helpdesk has of a visitor: once each, by the id of a message. */
function openBench(settings: Record<string, unknown>): { bench: HelpdeskBench; desk: Desk } {
  let behaviour: Behaviour = 'works';
  const received = new Map<string, string>();
  const desk = openDesk(settings, {}, async (call, answer) => {
    if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
    const isMessage = call.name.endsWith('/messages/users') || call.name === '/rest/messages';
    if (behaviour === 'hangs') {
      return new Promise((resolve) => {
        const end = () => resolve({ kind: 'lost', code: 'aborted' });
        if (call.signal === undefined) end();
        call.signal?.addEventListener('abort', end, { once: true });
      });
    }
    if (!isMessage && (behaviour === 'losesAnswers' || behaviour === 'babbles')) return answer;
    if (isMessage && ['works', 'slow', 'losesAnswers'].includes(behaviour)) {
      const body = sent(call);
      const id = body.msg_id ?? body.ext.weichat.msg_id_for_ack;
      received.set(id, body.body?.msg ?? body.bodies?.[0].msg);
    }
    return answers[behaviour] ?? answer;
  });
  const bench: HelpdeskBench = {
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [im.clientSecret, im.clientId, CALLBACK_SECRET, REST_SECRET, 'YWMt'],
    behave(how) {
      behaviour = how;
      desk.clock.now += pauseMs;
    },
    received: () => [...received.values()],
  };
  return { bench, desk };
}

helpdeskContract('easemob over IM, whose calls are answered by hand', {
  callbacks: imCallbacks,
  open: async () => openBench(im).bench,
  async openTokens(): Promise<TokenBench> {
    let given = 0;
    let refused = '';
    let behaviour: Behaviour = 'works';
    const received: string[] = [];
    const desk = openDesk(im, {}, async (call, answer) => {
      if (call.name === '/token') {
        const fault = answers[behaviour];
        if (fault !== undefined) return fault;
        given += 1;
        return says({ ...JSON.parse(String('body' in TOKEN && TOKEN.body)), access_token: `YWMt-${given}` });
      }
      if (call.headers?.authorization === `Bearer ${refused}`) return says({ error: 'unauthorized' }, 401);
      if (call.name === '/messages/users') received.push(sent(call).body.msg);
      return answer;
    });
    return {
      adapter: desk.adapter,
      conversation,
      now: () => desk.clock.now,
      lines: desk.lines,
      secrets: [],
      behave(how) {
        behaviour = how;
        desk.clock.now += pauseMs;
      },
      received: () => received,
      tokens: () => given,
      revokeToken: () => {
        refused = `YWMt-${given}`;
      },
    };
  },
});

helpdeskContract('easemob by the REST channel, whose calls are answered by hand', {
  callbacks: restCallbacks,
  open: async () => openBench(rest).bench,
});

/** The adapter against the pretended Easemob. Faults of tokens and users are tried apart, where they are meant. */
async function openOverHttp(settings: Record<string, unknown>, options: Partial<EasemobOptions> = {}) {
  const clock = { now: NOW };
  const easemob = await startEasemob({ ...im, ...options, now: () => clock.now });
  const road = createFetch(createAddressGuard([]));
  const desk = openDesk({ ...settings, restBase: easemob.url, kefuBase: easemob.url }, {}, (call) =>
    road.fetch(call),
  );
  const misbehave = behaveLike(easemob);
  const behave = behaveLike({
    ...easemob,
    fail: (fault) => easemob.fail({ ...fault, path: pathOfMessages(settings) }),
  });
  const pass = () => {
    clock.now += pauseMs;
    desk.clock.now += pauseMs;
  };
  return {
    easemob,
    adapter: desk.adapter,
    conversation,
    now: () => desk.clock.now,
    lines: desk.lines,
    secrets: [im.clientSecret, im.clientId, CALLBACK_SECRET, REST_SECRET, 'YWMt'],
    async behave(how) {
      pass();
      await behave(how);
    },
    /** The same for every call. */
    async misbehave(how: Behaviour) {
      pass();
      await misbehave(how);
    },
    fail: (fault) => easemob.fail({ path: pathOfMessages(settings), ...fault }),
    received: () => easemob.messages.all.map(({ text: words = '' }) => words),
    async close() {
      road.close();
      await easemob.close();
    },
  } satisfies HelpdeskBench & Record<string, unknown>;
}

function pathOfMessages({ mode }: Record<string, unknown>): string {
  return mode === 'rest' ? '/api/' : '/acme/shop/messages';
}

/** What answers of the IM API say (Easemob IM, table of errors), as they stand in a call's answer. */
const imError = (status: number, error: string, more: object = {}) => ({
  answer: { status, body: JSON.stringify({ error, exception: 'x', timestamp: 1, duration: 0, ...more }) },
});
const putOff = { outcome: 'later', because: 'vendor' } as const;
const alarming = { ...putOff, alarms: true } as const;
const reachLimit = { error_description: 'message send reach limit' };

const imErrors: readonly VendorError[] = [
  { name: '400 illegal_argument', fault: imError(400, 'illegal_argument'), comesTo: { outcome: 'refused' } },
  { name: '400 json_parse', fault: imError(400, 'json_parse'), comesTo: { outcome: 'refused' } },
  {
    name: '400 invalid_parameter',
    fault: imError(400, 'invalid_parameter'),
    comesTo: { outcome: 'refused' },
  },
  {
    name: '400 14007',
    fault: imError(400, 'illegal_argument', { error_code: 14007 }),
    comesTo: { outcome: 'refused' },
  },
  { name: '413', fault: { status: 413 }, comesTo: { outcome: 'refused' } },
  { name: '400 invalid_grant', fault: { path: '', ...imError(400, 'invalid_grant') }, comesTo: alarming },
  {
    name: '404 organization_application_not_found',
    fault: { path: '', ...imError(404, 'organization_application_not_found') },
    comesTo: alarming,
  },
  { name: '401 unauthorized', fault: imError(401, 'unauthorized'), comesTo: alarming },
  { name: '401 auth_bad_access_token', fault: imError(401, 'auth_bad_access_token'), comesTo: alarming },
  { name: '403 reach limit', fault: imError(403, 'forbidden_op', reachLimit), comesTo: putOff },
  { name: '403 forbidden_op', fault: imError(403, 'forbidden_op'), comesTo: alarming },
  {
    name: '404 service_resource_not_found',
    fault: imError(404, 'service_resource_not_found'),
    comesTo: { outcome: 'refused' },
  },
  { name: '404 of somebody else', fault: { status: 404 }, comesTo: alarming },
  { name: '415 web_application', fault: imError(415, 'web_application'), comesTo: { outcome: 'refused' } },
  { name: '429 reach_limit', fault: imError(429, 'reach_limit'), comesTo: putOff },
  { name: '429 resource_limited', fault: imError(429, 'resource_limited'), comesTo: alarming },
  { name: '500', fault: imError(500, 'internal_error'), comesTo: putOff },
  { name: '502 of a gateway', fault: { status: 502 }, comesTo: putOff },
  { name: '200 with an error', fault: imError(200, 'illegal_argument'), comesTo: { outcome: 'refused' } },
  {
    name: '200 without data',
    fault: { answer: { body: '{"data":{"another":"1"}}' } },
    comesTo: { outcome: 'later', because: 'message' },
  },
];

helpdeskContract('easemob over IM, over HTTP', {
  callbacks: imCallbacks,
  errors: imErrors,
  open: () => openOverHttp(im),
  async openTokens(): Promise<TokenBench> {
    const bench = await openOverHttp(im);
    return {
      ...bench,
      behave: bench.misbehave,
      tokens: () => bench.easemob.tokensIssued,
      revokeToken: bench.easemob.revokeTokens,
    };
  },
});

const fail = (status: number, errorCode: string) => ({
  answer: { status, body: JSON.stringify({ status: 'FAIL', errorCode, errorDescription: 'x' }) },
});

const restErrors: readonly VendorError[] = [
  { name: '401', fault: fail(401, 'KEFU_401'), comesTo: alarming },
  { name: '403', fault: fail(403, 'KEFU_403'), comesTo: alarming },
  { name: '404', fault: fail(404, 'KEFU_404'), comesTo: alarming },
  { name: '400', fault: fail(400, 'KEFU_400'), comesTo: { outcome: 'refused' } },
  { name: '200 with FAIL', fault: fail(200, 'KEFU_1'), comesTo: { outcome: 'refused' } },
  { name: '429', fault: { status: 429 }, comesTo: putOff },
  { name: '500', fault: fail(500, 'KEFU_500'), comesTo: putOff },
];

helpdeskContract('easemob by the REST channel, over HTTP', {
  callbacks: restCallbacks,
  errors: restErrors,
  open: () => openOverHttp(rest, { rest: association }),
});
