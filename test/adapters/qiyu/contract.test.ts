import { startQiyu } from '../../../sandbox/vendors/qiyu.ts';
import { createAddressGuard } from '../../../src/http/address-guard.ts';
import { createFetch } from '../../../src/http/fetch.ts';
import type { HttpResult } from '../../../src/ports/http.ts';
import {
  type Behaviour,
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
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
    proof: ['time', 'checksum', 'eventType'].map((name) => ({ in: 'query', name })),
    spoilt: {
      'too old': (text) => pushOf('MSG', body(text), { time: shifted(-301) }),
      'of the future': (text) => pushOf('MSG', body(text), { time: shifted(301) }),
      'another time than signed': (text) => pushOf('MSG', body(text), { time, query: { time: shifted(1) } }),
      'another tenant': (text) => pushOf('MSG', body(text), { time, secret: 'F'.repeat(32) }),
      'another method': (text) => ({ ...pushOf('MSG', body(text), { time }), method: 'GET' }),
    },
  };
};

const answers: Readonly<Record<Exclude<Behaviour, 'works' | 'hangs'>, HttpResult>> = {
  losesAnswers: { kind: 'lost', code: 'econnreset' },
  unreachable: { kind: 'notSent', code: 'econnrefused' },
  babbles: { kind: 'answer', status: 200, headers: {}, body: Buffer.from('<html>') },
  unavailable: { kind: 'answer', status: 503, headers: {}, body: Buffer.from('') },
};

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
      const isTaken = behaviour === 'works' || behaviour === 'losesAnswers';
      if (isTaken && call.name === '/openapi/message/send') received.push(String(sent(call).content));
      return behaviour === 'works' ? answer : answers[behaviour];
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
    let undo = (): void => undefined;
    return {
      adapter: desk.adapter,
      conversation,
      now: () => desk.clock.now,
      lines: desk.lines,
      secrets: [SECRET, KEY],
      async behave(how) {
        undo();
        undo = () => undefined;
        await qiyu.switchOn();
        if (how === 'unreachable') await qiyu.switchOff('refused');
        if (how === 'unavailable') await qiyu.switchOff('unavailable');
        const times = Number.POSITIVE_INFINITY;
        if (how === 'losesAnswers') undo = qiyu.fail({ lose: true, times });
        if (how === 'babbles') undo = qiyu.fail({ html: true, times });
        if (how === 'hangs') undo = qiyu.fail({ hang: true, times });
      },
      received: () => qiyu.messages.all.map(({ text = '' }) => text),
      async close() {
        road.close();
        await qiyu.close();
      },
    };
  },
});
