import { startQiyu } from '../../../sandbox/vendors/qiyu.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { HttpResult } from '../../../src/ports/http.ts';
import {
  type Behaviour,
  behaveLike,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type VendorError,
} from '../../contract/helpdesk.ts';
import { conversation, NOW, openDesk, payload, pushOf, SECRET, sent } from './desk.ts';

const KEY = 'key-of-the-contract';

const callbacks = (bench: HelpdeskBench): CallbackMaker => {
  const body = (text: string) => ({ ...JSON.parse(payload('msg-text.json')), content: text });
  const time = String(Math.floor(bench.now() / 1000));
  const shifted = (sec: number) => String(Number(time) + sec);
  return {
    agentSays: (text) => pushOf('MSG', body(text), { time }),
    unknownKind: () => pushOf('SESSION_MERGED', { uid: conversation.visitor }, { time }),
    unreadable: () => pushOf('MSG', '{"uid":', { time }),
    ownEcho: () => pushOf('CLIENT_MESSAGE', { foreign_id: conversation.visitor, content: '你好' }, { time }),
    proof: [
      { in: 'query', name: 'time' },
      { in: 'query', name: 'checksum' },
      { in: 'query', name: 'eventType', isFree: true },
    ],
    freshForMs: 300_000,
    spoilt: {
      'too old': (text) => pushOf('MSG', body(text), { time: shifted(-301) }),
      'of the future': (text) => pushOf('MSG', body(text), { time: shifted(301) }),
      'another time than signed': (text) => pushOf('MSG', body(text), { time, query: { time: shifted(1) } }),
      'another tenant': (text) => pushOf('MSG', body(text), { time, secret: 'F'.repeat(32) }),
      'another method': (text) => ({ ...pushOf('MSG', body(text), { time }), method: 'GET' }),
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

const send = '/openapi/message/send';
const alarming = { outcome: 'later', because: 'vendor', alarms: true } as const;

/** Qiyu, message interface, table of error codes. */
const errors: readonly VendorError[] = [
  { name: '14001, appKey', fault: { errcode: 14001 }, comesTo: alarming },
  { name: '14002, checksum', fault: { errcode: 14002 }, comesTo: alarming },
  { name: '14003, time', fault: { errcode: 14003 }, comesTo: alarming },
  { name: '14004, fields', fault: { errcode: 14004, path: send }, comesTo: { outcome: 'refused' } },
  { name: '14005, nobody online', fault: { errcode: 14005, path: send }, comesTo: { outcome: 'accepted' } },
  { name: '14006, in the queue', fault: { errcode: 14006, path: send }, comesTo: { outcome: 'accepted' } },
  {
    name: '14007, visitor unknown',
    fault: { errcode: 14007, path: send },
    comesTo: { outcome: 'later', because: 'message' },
  },
  { name: '14008, address', fault: { errcode: 14008 }, comesTo: alarming },
  { name: '14009, too often', fault: { errcode: 14009 }, comesTo: { outcome: 'later', because: 'vendor' } },
  { name: '14010, closed', fault: { errcode: 14010 }, comesTo: { outcome: 'later', because: 'nobody' } },
  {
    name: '14403, not ready',
    fault: { errcode: 14403, path: send },
    comesTo: { outcome: 'later', because: 'message' },
  },
  { name: '14500, internal', fault: { errcode: 14500 }, comesTo: { outcome: 'later', because: 'message' } },
  { name: '14501, too much', fault: { errcode: 14501, path: send }, comesTo: { outcome: 'refused' } },
  { name: '14515, permission', fault: { errcode: 14515 }, comesTo: alarming },
  {
    name: 'a code of no table',
    fault: { errcode: 19999, path: send },
    comesTo: { outcome: 'later', because: 'message' },
  },
];

helpdeskContract('qiyu, whose calls are answered by hand', {
  callbacks,
  async open() {
    let behaviour: Behaviour = 'works';
    const received: string[] = [];
    const desk = openDesk({}, { appKey: KEY }, async (call, answer) => {
      if (call.signal?.aborted) return { kind: 'notSent', code: 'aborted' };
      if (behaviour === 'hangs') {
        return new Promise((resolve) => {
          call.signal?.addEventListener('abort', () => resolve({ kind: 'lost', code: 'aborted' }), {
            once: true,
          });
        });
      }
      const isTaken = ['works', 'slow', 'losesAnswers'].includes(behaviour);
      if (isTaken && call.name === '/openapi/message/send') received.push(String(sent(call).content));
      return answers[behaviour] ?? answer;
    });
    return {
      adapter: desk.adapter,
      conversation,
      now: () => desk.clock.now,
      lines: desk.lines,
      secrets: [SECRET, KEY],
      behave: (how) => {
        behaviour = how;
      },
      received: () => received,
    };
  },
});

helpdeskContract('qiyu, over HTTP', {
  callbacks,
  errors,
  async open() {
    const qiyu = await startQiyu({
      appKey: KEY,
      appSecret: SECRET,
      perInterfaceRate: Number.POSITIVE_INFINITY,
      perTenantRate: Number.POSITIVE_INFINITY,
      now: () => NOW,
    });
    const road = createFetch(createAddressGuard([]));
    const desk = openDesk({}, { appKey: KEY, baseUrl: qiyu.url }, (call) => road.fetch(call));
    return {
      adapter: desk.adapter,
      conversation,
      now: () => desk.clock.now,
      lines: desk.lines,
      secrets: [SECRET, KEY],
      behave: behaveLike(qiyu),
      fail: qiyu.fail,
      received: () => qiyu.messages.all.map(({ text = '' }) => text),
      async close() {
        road.close();
        await qiyu.close();
      },
    };
  },
});
