import {
  type CallbackMaker,
  type HelpdeskBench,
  helpdeskContract,
  type VendorError,
} from '../../contract/helpdesk.ts';
import { callbackOf, eventOf, OTHER_SECRET, openDesk } from './desk.ts';

const callbacks = (bench: HelpdeskBench): CallbackMaker => {
  const now = Math.floor(bench.now() / 1000);
  const says = (text: string) => eventOf('agent.message', { text });
  return {
    agentSays: (text) => callbackOf(says(text)),
    unknownKind: () => callbackOf(eventOf('agent.yawned')),
    unreadable: () => callbackOf('{"type":'),
    ownEcho: () => callbackOf(eventOf('visitor.message', { parts: [{ kind: 'text', text: '你好' }] })),
    proof: [
      { in: 'headers', name: 'webhook-id' },
      { in: 'headers', name: 'webhook-timestamp' },
      { in: 'headers', name: 'webhook-signature' },
    ],
    freshForMs: 300_000,
    spoilt: {
      'too old': (text) => callbackOf(says(text), { time: String(now - 301) }),
      'of the future': (text) => callbackOf(says(text), { time: String(now + 301) }),
      'another time than signed': (text) =>
        callbackOf(says(text), { headers: { 'webhook-timestamp': String(now + 1) } }),
      'another id than signed': (text) => callbackOf(says(text), { headers: { 'webhook-id': 'evt_2' } }),
      'another tenant': (text) => callbackOf(says(text), { secret: OTHER_SECRET }),
      'another method': (text) => ({ ...callbackOf(says(text)), method: 'PUT' }),
    },
  };
};

const later = { outcome: 'later', because: 'vendor' } as const;
const alarming = { ...later, alarms: true } as const;
const ownFault = { outcome: 'later', because: 'message' } as const;

/** The answers of `openapi.yaml`. */
const errors: readonly VendorError[] = [
  { name: '302, elsewhere', fault: { status: 302 }, comesTo: alarming },
  { name: '400, of no table', fault: { status: 400 }, comesTo: ownFault },
  { name: '401, signature', fault: { status: 401 }, comesTo: alarming },
  { name: '403, not let in', fault: { status: 403 }, comesTo: alarming },
  { name: '404, nothing there', fault: { status: 404 }, comesTo: alarming },
  { name: '405, no POST', fault: { status: 405 }, comesTo: alarming },
  { name: '408, too slow', fault: { status: 408 }, comesTo: later },
  { name: '409, known already', fault: { status: 409 }, comesTo: { outcome: 'accepted' } },
  { name: '410, no more', fault: { status: 410 }, comesTo: alarming },
  { name: '413, too much', fault: { status: 413 }, comesTo: { outcome: 'refused' } },
  { name: '415, of no table', fault: { status: 415 }, comesTo: ownFault },
  { name: '422, never', fault: { status: 422 }, comesTo: { outcome: 'refused' } },
  { name: '425, too early', fault: { status: 425 }, comesTo: later },
  { name: '429, too often', fault: { status: 429 }, comesTo: later },
  { name: '500, broken', fault: { status: 500 }, comesTo: later },
  { name: '502, gateway', fault: { status: 502 }, comesTo: later },
  { name: '503, busy', fault: { status: 503 }, comesTo: later },
  { name: '204, an empty yes', fault: { status: 204 }, comesTo: { outcome: 'accepted' } },
  { name: '202, an empty yes', fault: { status: 202 }, comesTo: { outcome: 'accepted' } },
  { name: '200, a word', fault: { answer: { body: 'OK' } }, comesTo: { outcome: 'accepted' } },
  { name: '200, a list', fault: { answer: { body: '[]' } }, comesTo: { outcome: 'accepted' } },
  { name: '200, a page', fault: { answer: { body: ' <!DOCTYPE html>' } }, comesTo: { outcome: 'unknown' } },
  { name: '200, half a body', fault: { cut: true }, comesTo: { outcome: 'unknown' } },
  {
    name: '200, events that cannot be read',
    fault: { answer: { body: '{"id":7,"events":[{"type":"agent.message","data":{}},5]}' } },
    comesTo: { outcome: 'accepted' },
  },
];

helpdeskContract('webhook, over HTTP', { callbacks, errors, open: () => openDesk() });
