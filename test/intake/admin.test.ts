import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AdminOptions, createAdminApp, type Readiness } from '../../src/intake/admin.ts';
import { listen } from '../../src/intake/listener.ts';
import type { Log } from '../../src/ports/log.ts';
import { openAgency } from '../agency/open-agency.ts';

const ready: Readiness = { ready: true, store: 'ok' };

async function openAdmin(
  given: Partial<AdminOptions> & { readonly readiness?: () => Promise<Readiness> } = {},
) {
  const lines: string[] = [];
  const write = (event: string, fields?: object) => lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, with: () => log };
  const { readiness = async () => ready, ...options } = given;
  const listener = await listen(createAdminApp(readiness, { log, ...options }), {
    host: '127.0.0.1',
    port: 0,
  });
  onTestFinished(() => listener.close(0));
  const ask = async (path: string, method = 'GET', headers: Record<string, string> = {}) => {
    const response = await fetch(`${listener.url}${path}`, {
      method,
      headers: { connection: 'close', ...headers },
    });
    return { status: response.status, body: await response.text() };
  };
  /** `fetch` keeps the name to itself. */
  const askAs = async (host: string, path: string) => {
    const request = get(`${listener.url}${path}`, { headers: { host, connection: 'close' } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response) };
  };
  return { ask, askAs, lines };
}

async function openWithAgency(given: Partial<AdminOptions> = {}) {
  const agency = await openAgency();
  const components = new Map([['agency', agency.component]]);
  const quota = async (name: string) => (name === 'shop' ? { tenant: 'shop', apis: [] } : undefined);
  const admin = await openAdmin({
    agency: { components, publicUrl: 'https://bridge.example' },
    quota,
    ...given,
  });
  return { agency, ...admin };
}

describe('the admin listener', () => {
  test.each([
    '/',
    '/quota',
    '/quota/other',
    '/quota/__proto__',
    '/component/other',
    '/component/constructor',
    '/component/other/authorize',
    '/component/agency/events',
    '/component/agency/authorize/more',
    '/wechat/shop',
  ])('knows nothing of %s', async (path) => {
    const { ask } = await openWithAgency();
    expect(await ask(path)).toMatchObject({ status: 404 });
  });

  test('asks for an agent in a visitor’s stead, but not for another’s page', async () => {
    const asked: unknown[] = [];
    const { ask } = await openAdmin({
      askForAgent: async (of) => {
        asked.push(of);
        return of.visitor === 'oNobody' ? 'unknown' : of.helpdesk === 'main' ? 'asked' : 'cannot';
      },
    });
    expect(await ask('/agent/shop/main/oSim1', 'POST')).toMatchObject({ status: 202 });
    expect(await ask('/agent/shop/other/oSim1', 'POST')).toMatchObject({ status: 409 });
    expect(await ask('/agent/shop/main/oNobody', 'POST')).toMatchObject({ status: 404 });
    expect(asked[0]).toEqual({ tenant: 'shop', helpdesk: 'main', visitor: 'oSim1' });
    expect(await ask('/agent/shop/main/oSim1')).toMatchObject({ status: 404 });
    expect(await ask('/agent/shop/main/oSim1', 'POST', { origin: 'https://evil.example' })).toMatchObject({
      status: 404,
    });
    expect(asked).toHaveLength(3);
  });

  test('refuses names that a stranger may have made, but for what is for anybody', async () => {
    const { askAs } = await openWithAgency({ hosts: ['Admin.example.com'] });
    const statusOf = async (host: string, path = '/quota/shop') => (await askAs(host, path)).status;
    expect(await statusOf('evil.example')).toBe(421);
    expect(await statusOf('evil.example:3001')).toBe(421);
    expect(await statusOf('admin.example.com.evil.example')).toBe(421);
    expect(await statusOf('127.0.0.1.evil.example')).toBe(421);
    expect(await statusOf('evil.example', '/component/agency')).toBe(421);
    expect(await statusOf('evil.example', '/healthz')).toBe(200);
    expect(await statusOf('evil.example', '/readyz')).toBe(200);
    for (const host of ['localhost', 'bridge:3001', '10.0.0.7:3001', '[::1]:3001', 'admin.example.com'])
      expect(await statusOf(host)).toBe(200);
    const refused = await askAs('evil.example', '/quota/shop');
    expect(refused.body).toContain('admin.hosts');
  });

  test.each(['/healthz', '/quota/shop', '/component/agency', '/component/agency/authorize'])(
    'takes no POST to %s',
    async (path) => {
      const { ask, agency } = await openWithAgency();
      const calls = agency.calls().length;
      expect(await ask(path, 'POST')).toMatchObject({ status: 404 });
      expect(agency.calls()).toHaveLength(calls);
    },
  );

  test('tells no secret of a component, with and without its ticket', async () => {
    const { ask, agency } = await openWithAgency();
    const answers = [await ask('/component/agency'), await ask('/component/agency/authorize')];
    expect(answers.map(({ status }) => status)).toEqual([200, 503]);
    await agency.tellTicket();
    await agency.authorise();
    await agency.tokens.get();
    answers.push(await ask('/component/agency'));
    expect(answers.at(-1)).toMatchObject({ status: 200, body: expect.stringContaining('"authorised"') });
    const { secret, token, encodingAESKey } = agency.platform.component;
    for (const hidden of [secret, token, encodingAESKey, '@@@']) {
      expect(answers.filter(({ body }) => body.includes(hidden))).toEqual([]);
    }
  });

  test('answers a failure with an empty 500 and a line in the log, and says nothing on stderr', async () => {
    const stderr = vi.spyOn(console, 'error');
    onTestFinished(() => stderr.mockRestore());
    const { ask, lines } = await openAdmin({
      readiness: () => Promise.reject(new TypeError('secret things')),
    });
    expect(await ask('/readyz')).toEqual({ status: 500, body: '' });
    expect(lines).toEqual(['request.failed {"error":"TypeError"}']);
    expect(stderr).not.toHaveBeenCalled();
  });
});
