import { describe, expect, test } from 'vitest';
import { signBytes } from '../../sandbox/vendors/webhook/signature.ts';
import { startWebhook } from '../../sandbox/vendors/webhook.ts';
import { empty, openBridgeDouble } from './bridge-double.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NOW = 1_700_000_000_000;
const time = String(NOW / 1000);

async function openBench() {
  const bridge = await openBridgeDouble(() => NOW);
  const helpdesk = await startWebhook({ secret, callbackUrl: bridge.url, now: () => NOW, resendAfterMs: 0 });
  return {
    bridge,
    helpdesk,
    async post(body: object | string, headers: Record<string, string> = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const id = headers['webhook-id'] ?? 'm_1';
      const given = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': signBytes(secret, { id, time, body: Buffer.from(text) }),
        ...headers,
      };
      const answer = await fetch(helpdesk.address, { method: 'POST', body: text, headers: given });
      return { status: answer.status, json: await answer.json() };
    },
    async [Symbol.asyncDispose]() {
      await helpdesk.close();
      await bridge.close();
    },
  };
}

const message = {
  version: 1,
  id: 'm_1',
  type: 'visitor.message',
  timestamp: '2023-11-14T22:13:20.000Z',
  data: { visitor: 'oABC_1', tenant: 'shop', appid: 'wx1', parts: [{ kind: 'text', text: '在吗' }] },
};

describe('the pretended helpdesk', () => {
  test('takes what is signed and described, once, and answers a repeat the same', async () => {
    await using bench = await openBench();
    const first = await bench.post(message);
    expect(first).toMatchObject({ status: 200, json: { events: [{ type: 'session.started' }] } });
    expect(await bench.post(message)).toEqual(first);
    expect(bench.helpdesk.textsOf('oABC_1')).toEqual(['在吗']);
    expect(bench.helpdesk.repeats).toBe(1);
  });

  test.each<[string, number, object | string, Record<string, string>]>([
    ['another signature', 401, message, { 'webhook-signature': 'v1,AAAA' }],
    ['another time', 401, message, { 'webhook-timestamp': String(Number(time) + 1) }],
    ['another content type', 415, message, { 'content-type': 'text/plain' }],
    ['another id in the body', 422, message, { 'webhook-id': 'm_2' }],
    ['no JSON', 422, '{', {}],
    ['a field that is not described', 422, { ...message, mood: 'fine' }, {}],
    ['a field that is missing', 422, { ...message, data: { ...message.data, appid: undefined } }, {}],
    ['a type that is not described', 422, { ...message, type: 'visitor.yawned' }, {}],
  ])('refuses %s', async (_what, status, body, headers) => {
    await using bench = await openBench();
    expect((await bench.post(body, headers)).status).toBe(status);
    expect(bench.helpdesk.events.count).toBe(0);
    expect(bench.helpdesk.refusals.count).toBe(1);
  });

  test('says once that nobody is there, until somebody was', async () => {
    await using bench = await openBench();
    bench.helpdesk.setStaffed(false);
    const say = (id: string) => bench.post({ ...message, id }, { 'webhook-id': id });
    expect(await say('m_1')).toMatchObject({ json: { events: [{ type: 'agents.offline' }] } });
    expect(await say('m_2')).toMatchObject({ json: { events: [] } });
    bench.helpdesk.setStaffed(true);
    expect(await say('m_3')).toMatchObject({ json: { events: [{ type: 'session.started' }] } });
  });

  test('calls back what its agent does, in order, and signed', async () => {
    await using bench = await openBench();
    await bench.helpdesk.agentSays('oABC_1', '有的');
    await bench.helpdesk.endSession('oABC_1');
    const called = bench.bridge.calls.map(({ headers, body }) => {
      const id = String(headers['webhook-id']);
      const expected = signBytes(secret, { id, time: String(headers['webhook-timestamp']), body });
      expect(headers['webhook-signature']).toBe(expected);
      return JSON.parse(body.toString()).type;
    });
    expect(called).toEqual(['session.started', 'agent.message', 'session.ended']);
  });

  test('calls again under the same id until it is heard, but not what cannot be read', async () => {
    await using bench = await openBench();
    bench.bridge.answer = () => ({ ...empty, status: 503 });
    const given = await bench.helpdesk.push({ type: 'agent.typing', data: { visitor: 'oABC_1' } });
    expect(given).toMatchObject({ isTaken: false });
    expect(given.tries).toHaveLength(bench.helpdesk.maxCallbackTries);
    expect(new Set(bench.bridge.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    bench.bridge.answer = () => ({ ...empty, status: 400 });
    const unread = await bench.helpdesk.push({ type: 'agent.typing', data: {} });
    expect(unread.tries).toHaveLength(1);
  });
});
