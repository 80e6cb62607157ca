import type { HttpResult } from '../../../src/ports/http.ts';
import {
  type Behaviour,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type TokenBench,
} from '../../contract/helpdesk.ts';
import {
  bodyOf,
  CALL_ID,
  CALLBACK_SECRET,
  conversation,
  type Desk,
  im,
  imCallback,
  NAME,
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
    unreadable: () => make({ payload: 'x' }),
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
